import type { FeatureGrant } from '@tidegate/contracts/billing/features';
import fc from 'fast-check';
import type { AddonOffer } from './addon-upgrade.rules.ts';
import { type GrantingSubscription, type SnapshotInput, snapshotOf } from './entitlements.rules.ts';
import type { GrantValue } from './grant.rules.ts';
import type { GrantingItem, GrantingPlan } from './plan-grants.rules.ts';
import { isMore } from './upgrade.rules.ts';

const NOW = Date.parse('2026-03-01T12:00:00Z');
const month = (amountMinor: number) => [{ currency: 'USD', interval: 'month' as const, amountMinor }];
const plan = (key: string, cost: number, seats: number, more: Partial<GrantingPlan> = {}): GrantingPlan => ({
  product: 'main',
  plan: key,
  name: key.toUpperCase(),
  version: 1,
  offered: true,
  prices: month(cost),
  features: {
    seats: { kind: 'counted', limit: seats },
    calls: { kind: 'metered', limit: 100, enforcement: 'hard', ceiling: 100, per: 'month' },
    audit: { kind: 'boolean', value: false },
    explain: { kind: 'level', level: 'none' },
  },
  ...more,
});
const addon = (key: string, cost: number, features: Record<string, GrantValue>, more: Partial<AddonOffer> = {}) => ({
  product: 'main',
  addon: key,
  name: key.toUpperCase(),
  offered: true,
  plans: ['free', 'pro', 'large'],
  max: null,
  prices: month(cost),
  features: Object.fromEntries(Object.entries(features).map(([feature, value]) => [feature, { value }])),
  ...more,
});
const [free, pro, large] = [plan('free', 0, 1), plan('pro', 1_900, 3), plan('large', 4_900, 10)];
const audit = addon('audit', 1_000, { audit: true }, { max: 1 });
const member = addon('member', 500, { seats: 1 });
const having = (pinned: GrantingPlan, items: GrantingItem[] = []): GrantingSubscription => ({
  ...{ product: 'main', status: 'active', graceUntil: null, pinned, items },
});
const held = ({ addon: key, features }: AddonOffer, quantity = 1): GrantingItem => ({
  ...{ addon: key, quantity, since: NOW - 1, until: null, features },
});
const KINDS = { seats: 'counted', calls: 'metered', audit: 'boolean', explain: 'level' } as const;
const base: SnapshotInput = {
  demo: false,
  orgId: '0197f0e0-0000-7000-8000-000000000001',
  currency: 'USD',
  products: [{ product: 'main', defaultPlan: 'free' }],
  features: Object.entries(KINDS).map(([key, kind]) => ({ key, kind, product: null, per: null })),
  plans: [free, pro, large],
  addons: [audit, member],
  subscriptions: [having(pro)],
  grants: [],
  periods: {},
};
const of = (given: Partial<SnapshotInput>) => snapshotOf({ ...base, ...given }, NOW).snapshot;

test('where no plan gives more, the add-on that does is named, and beside a plan where one does', () => {
  const { addon: named, upgrade } = of({});
  expect(upgrade['audit']).toBeUndefined();
  expect(named).toEqual({
    audit: { product: 'main', plan: 'pro', planName: 'PRO', addon: 'audit', addonName: 'AUDIT', limit: null },
    seats: {
      product: 'main',
      plan: 'pro',
      planName: 'PRO',
      addon: 'member',
      addonName: 'MEMBER',
      limit: 4,
      each: 1,
      most: null,
    },
  });
  expect(upgrade['seats']).toMatchObject({ plan: 'large', limit: 10 });
  // One more of what there is already.
  expect(of({ subscriptions: [having(large, [held(member, 5)])] }).addon?.['seats']).toMatchObject({ limit: 16 });
});

test('what can be had no more of, is on offer to nobody or gives nothing more is not named', () => {
  expect(of({ subscriptions: [having(pro, [held(audit)])] }).addon).not.toHaveProperty('audit');
  const few = { ...member, max: 5 };
  expect(of({ addons: [few], subscriptions: [having(pro, [held(few, 4)])] }).addon).toHaveProperty('seats');
  expect(of({ addons: [few], subscriptions: [having(pro, [held(few, 5)])] })).not.toHaveProperty('addon');
  expect(of({ addons: [{ ...audit, offered: false }] })).not.toHaveProperty('addon');
  const better = addon('explain', 1_500, { explain: 'premium' });
  expect(of({ addons: [better] }).addon?.['explain']).toMatchObject({ addon: 'explain', limit: null });
  const grants = [
    { id: 'g', feature: 'explain', op: 'max' as const, value: 'unlimited' as const, from: 0, until: null },
  ];
  expect(of({ addons: [better], grants })).not.toHaveProperty('addon');
  // Without a plan of the product, the plan that makes it possible is named with it.
  expect(of({ subscriptions: [] }).addon).toMatchObject({ audit: { plan: 'pro' }, seats: { plan: 'pro', limit: 4 } });
});

test('an add-on to what costs nothing is named with the cheapest plan that can have it and is paid for', () => {
  const on = (pinned: GrantingPlan, more: Partial<SnapshotInput> = {}) =>
    of({ subscriptions: [having(pinned)], ...more }).addon;
  expect(on(free)).toMatchObject({ audit: { plan: 'pro' }, seats: { plan: 'pro', limit: 4 } });
  expect(on(free, { addons: [{ ...audit, plans: ['free', 'large'] }] })?.['audit']).toMatchObject({ plan: 'large' });
  // Nobody buys a plan that an operator gave; whoever is billed for it adds to it, at the version that it is chosen at.
  const given = { ...large, offered: false };
  expect(of({ plans: [free, pro, given], subscriptions: [having(given)] })).not.toHaveProperty('addon');
  const billed = { ...having(given), provider: 'manual' as const };
  expect(of({ plans: [free, pro, given], subscriptions: [billed] }).addon).toMatchObject({ audit: { plan: 'large' } });
  expect(of({ plans: [free, pro], subscriptions: [billed] })).not.toHaveProperty('addon');
  // To a cheaper plan nobody is sent, nor to one that is ordered.
  expect(on(large, { addons: [{ ...audit, plans: ['free', 'pro'] }] })).toBeUndefined();
  expect(on(free, { plans: [free, { ...pro, approval: true }] })).toBeUndefined();
  expect(on(free, { plans: [free, { ...pro, prices: [] }] })).toBeUndefined();
  // What was given up is no plan to add anything to.
  const ended = { ...having(large), status: 'unpaid' as const };
  expect(of({ subscriptions: [ended] }).addon?.['seats']).toMatchObject({ plan: 'pro', limit: 4 });
});

test('nothing is named that its customer cannot buy now', () => {
  const closed = { ...having(pro), closed: true };
  expect(of({ subscriptions: [closed] })).toMatchObject({ upgrade: {} });
  expect(of({ subscriptions: [closed] })).not.toHaveProperty('addon');
  const euros = { ...large, prices: [...large.prices, { ...month(4_500)[0], currency: 'EUR' } as never] };
  const paysIn = (billedIn: string) => of({ billedIn, plans: [free, pro, euros], subscriptions: [having(free)] });
  expect(paysIn('USD').upgrade['seats']).toMatchObject({ plan: 'pro' });
  expect(paysIn('EUR').upgrade['seats']).toMatchObject({ plan: 'large' });
  expect(paysIn('EUR')).not.toHaveProperty('addon');
  // What an add-on comes to is known as well: how many more there can be, and what each gives.
  const few = { ...member, max: 5 };
  const { addon: named } = of({ addons: [few], subscriptions: [having(pro, [held(few, 3)])] });
  expect(named?.['seats']).toMatchObject({ limit: 7, each: 1, most: 2 });
});

test('the cheapest is named; seats that are bought by themselves are not bought by hand', () => {
  const dear = addon('team', 900, { seats: 5 });
  expect(of({ addons: [dear, member] }).addon?.['seats']).toMatchObject({ addon: 'member' });
  expect(of({ addons: [dear, { ...member, prices: [] }] }).addon?.['seats']).toMatchObject({ addon: 'team', limit: 8 });
  const grants = [{ id: 'seats:main', feature: 'seats', op: 'add' as const, value: 2, from: 0, until: null }];
  expect(of({ grants }).addon).not.toHaveProperty('seats');
});

test('whatever there is: with what is named there is more', () => {
  const quantity = fc.integer({ min: 0, max: 4 });
  const value = fc.oneof(fc.constantFrom<GrantValue>(null, true, 'basic', 'premium'), fc.integer({ min: 1, max: 9 }));
  const offers = fc.array(
    fc.record({
      feature: fc.constantFrom('seats', 'calls', 'audit', 'explain'),
      value,
      cost: fc.integer({ min: 1, max: 9 }),
      max: fc.option(fc.integer({ min: 1, max: 3 })),
      plans: fc.subarray(['free', 'pro', 'large']),
      had: quantity,
    }),
    { maxLength: 5 },
  );
  fc.assert(
    fc.property(offers, fc.constantFrom(free, pro, large), (drawn, pinned) => {
      const addons = drawn.map(({ feature, value: gives, cost, max, plans }, at) =>
        addon(`a${at}`, cost, { [feature]: gives }, { max, plans }),
      );
      const items = addons.flatMap((one, at) => {
        const many = Math.min(drawn[at]?.had ?? 0, one.max ?? 9);
        return many > 0 && one.plans.includes(pinned.plan) && pinned !== free ? [held(one, many)] : [];
      });
      const before = of({ addons, subscriptions: [having(pinned, items)] });
      for (const [feature, named] of Object.entries(before.addon ?? {})) {
        const sold = addons.find((one) => one.addon === named.addon);
        const next = base.plans.find((one) => one.plan === named.plan);
        if (!sold || !next) throw new Error('What is named is on offer.');
        const many = items.find((one) => one.addon === sold.addon)?.quantity ?? 0;
        expect(sold.max === null || many < sold.max).toBe(true);
        expect(sold.plans).toContain(next.plan);
        const others = items.filter((one) => one.addon !== sold.addon);
        const after = of({ addons, subscriptions: [having(next, [...others, held(sold, many + 1)])] });
        expect(isMore(after.features[feature] as FeatureGrant, before.features[feature])).toBe(true);
      }
    }),
  );
});
