import type { Entitlements, PlanInForce } from '../billing/entitlements.ts';
import type { FeatureGrant } from '../billing/features.ts';
import { judge } from './check.ts';

const planOf = (given: Partial<PlanInForce> = {}): PlanInForce => ({
  ...{ plan: 'free', planName: 'Free', planVersion: 1, status: 'active', access: 'full' },
  ...given,
});
function snapshot(grant: FeatureGrant | undefined, given: Partial<Entitlements> = {}): Entitlements {
  return {
    ...{ orgId: '0197f0e0-0000-7000-8000-000000000001', version: 1, plans: { bots: planOf() }, upgrade: {} },
    features: grant ? { x: { ...grant, product: 'bots' } } : {},
    periods: {},
    ...given,
  };
}
const ask = (grant: FeatureGrant | undefined, input: object = {}, given: Partial<Entitlements> = {}) =>
  judge(snapshot(grant, given), { feature: 'x', quantity: 1, ...input });
const metered = (limit: number | null, ceiling = limit): FeatureGrant => ({
  ...{ kind: 'metered', limit, ceiling, enforcement: 'hard', per: 'month' },
});

test.each([
  [{ kind: 'boolean', value: true }, {}, { allowed: true }],
  [{ kind: 'boolean', value: false }, {}, { allowed: false, reason: 'not_included' }],
  [{ kind: 'level', level: 'none' }, {}, { allowed: false, reason: 'not_included', level: 'none' }],
  [{ kind: 'level', level: 'basic' }, {}, { allowed: true, level: 'basic' }],
  [{ kind: 'level', level: 'basic' }, { level: 'premium' }, { allowed: false, reason: 'not_included' }],
  [{ kind: 'level', level: 'unlimited' }, { level: 'premium' }, { allowed: true }],
  [{ kind: 'static', value: 30 }, { quantity: 31 }, { allowed: false, reason: 'limit_reached', limit: 30 }],
  [{ kind: 'static', value: 30 }, { quantity: 30 }, { allowed: true }],
  [{ kind: 'counted', limit: 3 }, {}, { allowed: true, limit: 3, used: null, remaining: null }],
  [{ kind: 'counted', limit: 3 }, { used: 2 }, { allowed: true, used: 2, remaining: 1 }],
  [{ kind: 'counted', limit: 3 }, { used: 5 }, { allowed: false, reason: 'limit_reached', remaining: 0 }],
  [{ kind: 'counted', limit: null }, { used: 5 }, { allowed: true, limit: null, remaining: null }],
  [{ kind: 'counted', limit: 0 }, {}, { allowed: false, reason: 'limit_reached', remaining: 0 }],
] as const)('%j asked with %j', (grant, input, expected) => {
  expect(ask(grant, input)).toMatchObject(expected);
});

test('what is lent counts as taken, and the ceiling decides', () => {
  const counted = { used: 70, reserved: 20, resetsAt: '2026-12-01T00:00:00.000Z' };
  const of = (grant: FeatureGrant, quantity: number) => judge(snapshot(grant), { feature: 'x', quantity }, counted);
  expect(of(metered(100), 10)).toMatchObject({ allowed: true, used: 70, remaining: 10, resetsAt: counted.resetsAt });
  expect(of(metered(100), 11)).toMatchObject({ allowed: false, reason: 'limit_reached' });
  expect(of(metered(100, 110), 20)).toMatchObject({ allowed: true, remaining: 10 });
  expect(of(metered(100, 110), 21)).toMatchObject({ allowed: false });
  expect(of(metered(80, null), 1_000)).toMatchObject({ allowed: true, remaining: 0 });
  expect(of(metered(null), 1_000)).toMatchObject({ allowed: true, limit: null, remaining: null });
});

test('a feature that no plan has: without the product it is a missing subscription', () => {
  const upgrade = { x: { product: 'bots', plan: 'basic', planName: 'Basic', limit: 3 } };
  expect(ask(undefined)).toMatchObject({ allowed: false, reason: 'not_included', kind: null });
  expect(ask(undefined, {}, { upgrade })).toMatchObject({ reason: 'not_included', upgrade: { plan: 'basic' } });
  expect(ask(undefined, {}, { upgrade, plans: { monitoring: planOf() } })).toMatchObject({ reason: 'no_subscription' });
  expect(ask(undefined, {}, { plans: {} })).toMatchObject({ reason: 'no_subscription' });
});

test('a check names the add-on that gives more; there is none in snapshots of before', () => {
  const addon = { product: 'bots', plan: 'p', planName: 'P', addon: 'more', addonName: 'More', limit: 9 };
  expect(ask({ kind: 'counted', limit: 3 }, { used: 3 }, { addon: { x: addon } })).toMatchObject({
    ...{ allowed: false, reason: 'limit_reached', upgrade: null, addon },
  });
  expect(ask({ kind: 'counted', limit: 3 }, { used: 3 })).toMatchObject({ addon: null });
});

test('what is offered would give what was asked: the level, the amount beside what is used, and nothing to who has to pay first', () => {
  const plan = (key: string, more: object) => ({ product: 'bots', plan: key, planName: key, limit: null, ...more });
  const upgrade = { x: plan('pro', { limit: 5, level: 'basic' }) };
  const further = { x: [plan('team', { limit: 50, level: 'premium' })] };
  const offered = (grant: FeatureGrant | undefined, input: object) =>
    ask(grant, input, { upgrade, further }).upgrade?.plan;
  expect(offered({ kind: 'level', level: 'none' }, { level: 'basic' })).toBe('pro');
  expect(offered({ kind: 'level', level: 'none' }, { level: 'premium' })).toBe('team');
  expect(offered({ kind: 'level', level: 'none' }, { level: 'unlimited' })).toBeUndefined();
  expect(offered({ kind: 'counted', limit: 3 }, { used: 4 })).toBe('pro');
  expect(offered({ kind: 'counted', limit: 3 }, { used: 5 })).toBe('team');
  expect(offered({ kind: 'counted', limit: 3 }, { used: 1 })).toBe('pro');
  expect(offered({ kind: 'static', value: 3 }, { quantity: 60 })).toBeUndefined();
  expect(offered(undefined, { used: 7 })).toBe('team');
  const counted = { used: 9, reserved: 3, drawn: 2, credits: 4, resetsAt: null };
  const metering = (quantity: number) =>
    judge(snapshot(metered(3), { upgrade, further }), { feature: 'x', quantity }, counted).upgrade?.plan;
  // 7 count against the limit, 3 are lent, 4 are prepaid: one is left.
  expect([1, 2, 44, 45].map(metering)).toEqual(['pro', 'team', 'team', undefined]);
  const owing = { plans: { bots: { ...planOf(), status: 'past_due' as const, access: 'read_only' as const } } };
  expect(ask({ kind: 'counted', limit: 3 }, { used: 4 }, { upgrade, ...owing })).toMatchObject({
    ...{ allowed: false, reason: 'past_due', upgrade: null },
  });
});

test('a plan that is read-only allows nothing new, and says whether a payment is overdue', () => {
  const grant: FeatureGrant = { kind: 'boolean', value: true };
  const of = (given: Partial<PlanInForce>) => ask(grant, {}, { plans: { bots: planOf(given) } });
  expect(of({ status: 'past_due' })).toMatchObject({ allowed: true });
  expect(of({ status: 'past_due', access: 'read_only' })).toMatchObject({ allowed: false, reason: 'past_due' });
  expect(of({ status: 'paused', access: 'read_only' })).toMatchObject({ allowed: false, reason: 'read_only' });
});
