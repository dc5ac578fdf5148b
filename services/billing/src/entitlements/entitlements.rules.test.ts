import fc from 'fast-check';
import { type GrantingPlan, snapshotOf } from './entitlements.rules.ts';

const plan = (name: string, bots: number | null, calls: number | null, sso = false): GrantingPlan => ({
  plan: name,
  name: name.toUpperCase(),
  version: 1,
  features: {
    bots: { kind: 'counted', limit: bots },
    calls: { kind: 'metered', limit: calls, enforcement: 'hard', ceiling: calls, per: 'month' },
    sso: { kind: 'boolean', value: sso },
  },
});
const free = plan('free', 5, 100);
const pro = plan('pro', 5, 1_000);
const business = plan('business', 50, null, true);
const base = {
  orgId: '0197f0e0-0000-7000-8000-000000000001',
  periodAnchor: '2026-01-31T10:00:00.000Z',
  fallback: free,
  offers: [free, pro, business],
} as const;

test('an active subscription has the features of its plan and, for each, the cheapest plan that gives more', () => {
  expect(snapshotOf({ ...base, status: 'active', pinned: free })).toMatchObject({
    plans: { main: { plan: 'free', access: 'full' } },
    features: { bots: { kind: 'counted', limit: 5 } },
    upgrade: {
      bots: { plan: 'business', planName: 'BUSINESS', limit: 50 },
      calls: { plan: 'pro', limit: 1_000 },
      sso: { plan: 'business', limit: null },
    },
  });
});

test('a daily limit is compared by what it allows in any month', () => {
  const giving = (limit: number, per: 'day' | 'month') =>
    ({
      ...free,
      features: { calls: { kind: 'metered', limit, enforcement: 'hard', ceiling: limit, per } },
    }) satisfies GrantingPlan;
  const isMore = (offered: GrantingPlan, had: GrantingPlan) =>
    'calls' in snapshotOf({ ...base, status: 'active', pinned: had, offers: [{ ...offered, plan: 'other' }] }).upgrade;
  expect(isMore(giving(101, 'day'), giving(100, 'day'))).toBe(true);
  expect(isMore(giving(100, 'day'), giving(2_799, 'month'))).toBe(true);
  expect(isMore(giving(100, 'day'), giving(2_900, 'month'))).toBe(false);
  expect(isMore(giving(3_000, 'month'), giving(100, 'day'))).toBe(false);
  expect(isMore(giving(3_101, 'month'), giving(100, 'day'))).toBe(true);
});

test('the largest plan has nowhere to go', () => {
  expect(snapshotOf({ ...base, status: 'active', pinned: business }).upgrade).toEqual({});
});

test('a subscription pinned to an old version keeps its limits and is not offered its own plan', () => {
  const old = { ...plan('pro', 3, 500), version: 7 };
  const snapshot = snapshotOf({ ...base, status: 'active', pinned: old });
  expect(snapshot).toMatchObject({ plans: { main: { planVersion: 7 } }, features: { bots: { limit: 3 } } });
  expect(snapshot.upgrade['calls']?.plan).toBe('business');
});

test('a feature that the pinned version lacks is not included, and the plan that has it is named', () => {
  const { sso: _sso, ...features } = free.features;
  const snapshot = snapshotOf({ ...base, status: 'active', pinned: { ...free, features } });
  expect(snapshot.features['sso']).toBeUndefined();
  expect(snapshot.upgrade['sso']).toMatchObject({ plan: 'business' });
});

test('a built-in feature that an old version lacks, or has as another kind, is what the default plan gives', () => {
  const calls = { kind: 'metered', limit: 10_000, enforcement: 'hard', ceiling: 10_000, per: 'month' } as const;
  const fallback = {
    ...free,
    features: { ...free.features, api_calls: calls, seats: { kind: 'counted', limit: 3 } } as const,
  };
  const old = { ...pro, features: { ...pro.features, seats: { kind: 'static', value: 9 } } as const };
  const { features, upgrade } = snapshotOf({
    ...base,
    fallback,
    offers: [fallback, pro],
    status: 'active',
    pinned: old,
  });
  expect(features).toMatchObject({ api_calls: calls, seats: { kind: 'counted', limit: 3 }, bots: { limit: 5 } });
  expect(upgrade['api_calls']).toBeUndefined();
  // A default plan from before knows no more than its versions: then it is not included.
  const none = snapshotOf({ ...base, status: 'active', pinned: old }).features;
  expect(none['seats']).toBeUndefined();
  expect(none['api_calls']).toBeUndefined();
});

test.each(['unpaid', 'canceled', 'incomplete', 'incomplete_expired'] as const)(
  '%s falls back to the default plan',
  (status) => {
    expect(snapshotOf({ ...base, status, pinned: business }).plans['main']).toMatchObject({
      plan: 'free',
      access: 'full',
    });
  },
);

test('past due keeps the plan, paused keeps it for reading', () => {
  expect(snapshotOf({ ...base, status: 'past_due', pinned: pro }).plans['main']).toMatchObject({
    plan: 'pro',
    access: 'full',
  });
  expect(snapshotOf({ ...base, status: 'paused', pinned: pro }).plans['main']).toMatchObject({
    plan: 'pro',
    access: 'read_only',
  });
});

test('an upgrade always gives strictly more, and is absent only when no offer does', () => {
  const limit = fc.option(fc.nat(20), { nil: null });
  const size = (value: number | null | undefined) => (value === null ? Number.POSITIVE_INFINITY : (value ?? 0));
  fc.assert(
    fc.property(fc.array(limit, { maxLength: 6 }), limit, (offered, mine) => {
      const offers = offered.map((bots, index) => plan(`p${index}`, bots, null));
      const { upgrade } = snapshotOf({ ...base, offers, status: 'active', pinned: plan('mine', mine, null) });
      const first = offered.findIndex((bots) => size(bots) > size(mine));
      expect(upgrade['bots']?.plan).toBe(first < 0 ? undefined : `p${first}`);
    }),
  );
});
