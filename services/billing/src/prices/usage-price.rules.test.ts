import type { UsagePrice } from '@tidegate/contracts/billing/prices';
import fc from 'fast-check';
import { usageAmount } from './usage-price.rules.ts';

const unit = (price: string): UsagePrice => ({ model: 'unit', unit: price });
const cost = (price: UsagePrice, quantity: number, currency = 'USD', decimals = 0) =>
  Number(usageAmount(price, BigInt(quantity), currency, decimals));

test('a unit price is exact and the amount is rounded once', () => {
  expect(cost(unit('0.01'), 1)).toBe(1);
  expect(cost(unit('0.01'), 123_456)).toBe(123_456);
  expect(cost(unit('0.0004'), 1_000)).toBe(40);
  expect(cost(unit('0.0004'), 12)).toBe(0);
  expect(cost(unit('0.0004'), 13)).toBe(1);
  expect(cost(unit('0.000000000001'), 9_007_199_254_740_991)).toBe(900_720);
});

test('the smallest unit of a currency decides what a price is worth', () => {
  expect(cost(unit('0.4'), 3, 'JPY')).toBe(1);
  expect(cost(unit('0.4'), 3, 'KWD')).toBe(1_200);
});

test('every begun package is paid', () => {
  const price: UsagePrice = { model: 'package', size: 1_000, amountMinor: 1_000 };
  expect([0, 1, 1_000, 1_001, 2_000].map((quantity) => cost(price, quantity))).toEqual([0, 1_000, 1_000, 2_000, 2_000]);
});

const tiers = [
  { upTo: 10, unit: '1', flatMinor: 500 },
  { upTo: 100, unit: '0.5', flatMinor: 0 },
  { upTo: null, unit: '0.1', flatMinor: 200 },
];

test('parts of a unit cost their part of its price, exactly; a begun package and a begun tier count as for whole units', () => {
  const of = (price: UsagePrice, steps: number, decimals: number) => cost(price, steps, 'USD', decimals);
  expect(of(unit('0.1'), 3_000_000, 6)).toBe(30);
  expect(of(unit('1'), 1_234_567, 6)).toBe(123);
  expect(of(unit('1'), 1_235_000, 6)).toBe(124);
  expect(of(unit('0.01'), 9_007_199_254_740_991, 6)).toBe(9_007_199_255);
  const price: UsagePrice = { model: 'package', size: 1_000, amountMinor: 1_000 };
  expect([1, 1_000_00, 1_000_01].map((steps) => of(price, steps, 2))).toEqual([1_000, 1_000, 2_000]);
  expect(of({ model: 'graduated', tiers }, 10_50, 2)).toBe(500 + 1_000 + 25);
  expect([of({ model: 'volume', tiers }, 10_00, 2), of({ model: 'volume', tiers }, 10_01, 2)]).toEqual([1_500, 501]);
});

test('graduated: each unit at the price of its tier, the flat part of each tier once', () => {
  const price: UsagePrice = { model: 'graduated', tiers };
  expect(cost(price, 10)).toBe(500 + 1_000);
  expect(cost(price, 11)).toBe(500 + 1_000 + 50);
  expect(cost(price, 110)).toBe(500 + 1_000 + 4_500 + 200 + 100);
});

test('volume: all units at the price of the tier in which the last lies', () => {
  const price: UsagePrice = { model: 'volume', tiers };
  expect(cost(price, 10)).toBe(500 + 1_000);
  expect(cost(price, 11)).toBe(550);
  expect(cost(price, 101)).toBe(200 + 1_010);
});

const price = fc.tuple(fc.nat(5), fc.integer({ min: 1, max: 999_999_999_999 })).map(([whole, fraction]) => {
  const text = String(fraction).padStart(12, '0').replace(/0+$/, '');
  return `${whole}.${text}`;
});

test('graduated usage that is charged in two parts costs what it costs at once, to within one unit of rounding', () => {
  fc.assert(
    fc.property(price, price, fc.integer({ min: 1, max: 10_000 }), fc.nat(50_000), (first, second, upTo, quantity) => {
      const given: UsagePrice = {
        model: 'graduated',
        tiers: [
          { upTo, unit: first, flatMinor: 0 },
          { upTo: null, unit: second, flatMinor: 0 },
        ],
      };
      const within = Math.min(quantity, upTo);
      const apart = cost(unit(first), within) + cost(unit(second), quantity - within);
      expect(Math.abs(cost(given, quantity) - apart)).toBeLessThanOrEqual(1);
    }),
  );
});

test('more never costs less, whatever is charged for each unit', () => {
  fc.assert(
    fc.property(price, fc.nat(1_000_000), fc.nat(1_000), (one, quantity, more) => {
      expect(cost(unit(one), quantity + more)).toBeGreaterThanOrEqual(cost(unit(one), quantity));
    }),
  );
});
