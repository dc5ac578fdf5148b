import { roleTooHigh } from '@tidegate/contracts/identity/members';
import { mayGrant, ROLE_SCOPES, type Role } from '@tidegate/contracts/identity/roles';
import { forbidden, type Refuse } from '@tidegate/contracts/kernel/problem';

/** Whoever acts, with what their role allows and their credential carries at this moment. */
export interface Grantor {
  role: Role;
  scopes: readonly string[];
}

const missing = (grantor: Grantor, scopes: readonly string[]) =>
  scopes.filter((scope) => !grantor.scopes.includes(scope));

/*
 * A right is never larger than its grantor's: nobody gives or takes a role above their own, or scopes that they do not
 * have themselves. So a key can delegate no more than the key itself may do, whoever made it. Deleting an organisation
 * takes everything away, the owner's role included, and so needs all that an owner may.
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
