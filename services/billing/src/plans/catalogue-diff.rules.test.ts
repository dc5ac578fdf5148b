import { diffCatalogues, versioned } from './catalogue-diff.rules.ts';
import type { Catalogue, PlanDefinition, VersionedCatalogue } from './catalogue-model.rules.ts';

const free: PlanDefinition = {
  product: 'main',
  plan: 'free',
  name: 'Free',
  description: '',
  isDefault: true,
  offered: true,
  approval: false,
  trial: null,
  seats: null,
  prices: [{ currency: 'EUR', interval: 'month', amountMinor: 0 }],
  setup: [],
  revenueShare: null,
  features: { bots: { kind: 'counted', limit: 5 } },
};
const pro: PlanDefinition = { ...free, plan: 'pro', name: 'Pro', isDefault: false };
const extra = {
  product: 'main',
  addon: 'extra',
  name: 'Extra',
  description: '',
  offered: true,
  plans: ['free'],
  max: null,
  prices: [{ currency: 'EUR', interval: 'month' as const, amountMinor: 500 }],
  setup: [],
  features: { bots: { kind: 'counted' as const, value: 1 } },
};
const of = (plans: PlanDefinition[], more: Partial<Catalogue> = {}): Catalogue => ({
  currency: 'EUR',
  products: [{ product: 'main', name: 'Main', description: '', defaultPlan: 'free' }],
  features: [],
  plans,
  addons: [],
  packages: [],
  coupons: [],
  ...more,
});
const inForce = (catalogue: Catalogue, version = 3): VersionedCatalogue => ({
  ...catalogue,
  plans: catalogue.plans.map((plan) => ({ ...plan, version })),
  addons: catalogue.addons.map((addon) => ({ ...addon, version })),
});
const none = {
  latest: { plans: new Map([['main.free', 3]]), addons: new Map([['main.extra', 3]]) },
  subscriptions: new Map([['main.free', 7]]),
};

test('the same plans are unchanged and keep their version', () => {
  expect(diffCatalogues({ ...none, current: inForce(of([free])), next: of([free]) })).toEqual({
    changes: [
      {
        product: 'main',
        plan: 'free',
        change: 'unchanged',
        fromVersion: 3,
        toVersion: 3,
        subscriptions: 7,
        fields: [],
      },
    ],
    addons: [],
    others: [],
  });
});

test('a changed plan names each field, before and after, and gets the next version', () => {
  const next = of([{ ...free, features: { bots: { kind: 'counted', limit: null } } }]);
  const diff = diffCatalogues({ ...none, current: inForce(of([free])), next });
  expect(diff.changes).toEqual([
    {
      product: 'main',
      plan: 'free',
      change: 'changed',
      fromVersion: 3,
      toVersion: 4,
      subscriptions: 7,
      fields: [{ field: 'features/bots/limit', before: '5', after: 'unlimited' }],
    },
  ]);
  expect(versioned(next, diff).newPlans).toMatchObject([{ plan: 'free', version: 4 }]);
});

test('everything that is sold with a plan makes a version: trial, seats, approval, prices of usage', () => {
  const usage = { kind: 'metered', limit: 0, enforcement: 'overage', ceiling: null, per: 'month' } as const;
  const price = (unit: string) => ({ EUR: { model: 'unit', unit } as const });
  const before = { ...pro, features: { calls: { ...usage, price: price('0.01') } } };
  const changes: [PlanDefinition, object][] = [
    [
      { ...before, trial: { days: 14, card: false } },
      { field: 'trial/days', before: null, after: '14' },
    ],
    [
      { ...before, approval: true },
      { field: 'approval', before: 'false', after: 'true' },
    ],
    [
      { ...before, offered: false },
      { field: 'offered', before: 'true', after: 'false' },
    ],
    [
      { ...before, revenueShare: '20' },
      { field: 'revenueShare', before: null, after: '20' },
    ],
    [
      { ...before, setup: [{ currency: 'EUR', amountMinor: 500 }] },
      { field: 'setup/EUR', before: null, after: '500' },
    ],
    [
      { ...before, features: { calls: { ...usage, price: price('0.02') } } },
      { field: 'features/calls/price/EUR/unit', before: '0.01', after: '0.02' },
    ],
    [
      { ...before, seats: { feature: 'seats', included: 3, addon: null } },
      { field: 'seats/included', before: null, after: '3' },
    ],
  ];
  for (const [next, field] of changes) {
    const [change] = diffCatalogues({ ...none, current: inForce(of([before])), next: of([next]) }).changes;
    expect(change?.fields).toContainEqual(field);
  }
});

test('a plan that leaves the catalogue is removed, its subscriptions are counted', () => {
  const { changes } = diffCatalogues({ ...none, current: inForce(of([free, pro]), 1), next: of([pro]) });
  expect(changes.map(({ plan, change, toVersion }) => [plan, change, toVersion])).toEqual([
    ['pro', 'unchanged', 1],
    ['free', 'removed', null],
  ]);
  expect(changes[1]?.subscriptions).toBe(7);
});

test('a plan or an add-on that comes back does not reuse an old version number', () => {
  const diff = diffCatalogues({ ...none, current: inForce(of([pro])), next: of([pro, free], { addons: [extra] }) });
  expect(diff.changes[1]).toMatchObject({ change: 'added', toVersion: 4 });
  expect(diff.addons).toMatchObject([{ addon: 'extra', change: 'added', toVersion: 4 }]);
});

test('plans of the same name in two products are two plans', () => {
  const other = { ...free, product: 'other' };
  const { changes } = diffCatalogues({ ...none, current: inForce(of([free])), next: of([free, other]) });
  expect(changes.map(({ product, change, toVersion }) => [product, change, toVersion])).toEqual([
    ['main', 'unchanged', 3],
    ['other', 'added', 1],
  ]);
});

test('what belongs to no plan is shown as well: products, features, packages and coupons', () => {
  const next = of([free], {
    products: [{ product: 'main', name: 'Renamed', description: '', defaultPlan: 'free' }],
    coupons: [
      {
        coupon: 'launch',
        name: 'launch',
        percent: '20',
        amounts: null,
        duration: 'once',
        codes: ['LAUNCH20'],
        plans: null,
        max: null,
      },
    ],
  });
  const { others } = diffCatalogues({ ...none, current: inForce(of([free])), next });
  expect(others).toContainEqual({ field: 'products/main/name', before: 'Main', after: 'Renamed' });
  expect(others).toContainEqual({ field: 'coupons/launch/percent', before: null, after: '20' });
});

test('what rolls over is a field of a plan: another cap makes a version', () => {
  const calls = { kind: 'metered', limit: 100, enforcement: 'hard', ceiling: 100, per: 'month' } as const;
  const before = { ...free, features: { calls: { ...calls, rollover: { max: 50, periods: 1 } } } };
  const after = { ...free, features: { calls: { ...calls, rollover: { max: 80, periods: 1 } } } };
  const [change] = diffCatalogues({ ...none, current: inForce(of([before])), next: of([after]) }).changes;
  expect(change).toMatchObject({
    change: 'changed',
    fields: [{ field: 'features/calls/rollover/max', before: '50', after: '80' }],
  });
});
