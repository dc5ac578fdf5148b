import { exponentOf } from '@tidegate/contracts/billing/currencies';

/** Where Stripe counts in another unit than ISO 4217: it writes two digits that are always zero, or none. */
const ITS_OWN: ReadonlyMap<string, number> = new Map([
  ['ISK', 2],
  ['UGX', 2],
  ['MGA', 0],
]);

export const shiftOf = (currency: string): number =>
  (ITS_OWN.get(currency) ?? exponentOf(currency)) - exponentOf(currency);

/** Smallest units of the currency as Stripe counts them. */
export function toStripe(amountMinor: number, currency: string): number {
  const amount = shifted(BigInt(amountMinor), shiftOf(currency));
  if (amount === undefined)
    throw new Error(`Stripe cannot charge ${amountMinor} of the smallest units of ${currency}.`);
  return amount;
}

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
