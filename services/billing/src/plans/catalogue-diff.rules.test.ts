import { diffPlans, type VersionedPlan } from './catalogue-diff.rules.ts';

const free: VersionedPlan = {
  plan: 'free',
  version: 3,
  name: 'Free',
  description: '',
  isDefault: true,
  prices: [{ currency: 'EUR', interval: 'month', amountMinor: 0 }],
  features: { bots: { kind: 'counted', limit: 5 } },
};
const pro: VersionedPlan = { ...free, plan: 'pro', version: 1, name: 'Pro', isDefault: false };
const none = { latest: new Map([['free', 3]]), subscriptions: new Map([['free', 7]]) };

test('the same plans are unchanged and keep their version', () => {
  expect(diffPlans({ ...none, offered: [free], next: [free] })).toEqual([
    { plan: 'free', change: 'unchanged', fromVersion: 3, toVersion: 3, subscriptions: 7, fields: [] },
  ]);
});

test('a changed plan names each field, before and after, and gets the next version', () => {
  const next = { ...free, features: { bots: { kind: 'counted' as const, limit: null } } };
  expect(diffPlans({ ...none, offered: [free], next: [next] })).toEqual([
    {
      plan: 'free',
      change: 'changed',
      fromVersion: 3,
      toVersion: 4,
      subscriptions: 7,
      fields: [{ field: 'features/bots/limit', before: '5', after: 'unlimited' }],
    },
  ]);
});

test('a plan that leaves the catalogue is removed, its subscriptions are counted', () => {
  const changes = diffPlans({ ...none, offered: [free, pro], next: [pro] });
  expect(changes.map(({ plan, change, toVersion }) => [plan, change, toVersion])).toEqual([
    ['pro', 'unchanged', 1],
    ['free', 'removed', null],
  ]);
  expect(changes[1]?.subscriptions).toBe(7);
});

test('a plan that comes back does not reuse an old version number', () => {
  expect(diffPlans({ ...none, offered: [pro], next: [pro, free] })[1]).toMatchObject({ change: 'added', toVersion: 4 });
});
