import fc from 'fast-check';
import { type Discount, discountAmounts } from './discount.rules.ts';
import { shareOut } from './rounding.rules.ts';

const total = (amounts: readonly bigint[]) => amounts.reduce((sum, amount) => sum + amount, 0n);

test('a percentage is rounded once and shared out over the lines', () => {
  expect(discountAmounts([333n, 333n, 334n], [{ percent: '10' }])).toEqual([[33n, 33n, 34n]]);
  expect(discountAmounts([105n], [{ percent: '12.5' }])).toEqual([[13n]]);
});

test('an amount takes no more than there is, and never from a credit', () => {
  expect(discountAmounts([1_000n, -400n], [{ amountMinor: 5_000n }])).toEqual([[1_000n, 0n]]);
});

test('discounts follow each other', () => {
  expect(discountAmounts([1_000n], [{ percent: '50' }, { percent: '50' }])).toEqual([[500n], [250n]]);
});

const discount: fc.Arbitrary<Discount> = fc.oneof(
  fc.integer({ min: 1, max: 100 }).map((percent) => ({ percent: String(percent) })),
  fc.bigInt({ min: 1n, max: 100_000n }).map((amountMinor) => ({ amountMinor })),
);

test('lines never fall below zero, and the parts of each discount add up', () => {
  const lines = fc.array(fc.bigInt({ min: -10_000n, max: 100_000n }), { minLength: 1, maxLength: 8 });
  fc.assert(
    fc.property(lines, fc.array(discount, { maxLength: 4 }), (amounts, discounts) => {
      const taken = discountAmounts(amounts, discounts);
      amounts.forEach((amount, index) => {
        const off = total(taken.map((one) => one[index] as bigint));
        expect(off).toBeGreaterThanOrEqual(0n);
        expect(off).toBeLessThanOrEqual(amount > 0n ? amount : 0n);
      });
    }),
  );
});

test('shares add up to the whole, whatever the weights', () => {
  const weights = fc.array(fc.bigInt({ min: 0n, max: 1_000_000n }), { minLength: 1, maxLength: 10 });
  fc.assert(
    fc.property(fc.bigInt({ min: -1_000_000n, max: 1_000_000n }), weights, (amount, given) => {
      expect(total(shareOut(amount, given))).toBe(amount);
    }),
  );
});
