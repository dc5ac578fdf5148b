import { me } from '@tidegate/contracts/identity/profile';
import { OPERATOR_SCOPES, ROLE_SCOPES, type Role } from '@tidegate/contracts/identity/roles';
import { logout, register, requestRegistration } from '@tidegate/contracts/identity/sessions';
import { forbidden } from '@tidegate/contracts/kernel/problem';
import type { OrganisationHost } from '../kernel/organisation-host.ts';
import type { Principal } from '../kernel/principal.ts';

/*
 * Whoever controls an organisation's domain can read what browsers send there. So what comes by one reaches that
 * organisation alone: no other one of the person's, nothing of their account, nothing of the operator.
 */
const OF_THE_PERSON: ReadonlySet<unknown> = new Set([me, logout]);
/** An account of one's own begins with an organisation of one's own. */
const BEGINNINGS: ReadonlySet<unknown> = new Set([requestRegistration, register]);

/** Before anything is known about the caller. */
export function requireOpenAt({ name }: OrganisationHost, operation: { scope: string }, publicUrl: string): void {
  const closed = operation.scope === 'self' ? !OF_THE_PERSON.has(operation) : BEGINNINGS.has(operation);
  if (!closed && operation.scope !== 'operator') return;
  throw forbidden({}, `${name} shows one organisation. For everything else use ${publicUrl}.`);
}

/** The organisation in which the request acts: no other one can be named. */
export function organisationAt({ name, orgId }: OrganisationHost, wanted: unknown): string {
  if (wanted === undefined || String(wanted).toLowerCase() === orgId) return orgId;
  throw forbidden({}, `${name} shows another organisation.`);
}

const confined = new WeakMap<Principal, Principal>();

export function callerAt({ name }: OrganisationHost, principal: Principal): Principal {
  const { caller } = principal;
  if (caller.kind === 'service_key') throw forbidden({}, `A service key of the operator is no key for ${name}.`);
  if (caller.kind === 'anonymous') return principal;
  const known = confined.get(principal);
  if (known) return known;
  const own = ROLE_SCOPES[caller.role as Role] ?? [];
  const scopes = caller.scopes.filter((scope) => !OPERATOR_SCOPES.includes(scope) || own.includes(scope));
  const made: Principal = { ...principal, caller: { ...caller, scopes, confined: true }, signed: undefined };
  confined.set(principal, made);
  return made;
}
