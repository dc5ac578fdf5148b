import fc from 'fast-check';
import { credit, totals } from './invoice.rules.ts';

test('the balance pays what it can, and the rest is due', () => {
  const lines = [
    { amount: 5_000n, discount: 1_000n, tax: 0n },
    { amount: 1_500n, discount: 300n, tax: 0n },
  ];
  expect(totals(lines, 1_000n)).toEqual({
    subtotal: 6_500n,
    discount: 1_300n,
    tax: 0n,
    total: 5_200n,
    fromBalance: 1_000n,
    due: 4_200n,
  });
});

test('credits beyond the charges go to the balance', () => {
  const lines = [-3_000n, 1_000n].map((amount) => ({ amount, discount: 0n, tax: 0n }));
  expect(totals(lines, 500n)).toMatchObject({ total: 0n, fromBalance: -2_000n, due: 0n });
});

test('no money comes from nowhere: charges less discounts, with their tax, are what is due, what the balance paid, and what it got', () => {
  const amounts = fc.array(fc.bigInt({ min: -50_000n, max: 50_000n }), { minLength: 1, maxLength: 6 });
  fc.assert(
    fc.property(
      amounts,
      fc.integer({ min: 1, max: 100 }),
      fc.bigInt({ min: 0n, max: 50_000n }),
      (given, off, balance) => {
        const { subtotal, discount, tax, total, fromBalance, due } = totals(
          given.map((amount) => ({
            amount,
            discount: amount > 0n ? (amount * BigInt(off)) / 100n : 0n,
            tax: amount / 5n,
          })),
          balance,
        );
        expect(subtotal - discount + tax).toBe(due + fromBalance);
        expect(due).toBeGreaterThanOrEqual(0n);
        expect(total).toBeGreaterThanOrEqual(due);
        expect(balance - fromBalance).toBeGreaterThanOrEqual(0n);
      },
    ),
  );
});

test('a credit note takes from what is owed first, and never more than the invoice has left', () => {
  expect(credit({ total: 1_000n, credited: 0n, due: 400n }, 600n)).toEqual({ due: 0n, returned: 200n });
  expect(credit({ total: 1_000n, credited: 700n, due: 0n }, 300n)).toEqual({ due: 0n, returned: 300n });
  expect(credit({ total: 1_000n, credited: 700n, due: 0n }, 301n)).toBeUndefined();
});
