import type { Addon } from '@tidegate/client';
import { addonLines, chosenOf, isCountOf, unchanged } from './addons.rules.ts';

const sold = (addon: string, more: Partial<Addon> = {}): Addon => ({
  ...{ product: 'main', addon, version: 1, name: addon, description: '', offered: true, plans: ['pro'], max: null },
  prices: [
    { currency: 'USD', interval: 'month', amountMinor: 500 },
    { currency: 'EUR', interval: 'month', amountMinor: 400 },
    { currency: 'EUR', interval: 'year', amountMinor: 4_000 },
  ],
  ...{ setup: [], features: { seats: { kind: 'counted', value: 1 } } },
  ...more,
});
const had = (addon: string, quantity: number, until: string | null = null) => ({
  ...{ addon, name: addon, version: 1, quantity, until },
});
const own = {
  plan: 'pro',
  interval: 'month' as const,
  addons: [had('member', 2), had('gone', 1), had('old', 3, '2030-01-01T00:00:00.000Z')],
};

test('the add-ons of a plan are what is offered with it, priced in its currency, and what it has besides', () => {
  const lines = addonLines(own, [sold('member'), sold('old', { max: 5 }), sold('other', { plans: ['free'] })], 'EUR');
  expect(lines).toMatchObject([
    { addon: 'member', had: 2, until: null, max: null, price: { currency: 'EUR', interval: 'month' } },
    { addon: 'old', had: 3, until: '2030-01-01T00:00:00.000Z', max: 5 },
    { addon: 'gone', had: 1, price: undefined, max: 1 },
  ]);
  expect(addonLines({ ...own, interval: 'year' }, [sold('member')], 'EUR')[0]?.price).toMatchObject({
    amountMinor: 4_000,
  });
  expect(addonLines(own, [sold('member')], 'JPY')[0]?.price).toBeUndefined();
});

test('nothing is asked for of what ends by itself, until it is', () => {
  const counts = unchanged(addonLines(own, [sold('member'), sold('old')], 'EUR'));
  expect(chosenOf(counts)).toEqual([
    { addon: 'member', quantity: 2 },
    { addon: 'gone', quantity: 1 },
  ]);
  expect(chosenOf({ ...counts, member: 0, old: 1 })).toEqual([
    { addon: 'old', quantity: 1 },
    { addon: 'gone', quantity: 1 },
  ]);
});

test('a number is whole and no more than the add-on allows', () => {
  expect([0, 1, 2, -1, 1.5, '', '2'].map((count) => isCountOf({ max: 1 }, count, 10_000))).toEqual([
    ...[true, true, false, false, false, false, false],
  ]);
  expect([10_000, 10_001].map((count) => isCountOf({ max: null }, count, 10_000))).toEqual([true, false]);
});
