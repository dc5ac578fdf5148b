import type { ServiceName } from './service-names.ts';

/** Who makes a call: built by the gateway from verified credentials, or by a service acting for itself. */
export interface Caller {
  /** `service_key`: the operator's own backend, which acts for any organisation. */
  kind: 'user' | 'api_key' | 'service_key' | 'service' | 'anonymous';
  /** The organisation the call acts in; absent for anonymous callers, for users without one, and for service keys that name one with each event. */
  orgId?: string;
  userId?: string;
  sessionId?: string;
  keyId?: string;
  role?: string;
  /** The service that calls, when `kind` is `service`. */
  service?: ServiceName | 'platform';
  /** It came by the domain of its organisation, which therefore sees nothing else of the person. */
  confined?: true;
  scopes: readonly string[];
  /** Remote address of the HTTP client, for rate limits and the audit trail. */
  ip?: string;
  /** Of an anonymous caller: the addresses that count as one, which have one share of a service's work. */
  network?: string;
}

export const ANONYMOUS: Caller = { kind: 'anonymous', scopes: [] };
