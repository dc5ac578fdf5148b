import { addonFor, refusalOf, upgradeFor } from './snapshot.ts';

const plan = (key: string, more: object) => ({ product: 'main', plan: key, planName: key, limit: null, ...more });
const snapshot = {
  ...{ features: {}, plans: {} },
  upgrade: {
    bots: plan('pro', { limit: 5 }),
    calls: plan('pro', { limit: 100, ceiling: 110 }),
    depth: plan('pro', { level: 'basic' as const }),
    old: plan('pro', {}),
  },
  further: {
    bots: [plan('team', { limit: 50 }), plan('large', {})],
    depth: [plan('team', { level: 'premium' as const })],
  },
  addon: {
    bots: {
      ...{ product: 'main', plan: 'p', planName: 'P', addon: 'bot', addonName: 'Bot' },
      limit: 4,
      each: 2,
      most: 3,
    },
    depth: {
      ...{ product: 'main', plan: 'p', planName: 'P', addon: 'd', addonName: 'D' },
      limit: null,
      level: 'premium',
    },
  },
};

test('the cheapest plan that gives what was needed is offered, and none that would be refused again', () => {
  const of = (feature: string, need: object = {}) => upgradeFor(snapshot, feature, need)?.plan;
  expect(['bots', 'depth', 'nothing'].map((feature) => of(feature))).toEqual(['pro', 'pro', undefined]);
  expect([5, 6, 50, 51].map((amount) => of('bots', { amount }))).toEqual(['pro', 'team', 'team', 'large']);
  expect([110, 111].map((amount) => of('calls', { amount }))).toEqual(['pro', undefined]);
  const levels = ['basic', 'premium', 'unlimited'] as const;
  expect(levels.map((level) => of('depth', { level }))).toEqual(['pro', 'team', undefined]);
  // A snapshot of before said no levels.
  expect(of('old', { level: 'premium' })).toBe('pro');
  expect(refusalOf(snapshot, 'bots', { amount: 51 })).toMatchObject({ upgradeTo: 'large', addon: undefined });
});

test('as many of an add-on as are needed are offered, or none where there cannot be so many', () => {
  const of = (amount?: number) => addonFor(snapshot, 'bots', { amount });
  expect([undefined, 4].map((amount) => of(amount)?.quantity)).toEqual([undefined, undefined]);
  expect(of(5)).toMatchObject({ quantity: 2, limit: 6 });
  expect(of(8)).toMatchObject({ quantity: 3, limit: 8 });
  expect(of(9)).toBeUndefined();
  expect(addonFor(snapshot, 'depth', { level: 'premium' })).toMatchObject({ addon: 'd' });
  expect(addonFor(snapshot, 'depth', { level: 'unlimited' })).toBeUndefined();
});
