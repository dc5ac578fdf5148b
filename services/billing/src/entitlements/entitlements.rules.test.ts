import type { FeatureGrant } from '@tidegate/contracts/billing/features';
import fc from 'fast-check';
import { type SnapshotInput, snapshotOf } from './entitlements.rules.ts';
import type { Grant } from './grant.rules.ts';
import type { GrantingItem, GrantingPlan } from './plan-grants.rules.ts';

const NOW = Date.parse('2026-03-01T12:00:00Z');
const counted = (limit: number | null): FeatureGrant => ({ kind: 'counted', limit });
const metered = (limit: number | null, per: 'day' | 'month' = 'month'): FeatureGrant => ({
  kind: 'metered',
  limit,
  enforcement: 'hard',
  ceiling: limit,
  per,
});
const plan = (
  key: string,
  month: number,
  features: Record<string, FeatureGrant & { grace?: number }>,
  more: Partial<GrantingPlan> = {},
): GrantingPlan => ({
  product: 'main',
  plan: key,
  name: key.toUpperCase(),
  version: 1,
  offered: true,
  prices: [{ currency: 'EUR', interval: 'month', amountMinor: month }],
  features,
  ...more,
});
const tier = (key: string, month: number, bots: number | null, calls: number | null, sso = false) =>
  plan(key, month, { bots: counted(bots), calls: metered(calls), sso: { kind: 'boolean', value: sso } });
const free = tier('free', 0, 5, 100);
const pro = tier('pro', 2_900, 5, 1_000);
const business = tier('business', 14_900, 50, null, true);

const STEPS = [{ from: '2026-01-31T10:00:00.000Z', anchor: '2026-01-31T10:00:00.000Z', months: 1 as const }];
const main = (pinned: GrantingPlan, more = {}) => ({
  product: pinned.product,
  status: 'active' as const,
  graceUntil: null,
  pinned,
  items: [] as GrantingItem[],
  ...more,
});
const base: SnapshotInput = {
  demo: false,
  orgId: '0197f0e0-0000-7000-8000-000000000001',
  currency: 'EUR',
  products: [{ product: 'main', defaultPlan: 'free' }],
  features: ['bots', 'calls', 'sso'].map((key) => ({
    key,
    kind: ({ bots: 'counted', calls: 'metered', sso: 'boolean' } as const)[key] ?? 'counted',
    product: null,
    per: key === 'calls' ? ('month' as const) : null,
  })),
  plans: [free, pro, business],
  addons: [],
  subscriptions: [main(free)],
  grants: [],
  periods: { shared: STEPS },
};
const of = (given: Partial<SnapshotInput>, at = NOW) => snapshotOf({ ...base, ...given }, at);
const on = (pinned: GrantingPlan, more = {}) => of({ subscriptions: [main(pinned, more)] }).snapshot;
const grant = (given: Pick<Grant, 'feature' | 'value'> & Partial<Grant>): Grant => ({
  id: 'g',
  op: 'add',
  from: 0,
  until: null,
  ...given,
});

test('an active subscription has the features of its plan and, for each, the cheapest plan that gives more', () => {
  expect(on(free)).toMatchObject({
    plans: { main: { plan: 'free', access: 'full' } },
    features: { bots: { kind: 'counted', limit: 5, product: null } },
    upgrade: {
      bots: { product: 'main', plan: 'business', planName: 'BUSINESS', limit: 50 },
      calls: { plan: 'pro', limit: 1_000 },
      sso: { plan: 'business', limit: null },
    },
  });
});

test('a limit of another window is more only when it allows more in any month', () => {
  const isMore = (offered: FeatureGrant, had: FeatureGrant) =>
    'calls' in
    of({ subscriptions: [main(plan('own', 0, { calls: had }))], plans: [plan('other', 1, { calls: offered })] })
      .snapshot.upgrade;
  expect(isMore(metered(101, 'day'), metered(100, 'day'))).toBe(true);
  expect(isMore(metered(100, 'day'), metered(2_799))).toBe(true);
  expect(isMore(metered(100, 'day'), metered(2_900))).toBe(false);
  expect(isMore(metered(3_000), metered(100, 'day'))).toBe(false);
  expect(isMore(metered(3_101), metered(100, 'day'))).toBe(true);
  // Paying for each call is no upgrade for who has some included, but it is for who is refused at the same number.
  const payg = { ...metered(0), enforcement: 'overage', ceiling: null } as FeatureGrant;
  expect(isMore(payg, metered(10))).toBe(false);
  expect(isMore({ ...metered(10), enforcement: 'overage', ceiling: null } as FeatureGrant, metered(10))).toBe(true);
});

test('the largest plan has nowhere to go', () => {
  expect(on(business).upgrade).toEqual({});
});

test('what the newest version of the own plan includes is not said of another plan', () => {
  const old = { ...tier('pro', 2_900, 3, 500), version: 7 };
  const snapshot = of({ subscriptions: [main(old)], plans: [free, { ...pro, version: 8 }, business] }).snapshot;
  expect(snapshot).toMatchObject({ plans: { main: { planVersion: 7 } }, features: { bots: { limit: 3 } } });
  expect(snapshot.upgrade).toMatchObject({
    calls: { plan: 'pro', limit: 1_000 },
    bots: { plan: 'pro', limit: 5 },
    sso: { plan: 'business' },
  });
});

test('an offer is what there would be with it: what is set stays, what is added stays on top, add-ons that go with it go on', () => {
  const given = (op: Grant['op'], value: number) => of({ grants: [grant({ feature: 'bots', op, value })] }).snapshot;
  expect(given('set', 7).upgrade['bots']).toBeUndefined();
  expect(given('add', 60)).toMatchObject({
    ...{ features: { bots: { limit: 65 } }, upgrade: { bots: { plan: 'business', limit: 110 } } },
  });
  expect(given('max', 50).upgrade['bots']).toBeUndefined();
  const item = { addon: 'x', quantity: 1, since: 0, until: null, features: { bots: { value: 46 } } };
  const adding = (plans?: string[]) => on(pro, { items: [{ ...item, plans }] });
  expect(adding()).toMatchObject({ features: { bots: { limit: 51 } }, upgrade: { bots: { limit: 96 } } });
  expect(adding(['pro']).upgrade['bots']).toBeUndefined();
});

test('dearer plans that reach further are named after the cheapest, with what they give', () => {
  const level = (key: string, month: number, of: 'none' | 'basic' | 'premium') =>
    plan(key, month, { depth: { kind: 'level', level: of }, bots: counted(month) });
  const plans = [level('a', 1, 'basic'), level('b', 2, 'basic'), level('c', 3, 'premium')];
  const features = [{ key: 'depth', kind: 'level' as const, product: null, per: null }];
  const { upgrade, further } = of({ features, plans, subscriptions: [main(level('own', 0, 'none'))] }).snapshot;
  expect(upgrade).toMatchObject({ depth: { plan: 'a', level: 'basic', limit: null }, bots: { plan: 'a', limit: 1 } });
  expect(further).toMatchObject({
    depth: [{ plan: 'c', level: 'premium' }],
    bots: [
      { plan: 'b', limit: 2 },
      { plan: 'c', limit: 3 },
    ],
  });
});

test('a plan that only operators give is no upgrade', () => {
  expect(of({ plans: [free, pro, { ...business, offered: false }] }).snapshot.upgrade['sso']).toBeUndefined();
});

test("an upgrade is a plan of the feature's own product; what all products share, the cheapest of any", () => {
  const features = [
    { key: 'servers', kind: 'counted', product: 'monitoring', per: null },
    { key: 'calls', kind: 'metered', product: null, per: 'month' },
  ] as const;
  const monitoring = { product: 'monitoring' };
  const trading = { product: 'trading' };
  const plans = [
    plan('free', 0, { servers: counted(1), calls: metered(10) }, monitoring),
    plan('pro', 4_900, { servers: counted(20), calls: metered(1_000) }, monitoring),
    plan('basic', 1_900, { servers: counted(99), calls: metered(500) }, trading),
  ];
  const given = { features, plans, products: [{ product: 'monitoring', defaultPlan: 'free' }] };
  const one = of({ ...given, subscriptions: [main(plans[0] as GrantingPlan)] }).snapshot;
  expect(one.upgrade).toMatchObject({
    servers: { product: 'monitoring', plan: 'pro' },
    calls: { product: 'trading', plan: 'basic' },
  });
  const both = of({ ...given, subscriptions: plans.slice(1).map((each) => main(each)) }).snapshot;
  expect(both.features).toMatchObject({ calls: { limit: 1_000, product: null }, servers: { product: 'monitoring' } });
  expect(Object.keys(both.plans).sort()).toEqual(['monitoring', 'trading']);
});

test('a feature that the pinned version lacks is not included, and the plan that has it is named', () => {
  const { sso: _sso, ...features } = free.features;
  const snapshot = on({ ...free, features });
  expect(snapshot.features['sso']).toBeUndefined();
  expect(snapshot.upgrade['sso']).toMatchObject({ plan: 'business' });
});

test('a built-in feature that an old version lacks, or has as another kind, is what the default plan gives', () => {
  const calls = metered(10_000);
  const fallback = { ...free, features: { ...free.features, api_calls: calls, seats: counted(3) } };
  const old = { ...pro, features: { ...pro.features, seats: { kind: 'static', value: 9 } } as const };
  const { features, upgrade } = of({ plans: [fallback, pro], subscriptions: [main(old)] }).snapshot;
  expect(features).toMatchObject({ api_calls: calls, seats: { kind: 'counted', limit: 3 }, bots: { limit: 5 } });
  expect(upgrade['api_calls']).toBeUndefined();
  // A default plan from before knows no more than its versions: then it is not included.
  const none = on(old).features;
  expect(none['seats']).toBeUndefined();
  expect(none['api_calls']).toBeUndefined();
});

describe('what a status means', () => {
  test.each(['unpaid', 'canceled', 'incomplete', 'incomplete_expired'] as const)('%s: the default plan', (status) => {
    expect(on(business, { status }).plans['main']).toMatchObject({ plan: 'free', status, access: 'full' });
    const without = of({
      products: [{ product: 'main', defaultPlan: null }],
      subscriptions: [main(business, { status })],
    });
    expect(without.snapshot).toMatchObject({ plans: {}, features: {} });
  });

  test('past due: the plan, for reading only from the end of the grace on, to the instant', () => {
    const subscriptions = [main(pro, { status: 'past_due', graceUntil: NOW })];
    expect(of({ subscriptions }, NOW - 1).snapshot.plans['main']).toMatchObject({ plan: 'pro', access: 'full' });
    expect(of({ subscriptions }, NOW - 1).nextChangeAt).toBe(NOW);
    expect(of({ subscriptions }, NOW).snapshot.plans['main']).toMatchObject({ plan: 'pro', access: 'read_only' });
    expect(of({ subscriptions }, NOW).nextChangeAt).toBeNull();
  });

  test('paused: the plan, for reading only; trialing: the plan', () => {
    expect(on(pro, { status: 'paused' }).plans['main']).toMatchObject({ plan: 'pro', access: 'read_only' });
    expect(on(pro, { status: 'trialing' }).plans['main']).toMatchObject({ plan: 'pro', access: 'full' });
  });
});

describe('what grants come to', () => {
  const features = (given: Partial<SnapshotInput>) => of(given).snapshot.features;
  const item = (quantity: number, more: Record<string, { value: number | null | true }>): GrantingItem => ({
    addon: 'extra',
    quantity,
    since: 0,
    until: null,
    features: more,
  });

  test('an add-on adds as often as it was bought; unlimited absorbs', () => {
    const items = [item(3, { bots: { value: 2 }, calls: { value: 10 }, sso: { value: true } })];
    expect(features({ subscriptions: [main(pro, { items })] })).toMatchObject({
      bots: { limit: 11 },
      calls: { limit: 1_030, ceiling: 1_030 },
      sso: { value: true },
    });
    const unlimited = [item(1, { bots: { value: null } })];
    expect(features({ subscriptions: [main(pro, { items: unlimited })] })['bots']).toMatchObject({ limit: null });
    // They belong to the plan with which they were bought.
    expect(features({ subscriptions: [main(pro, { items, status: 'unpaid' })] })['bots']).toMatchObject({ limit: 5 });
  });

  test('the latest that was set replaces the plan, and what is added comes on top', () => {
    const grants = [
      grant({ id: 'a', feature: 'bots', op: 'set', value: 1, from: 10 }),
      grant({ id: 'b', feature: 'bots', op: 'set', value: 2, from: 20 }),
      grant({ id: 'c', feature: 'bots', op: 'set', value: 3, from: 20 }),
      grant({ id: 'd', feature: 'bots', op: 'max', value: 90 }),
      grant({ id: 'e', feature: 'bots', op: 'add', value: 4 }),
      grant({ id: 'f', feature: 'sso', op: 'set', value: true }),
    ];
    expect(features({ grants })).toMatchObject({ bots: { limit: 7 }, sso: { value: true } });
  });

  test('a soft limit keeps its grace, and what is charged beyond is never refused', () => {
    const soft = { kind: 'metered', enforcement: 'soft', limit: 100, ceiling: 110, per: 'month', grace: 10 } as const;
    const overage = { kind: 'metered', enforcement: 'overage', limit: 100, ceiling: null, per: 'month' } as const;
    const grants = [grant({ feature: 'calls', value: 101 })];
    const withPlan = (calls: FeatureGrant & { grace?: number }) =>
      features({ grants, subscriptions: [main(plan('own', 0, { calls }))] })['calls'];
    expect(withPlan(soft)).toMatchObject({ enforcement: 'soft', limit: 201, ceiling: 221 });
    expect(withPlan(overage)).toMatchObject({ enforcement: 'overage', limit: 201, ceiling: null });
  });

  test('what rolls over follows the plan whose terms are in force, and nothing does of what is unlimited', () => {
    const calls = { kind: 'metered', enforcement: 'hard', limit: 100, ceiling: 100, per: 'month' } as const;
    const rollover = { max: 50, periods: 2 };
    const withPlan = (grants: Grant[] = []) =>
      features({ grants, subscriptions: [main(plan('own', 0, { calls: { ...calls, rollover } }))] })['calls'];
    expect(withPlan([grant({ feature: 'calls', value: 11 })])).toMatchObject({ limit: 111, rollover });
    expect(withPlan([grant({ feature: 'calls', value: null })])).not.toHaveProperty('rollover');
    const without = features({ subscriptions: [main(plan('own', 0, { calls }))] })['calls'];
    expect(without).not.toHaveProperty('rollover');
  });

  test('levels: the highest. What no plan gives can be given, and a value of another kind gives nothing', () => {
    const declared = [...base.features, { key: 'reports', kind: 'level' as const, product: null, per: null }];
    const level = (value: string) => grant({ feature: 'reports', op: 'max', value: value as never });
    const reports = (grants: Grant[]) => features({ features: declared, grants })['reports'];
    expect(reports([level('basic'), level('premium'), level('none')])).toMatchObject({ level: 'premium' });
    expect(reports([level('everything')])).toBeUndefined();
    expect(reports([grant({ feature: 'reports', value: 5 })])).toBeUndefined();
    expect(features({ grants: [grant({ feature: 'nowhere', value: 5 })] })['nowhere']).toBeUndefined();
    const given = features({ grants: [grant({ feature: 'calls', value: 7 })], subscriptions: [] })['calls'];
    expect(given).toMatchObject({ kind: 'metered', enforcement: 'hard', limit: 7, ceiling: 7, per: 'month' });
  });

  test('what expires at an instant is gone from that instant on, and the instant is known in advance', () => {
    const until = NOW + 5_000;
    const grants = [
      grant({ feature: 'bots', value: 4, until }),
      grant({ feature: 'bots', value: 2, from: NOW + 9_000, until: NOW + 10_000 }),
    ];
    const at = (instant: number) => {
      const { snapshot, nextChangeAt } = of({ grants }, instant);
      return { bots: snapshot.features['bots'], nextChangeAt };
    };
    expect(at(until - 1_000)).toMatchObject({ bots: { limit: 9 }, nextChangeAt: until });
    expect(at(until)).toMatchObject({ bots: { limit: 5 }, nextChangeAt: NOW + 9_000 });
    expect(at(until + 1_000)).toMatchObject({ bots: { limit: 5 } });
    expect(at(NOW + 9_000)).toMatchObject({ bots: { limit: 7 }, nextChangeAt: NOW + 10_000 });
    expect(at(NOW + 10_000)).toMatchObject({ bots: { limit: 5 }, nextChangeAt: null });
  });
});

const anyGrant = fc.record({
  id: fc.uuid(),
  feature: fc.constantFrom('bots', 'calls', 'sso', 'reports'),
  op: fc.constantFrom('set' as const, 'add' as const, 'max' as const),
  value: fc.oneof(
    fc.nat(50),
    fc.constant(null),
    fc.boolean(),
    fc.constantFrom('none' as const, 'basic' as const, 'unlimited' as const),
    fc.constant(Number.MAX_SAFE_INTEGER),
  ),
  from: fc.nat(20),
  until: fc.option(fc.integer({ min: 1, max: 30 }), { nil: null }),
});

test('any order of the same grants, add-ons and subscriptions gives the same entitlements', () => {
  fc.assert(
    fc.property(fc.array(anyGrant, { maxLength: 8 }), fc.nat(30), fc.nat(), (grants, at, seed) => {
      const shuffled = [...grants].sort(
        (a, b) => ((a.id.charCodeAt(0) * seed) % 7) - ((b.id.charCodeAt(0) * seed) % 7),
      );
      const given = { subscriptions: [main(pro), main({ ...business, product: 'other' })], products: [] };
      const { snapshot, nextChangeAt } = of({ ...given, grants }, at);
      const again = of({ subscriptions: given.subscriptions.toReversed(), grants: shuffled.toReversed() }, at);
      expect(again.snapshot.features).toEqual(snapshot.features);
      expect(again.nextChangeAt).toEqual(nextChangeAt);
    }),
  );
});

test('between two instants that were named nothing changes', () => {
  fc.assert(
    fc.property(fc.array(anyGrant, { maxLength: 6 }), fc.nat(30), (grants, at) => {
      const { snapshot, nextChangeAt } = of({ grants }, at);
      for (let later = at + 1; later < Math.min(nextChangeAt ?? 35, 35); later++) {
        expect(of({ grants }, later).snapshot).toEqual(snapshot);
      }
    }),
  );
});

test('an upgrade always gives strictly more, and is absent only when no offer does', () => {
  const limit = fc.option(fc.nat(20), { nil: null });
  const size = (value: number | null | undefined) => (value === null ? Number.POSITIVE_INFINITY : (value ?? 0));
  fc.assert(
    fc.property(fc.array(limit, { maxLength: 6 }), limit, (offered, mine) => {
      const plans = offered.map((bots, index) => tier(`p${index}`, index, bots, null));
      const { upgrade } = of({ plans, subscriptions: [main(tier('mine', 0, mine, null))] }).snapshot;
      const first = offered.findIndex((bots) => size(bots) > size(mine));
      expect(upgrade['bots']?.plan).toBe(first < 0 ? undefined : `p${first}`);
    }),
  );
});
