import type { Principal } from '../kernel/principal.ts';
import { Revoked } from './revoked.rules.ts';

const [orgId, userId] = ['o', 'u'];
const principal = (more: Partial<Principal> = {}): Principal => ({
  caller: { kind: 'user', userId, orgId, sessionId: 's', scopes: [] },
  rateKey: '',
  expires: 0,
  // Tokens contain whole seconds, rounded down.
  issuedAt: 1_000,
  signed: undefined,
  ...more,
});
const member = (version: number | undefined, ms: number) => ({
  kind: 'member' as const,
  id: `${orgId}:${userId}`,
  at: new Date(ms).toISOString(),
  ...(version === undefined ? {} : { version }),
});

test('a token from the same second as a role change is valid, one from before it is not, whatever the clocks say', () => {
  for (const ms of [0, 1_000, 1_999, 60_000]) {
    const revoked = new Revoked();
    expect(revoked.note(member(7, ms))).toBe('member:o:u');
    expect(revoked.has(principal({ memberVersion: 7 }))).toBe(false);
    expect(revoked.has(principal({ memberVersion: 6 }))).toBe(true);
  }
});

test('the newest version wins in any order of arrival, and duplicates are reported once', () => {
  for (const order of [
    [member(7, 1_000), member(8, 1_000)],
    [member(8, 1_000), member(7, 2_000)],
    [member(8, 2_000), member(7, 1_000)],
  ]) {
    const revoked = new Revoked();
    for (const one of order) revoked.note(one);
    expect(revoked.has(principal({ memberVersion: 7 }))).toBe(true);
    expect(revoked.has(principal({ memberVersion: 8 }))).toBe(false);
    expect(order.map((one) => revoked.note(one))).toEqual([undefined, undefined]);
  }
});

test('tokens without a version are judged by their time; ended sessions, keys and organisations stay ended', () => {
  const revoked = new Revoked();
  revoked.note(member(undefined, 1_500));
  expect(revoked.has(principal())).toBe(true);
  expect(revoked.has(principal({ issuedAt: 2_000 }))).toBe(false);
  for (const [kind, id] of [
    ['session', 's'],
    ['api_key', 'k'],
    ['organisation', 'o'],
  ] as const) {
    const one = new Revoked();
    one.note({ kind, id, at: new Date(0).toISOString() });
    const caller = { kind: 'user' as const, userId, orgId, sessionId: 's', keyId: 'k', scopes: [] };
    expect(one.has(principal({ caller, issuedAt: 9_000_000 }))).toBe(true);
    expect(
      one.has(
        principal({
          caller: {
            ...caller,
            [kind === 'organisation' ? 'orgId' : `${kind === 'session' ? 'session' : 'key'}Id`]: 'x',
          },
        }),
      ),
    ).toBe(false);
    one.evict(1);
    expect(one.has(principal({ caller }))).toBe(false);
  }
});
