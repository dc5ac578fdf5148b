/*
 * Money is whole minor units. A unit price has up to twelve decimals and is exact; the amount of a line is rounded once,
 * half away from zero. A share of an amount (a proration) is the whole amount times seconds over seconds, rounded in the
 * same way, each line for itself.
 */
import type { Price } from '../kernel/stored.ts';

const SCALE = 12;
const ONE = 10n ** BigInt(SCALE);

/** `'0.25'` minor units as a whole number of their 10^-12. */
export function scaled(text: string): bigint {
  const [, sign, whole = '0', fraction = ''] = /^(-?)(\d+)(?:\.(\d{1,12}))?$/.exec(text) ?? [];
  if (sign === undefined) throw new Error(`${text} is not a decimal of at most twelve places`);
  const value = BigInt(whole) * ONE + BigInt(fraction.padEnd(SCALE, '0'));
  return sign === '-' ? -value : value;
}

export function divided(numerator: bigint, denominator: bigint): number {
  const positive = numerator < 0n ? -numerator : numerator;
  const rounded = Number((positive * 2n + denominator) / (denominator * 2n));
  return numerator < 0n && rounded !== 0 ? -rounded : rounded;
}

export const share = (amount: number, part: number, whole: number): number =>
  whole <= 0 ? 0 : divided(BigInt(amount) * BigInt(part), BigInt(whole));

/** `percent` has at most four decimals. */
export const percentOf = (amount: number, percent: number): number =>
  divided(BigInt(amount) * BigInt(Math.round(percent * 10_000)), 1_000_000n);

/** A quantity in 10^-12 units, as usage is kept. */
export const units = (quantity: number): bigint => BigInt(quantity) * ONE;

/** What a quantity, in 10^-12 units, costs at a price for one period. */
export function amountOf(price: Price, quantity: bigint): number {
  if (price.billing_scheme === 'tiered') return divided(tiered(price, quantity), ONE * ONE);
  return divided(scaled(price.unit_amount_decimal ?? '0') * packages(price, quantity), ONE * ONE);
}

function packages(price: Price, quantity: bigint): bigint {
  if (!price.transform_quantity) return quantity;
  const by = units(price.transform_quantity.divide_by);
  return (price.transform_quantity.round === 'up' ? (quantity + by - 1n) / by : quantity / by) * ONE;
}

/** Graduated: each unit at the price of its tier. Volume: all units at the price of the tier that the quantity reaches. */
function tiered(price: Price, quantity: bigint): bigint {
  const tiers = price.tiers ?? [];
  type Tier = (typeof tiers)[number];
  const cost = (tier: Tier, part: bigint) =>
    scaled(tier.unit_amount_decimal ?? '0') * part + scaled(tier.flat_amount_decimal ?? '0') * ONE;
  const end = (tier: Tier) => (tier.up_to === null ? quantity : units(tier.up_to));
  if (price.tiers_mode === 'volume') {
    const reached = tiers.find((tier) => quantity <= end(tier));
    return reached ? cost(reached, quantity) : 0n;
  }
  let total = 0n;
  let from = 0n;
  for (const tier of tiers) {
    const to = quantity < end(tier) ? quantity : end(tier);
    total += cost(tier, to - from);
    from = to;
    if (from >= quantity) break;
  }
  return total;
}

/** Splits a total over weights so that the parts add up to it: what is left goes to the largest remainders. */
export function split(total: number, weights: number[]): number[] {
  const sum = weights.reduce((a, b) => a + b, 0);
  if (sum === 0) return weights.map(() => 0);
  const exact = weights.map((weight) => BigInt(total) * BigInt(weight));
  const parts = exact.map((value) => Number(value / BigInt(sum)));
  const order = exact
    .map((value, index) => ({ index, rest: value - BigInt(parts[index] ?? 0) * BigInt(sum) }))
    .sort((a, b) => (a.rest === b.rest ? a.index - b.index : Number(b.rest - a.rest)));
  let left = total - parts.reduce((a, b) => a + b, 0);
  for (const { index } of order) {
    if (left <= 0) break;
    parts[index] = (parts[index] ?? 0) + 1;
    left -= 1;
  }
  return parts;
}
