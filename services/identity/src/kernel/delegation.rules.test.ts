import { ROLE_SCOPES, Role, SCOPES } from '@tidegate/contracts/identity/roles';
import { mayInvite, refuseLarger } from './delegation.rules.ts';

const allowed = (work: () => void): boolean => {
  try {
    work();
    return true;
  } catch (error) {
    expect(error).toMatchObject({ status: 403 });
    return false;
  }
};
const everything = (role: Role) => ({ role, scopes: ROLE_SCOPES[role] });

/* Written out, so that a change of the rule or of the roles shows here. */
const MAY: Readonly<Record<Role, readonly Role[]>> = {
  viewer: ['viewer'],
  editor: ['viewer', 'editor'],
  admin: ['viewer', 'editor', 'admin'],
  owner: ['viewer', 'editor', 'admin', 'owner'],
};
const PAIRS = Role.options.flatMap((giver) => Role.options.map((gift) => [giver, gift] as const));

test.each(PAIRS)('%s with all their scopes hands on %s or not', (giver, gift) => {
  expect(allowed(() => refuseLarger(everything(giver), gift))).toBe(MAY[giver].includes(gift));
  const invites = ['admin', 'owner'].includes(giver) && MAY[giver].includes(gift);
  expect(mayInvite(everything(giver), gift)).toBe(invites);
});

test.each(PAIRS)('%s without any one scope of %s does not hand it on, without any other they do', (giver, gift) => {
  for (const scope of SCOPES) {
    const key = { role: giver, scopes: ROLE_SCOPES[giver].filter((one) => one !== scope) };
    const expected = MAY[giver].includes(gift) && !ROLE_SCOPES[gift].includes(scope);
    expect([scope, allowed(() => refuseLarger(key, gift))]).toEqual([scope, expected]);
    expect(allowed(() => refuseLarger(key, [scope]))).toBe(false);
    if (scope === 'members:write') expect(mayInvite(key, gift)).toBe(false);
  }
});

test('one scope alone hands on nothing but itself', () => {
  for (const scope of SCOPES) {
    const key = { role: 'owner' as const, scopes: [scope] };
    expect(Role.options.filter((gift) => allowed(() => refuseLarger(key, gift)))).toEqual([]);
    expect(SCOPES.filter((gift) => allowed(() => refuseLarger(key, [gift])))).toEqual([scope]);
  }
});
