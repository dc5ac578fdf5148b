import { roleTooHigh } from '@tidegate/contracts/identity/members';
import { mayGrant, ROLE_SCOPES, type Role } from '@tidegate/contracts/identity/roles';
import { forbidden, type Refuse } from '@tidegate/contracts/kernel/problem';

/** The person or key that acts, with its role and scopes at this moment. */
export interface Grantor {
  role: Role;
  scopes: readonly string[];
}

const missing = (grantor: Grantor, scopes: readonly string[]) =>
  scopes.filter((scope) => !grantor.scopes.includes(scope));

/*
 * Nobody grants or revokes a role above their own, or scopes that they do not have themselves. So a key can delegate no
 * more than its own rights, whoever created it. Deleting an organisation revokes everything, the owner's role included,
 * and so needs all rights of an owner.
 */
export function requireScopes(grantor: Grantor, granted: readonly string[]): void {
  const [scope] = missing(grantor, granted);
  if (scope) throw forbidden({ scope }, `You do not have the scope ${scope} yourself.`);
}

export function requireMayGrant(refuse: Refuse<typeof roleTooHigh>, grantor: Grantor, granted: Role): void {
  if (!mayGrant(grantor.role, granted)) {
    throw refuse(roleTooHigh, {}, `You are ${grantor.role}, and this concerns the role ${granted}.`);
  }
  const more = missing(grantor, ROLE_SCOPES[granted]);
  if (more.length > 0) {
    throw refuse(roleTooHigh, {}, `The role ${granted} has scopes that you do not have: ${more.join(', ')}.`);
  }
}

/** Whether an invitation of theirs to this role counts: they may invite, and to that. */
export const mayInvite = (grantor: Grantor, role: Role): boolean =>
  mayGrant(grantor.role, role) && missing(grantor, ['members:write', ...ROLE_SCOPES[role]]).length === 0;
