import { roleTooHigh } from '@tidegate/contracts/identity/members';
import { mayGrant, ROLE_SCOPES, type Role } from '@tidegate/contracts/identity/roles';
import { forbidden } from '@tidegate/contracts/kernel/problem';

/** Whoever acts, with what their role allows and their credential carries at this moment. */
export interface Giver {
  role: Role;
  scopes: readonly string[];
}

const missing = (giver: Giver, scopes: readonly string[]) => scopes.filter((scope) => !giver.scopes.includes(scope));

/*
 * A right is never larger than its giver's: nobody gives or takes a role above their own, or scopes that they do not
 * have themselves. So a key can hand on no more than the key itself may do, whoever made it. Deleting an organisation
 * takes everything away, the owner's role included, and so needs all that an owner may.
 */
export function refuseLarger(giver: Giver, gift: Role | readonly string[]): void {
  if (typeof gift !== 'string') {
    const [scope] = missing(giver, gift);
    if (scope) throw forbidden({ scope }, `You do not have the scope ${scope} yourself.`);
    return;
  }
  if (!mayGrant(giver.role, gift)) throw roleTooHigh({}, `You are ${giver.role}, and this concerns the role ${gift}.`);
  const more = missing(giver, ROLE_SCOPES[gift]);
  if (more.length > 0) throw roleTooHigh({}, `The role ${gift} has scopes that you do not have: ${more.join(', ')}.`);
}

/** Whether an invitation of theirs to this role counts: they may invite, and to that. */
export const mayInvite = (giver: Giver, role: Role): boolean =>
  mayGrant(giver.role, role) && missing(giver, ['members:write', ...ROLE_SCOPES[role]]).length === 0;
