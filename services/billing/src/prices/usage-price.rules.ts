import { exponentOf } from '@tidegate/contracts/billing/currencies';
import type { PriceTier, UsagePrice } from '@tidegate/contracts/billing/prices';
import { divideRounded, smaller } from './rounding.rules.ts';

/** Unit prices have twelve digits behind the point at most. */
const SCALE = 12;
const ONE = 10n ** BigInt(SCALE);

/**
 * What a quantity costs, in the smallest unit of the currency. The unit prices are exact; the whole amount is rounded once,
 * so that a thousand calls at 0.0004 cost 0.40 and not nothing.
 *
 * @param quantity what is charged, none below zero, in the smallest steps of the meter
 * @param decimals digits of the meter behind the point: that many steps are a unit
 */
export function usageAmount(price: UsagePrice, quantity: bigint, currency: string, decimals = 0): bigint {
  const of: Terms = { currency, unit: 10n ** BigInt(decimals) };
  if (quantity <= 0n) return 0n;
  switch (price.model) {
    case 'unit':
      return inMinorUnits(quantity * scaled(price.unit), 0n, of);
    case 'package':
      return packages(quantity, BigInt(price.size) * of.unit) * BigInt(price.amountMinor);
    case 'graduated':
      return graduated(price.tiers, quantity, of);
    case 'volume':
      return volume(price.tiers, quantity, of);
  }
}

interface Terms {
  currency: string;
  /** Steps of a unit. */
  unit: bigint;
}

const packages = (quantity: bigint, size: bigint): bigint => (quantity + size - 1n) / size;

function graduated(tiers: readonly PriceTier[], quantity: bigint, of: Terms): bigint {
  let [below, exact, flat] = [0n, 0n, 0n];
  for (const tier of tiers) {
    if (quantity <= below) break;
    const last = tier.upTo === null ? quantity : BigInt(tier.upTo) * of.unit;
    exact += (smaller(last, quantity) - below) * scaled(tier.unit);
    flat += BigInt(tier.flatMinor);
    below = last;
  }
  return inMinorUnits(exact, flat, of);
}

function volume(tiers: readonly PriceTier[], quantity: bigint, of: Terms): bigint {
  const tier = tiers.find(({ upTo }) => upTo === null || quantity <= BigInt(upTo) * of.unit);
  if (!tier) throw new Error('The last tier has no end.');
  return inMinorUnits(quantity * scaled(tier.unit), BigInt(tier.flatMinor), of);
}

/** A decimal text such as 0.01, times 10^12. */
function scaled(text: string): bigint {
  const [whole = '0', fraction = ''] = text.split('.');
  return BigInt(whole) * ONE + BigInt(fraction.padEnd(SCALE, '0'));
}

const inMinorUnits = (exact: bigint, flat: bigint, { currency, unit }: Terms): bigint =>
  flat + divideRounded(exact * 10n ** BigInt(exponentOf(currency)), ONE * unit);
