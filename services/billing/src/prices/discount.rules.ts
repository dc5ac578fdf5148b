import { divideRounded, shareOut, smaller } from './rounding.rules.ts';

/** A coupon that applies to an invoice; the lines that it applies to are chosen by whoever asks. */
export type Discount = { percent: string } | { amountMinor: bigint };

/**
 * What each discount takes from each line, in the order of the discounts: each is taken from what those before it left.
 * A percentage is rounded once for the invoice and shared out over its lines, so that the lines add up to the total. No
 * line falls below zero, and credits are not discounted.
 *
 * @returns one list a discount, with one amount a line, none below zero
 */
export function discountAmounts(lines: readonly bigint[], discounts: readonly Discount[]): bigint[][] {
  const left = lines.map((amount) => (amount > 0n ? amount : 0n));
  return discounts.map((discount) => {
    const subtotal = left.reduce((sum, amount) => sum + amount, 0n);
    const wanted = 'percent' in discount ? percentOf(subtotal, discount.percent) : discount.amountMinor;
    const shares = shareOut(smaller(wanted, subtotal), left);
    shares.forEach((share, index) => {
      left[index] = (left[index] as bigint) - share;
    });
    return shares;
  });
}

/** `12.5` per cent of an amount, rounded once. */
function percentOf(amount: bigint, percent: string): bigint {
  const [whole = '0', fraction = ''] = percent.split('.');
  return divideRounded(amount * BigInt(whole + fraction.padEnd(2, '0')), 10_000n);
}
