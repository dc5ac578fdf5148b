import { ROLE_SCOPES, Role, SCOPES } from '@tidegate/contracts/identity/roles';
import { problemError } from '@tidegate/contracts/kernel/problem';
import { mayInvite, requireMayGrant, requireScopes } from './delegation.rules.ts';

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

/* Written out, so that a change of the rule or of the roles shows up here. */
const MAY: Readonly<Record<Role, readonly Role[]>> = {
  viewer: ['viewer'],
  editor: ['viewer', 'editor'],
  admin: ['viewer', 'editor', 'admin'],
  owner: ['viewer', 'editor', 'admin', 'owner'],
};
const PAIRS = Role.options.flatMap((grantor) => Role.options.map((granted) => [grantor, granted] as const));

test.each(PAIRS)('%s with all their scopes delegates %s or not', (grantor, granted) => {
  expect(allowed(() => requireMayGrant(problemError, everything(grantor), granted))).toBe(
    MAY[grantor].includes(granted),
  );
  const invites = ['admin', 'owner'].includes(grantor) && MAY[grantor].includes(granted);
  expect(mayInvite(everything(grantor), granted)).toBe(invites);
});

test.each(PAIRS)(
  '%s without any one scope of %s does not delegate it, without any other they do',
  (grantor, granted) => {
    for (const scope of SCOPES) {
      const key = { role: grantor, scopes: ROLE_SCOPES[grantor].filter((one) => one !== scope) };
      const expected = MAY[grantor].includes(granted) && !ROLE_SCOPES[granted].includes(scope);
      expect([scope, allowed(() => requireMayGrant(problemError, key, granted))]).toEqual([scope, expected]);
      expect(allowed(() => requireScopes(key, [scope]))).toBe(false);
      if (scope === 'members:write') expect(mayInvite(key, granted)).toBe(false);
    }
  },
);

test('one scope alone delegates nothing but itself', () => {
  for (const scope of SCOPES) {
    const key = { role: 'owner' as const, scopes: [scope] };
    expect(Role.options.filter((granted) => allowed(() => requireMayGrant(problemError, key, granted)))).toEqual([]);
    expect(SCOPES.filter((granted) => allowed(() => requireScopes(key, [granted])))).toEqual([scope]);
  }
});
