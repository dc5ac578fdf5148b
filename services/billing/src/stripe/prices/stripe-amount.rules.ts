import { exponentOf } from '@tidegate/contracts/billing/currencies';
import { conflict } from '@tidegate/contracts/kernel/problem';
import { divideRounded } from '../../prices/rounding.rules.ts';

/** Where Stripe counts in another unit than ISO 4217: it writes two digits that are always zero, or none. */
const ITS_OWN: ReadonlyMap<string, number> = new Map([
  ['ISK', 2],
  ['UGX', 2],
  ['MGA', 0],
]);

export const shiftOf = (currency: string): number =>
  (ITS_OWN.get(currency) ?? exponentOf(currency)) - exponentOf(currency);

/** What Stripe charges is a multiple of so many smallest units: of three digits behind the point the last is 0. */
const stepOf = (currency: string): number => {
  const shift = shiftOf(currency);
  if (shift < 0) return 10 ** -shift;
  return exponentOf(currency) === 3 ? 10 : 1;
};

/** Smallest units of the currency as Stripe counts them. */
export function toStripe(amountMinor: number, currency: string): number {
  const step = stepOf(currency);
  const amount = amountMinor % step === 0 ? shifted(BigInt(amountMinor), shiftOf(currency)) : undefined;
  if (amount === undefined) {
    const below = Math.floor(amountMinor / step) * step;
    throw conflict(
      {},
      `Stripe cannot charge ${amountMinor} of the smallest units of ${currency}: write ${below} or ${below + step}.`,
    );
  }
  return amount;
}

/** The amount nearest to it that Stripe can charge. */
export const chargeable = (amountMinor: bigint, currency: string): number => {
  const step = BigInt(stepOf(currency));
  return Number(divideRounded(amountMinor, step) * step);
};

/** Stripe's amount in the smallest units of the currency; what lies between two is cut off. */
export const fromStripe = (amount: number, currency: string): number =>
  shifted(BigInt(amount), -shiftOf(currency)) ?? Math.trunc(amount / 10 ** shiftOf(currency));

function shifted(amount: bigint, digits: number): number | undefined {
  const factor = 10n ** BigInt(Math.abs(digits));
  if (digits < 0 && amount % factor !== 0n) return undefined;
  const result = Number(digits < 0 ? amount / factor : amount * factor);
  if (!Number.isSafeInteger(result)) throw new Error('An amount is too large to be exact.');
  return result;
}
