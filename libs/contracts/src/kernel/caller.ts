import type { ServiceName } from './service-names.ts';

/** Who makes a call: built by the gateway from verified credentials, or by a service acting for itself. */
export interface Caller {
  kind: 'user' | 'api_key' | 'service' | 'anonymous';
  /** The organisation the call acts in; absent for anonymous callers and for users without one. */
  orgId?: string;
  userId?: string;
  sessionId?: string;
  keyId?: string;
  role?: string;
  /** The service that calls, when `kind` is `service`. */
  service?: ServiceName | 'platform';
  scopes: readonly string[];
  /** Remote address of the HTTP client, for rate limits and the audit trail. */
  ip?: string;
}

export const ANONYMOUS: Caller = { kind: 'anonymous', scopes: [] };
