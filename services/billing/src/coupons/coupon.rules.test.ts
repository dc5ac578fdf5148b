import fc from 'fast-check';
import { remaining } from '../prices/proration.rules.ts';
import { couponDiscounts, couponOf, endOf, isForPlan, periodBeginning, type Redemption } from './coupon.rules.ts';

const START = Date.UTC(2026, 0, 31, 10);
const period = { start: START, end: Date.UTC(2026, 1, 28, 10) };
const coupon = (given: Partial<Redemption['definition']> = {}, more: Partial<Redemption> = {}): Redemption => ({
  ...{ coupon: 'launch', product: 'main', from: START, until: null, ...more },
  definition: { name: 'Launch', percent: '20', amounts: null, duration: 'forever', plans: null, ...given },
});
const of = (charges: bigint[], redemption: Redemption | undefined, more: object = {}) =>
  couponDiscounts(
    charges.map((amountMinor) => ({ amountMinor, start: START })),
    redemption,
    { ...{ plan: 'pro', currency: 'EUR', period, at: START, given: 0n }, ...more },
  );
const amount = (amountMinor: number) => coupon({ percent: null, amounts: [{ currency: 'EUR', amountMinor }] });

test('a percentage takes its share of every charge, an amount once from all of them, and neither more than there is', () => {
  expect(of([1_000n, 505n], coupon())).toEqual([200n, 101n]);
  expect(of([1_000n, 500n], amount(300))).toEqual([200n, 100n]);
  expect(of([1_000n, 500n], amount(9_000))).toEqual([1_000n, 500n]);
  expect(of([1_000n], undefined)).toEqual([0n]);
});

test('an amount is for a whole period: a part of it has a part, less what goes on', () => {
  const half = (period.start + period.end) / 2;
  const at = { at: half };
  const later = (charges: bigint[], more: object = {}) =>
    couponDiscounts(
      charges.map((amountMinor) => ({ amountMinor, start: half })),
      amount(300),
      { plan: 'pro', currency: 'EUR', period, given: 0n, ...at, ...more },
    );
  expect(later([1_000n])).toEqual([150n]);
  expect(later([1_000n], { given: 100n })).toEqual([50n]);
  expect(later([1_000n], { given: 400n })).toEqual([0n]);
});

test('only charges whose time begins while it runs, of its plans and in its currency', () => {
  expect(of([100n], coupon({}, { from: START + 1 }))).toEqual([0n]);
  expect(of([100n], coupon({}, { until: START }))).toEqual([0n]);
  expect(of([100n], coupon({}, { until: START + 1 }))).toEqual([20n]);
  expect(of([100n], coupon({ plans: [{ product: 'main', plan: 'team' }] }))).toEqual([0n]);
  expect(of([100n], coupon({ plans: [{ product: 'main', plan: 'pro' }] }))).toEqual([20n]);
  expect(of([100n], amount(50), { currency: 'USD' })).toEqual([0n]);
});

test('how long: what is paid for at a time, so many months, or for ever', () => {
  const end = (duration: Redemption['definition']['duration']) => endOf({ duration }, START, period);
  expect(end('once')).toBe(period.end);
  expect(end({ months: 3 })).toBe(Date.UTC(2026, 3, 30, 10));
  expect(end('forever')).toBeNull();
  expect(periodBeginning(START, 'year').end).toBe(Date.UTC(2027, 0, 31, 10));
});

test('codes are compared without regard to case', () => {
  const launch = { ...coupon().definition, coupon: 'launch', codes: ['Launch20'], max: null };
  expect(couponOf([launch], 'LAUNCH20')).toBe(launch);
  expect(couponOf([launch], 'launch2')).toBeUndefined();
  expect(isForPlan({ plans: [] }, 'main', 'pro')).toBe(false);
});

test('whenever a plan is left, what is given back was paid: nobody gains by a coupon and a change', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 100_000 }),
      fc.integer({ min: 1, max: 100 }),
      fc.boolean(),
      fc.integer({ min: 0, max: 28 * 86_400 }),
      (price, off, isPercent, second) => {
        const redemption = isPercent ? coupon({ percent: String(off) }) : amount(off * 10);
        const [discount = 0n] = of([BigInt(price)], redemption);
        const at = START + second * 1_000;
        const back = remaining(BigInt(price), period, at) - remaining(discount, period, at);
        expect(back).toBeGreaterThanOrEqual(-1n);
        expect(back).toBeLessThanOrEqual(BigInt(price) - discount + 1n);
      },
    ),
  );
});
