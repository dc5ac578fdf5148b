import { exponentOf } from '@tidegate/contracts/billing/currencies';
import type { PriceTier, UsagePrice } from '@tidegate/contracts/billing/prices';
import { divideRounded, smaller } from './rounding.rules.ts';

/** Unit prices have twelve digits behind the point at most. */
export const SCALE = 12;
const ONE = 10n ** BigInt(SCALE);

/**
 * What a quantity costs, in the smallest unit of the currency. The unit prices are exact; the whole amount is rounded once,
 * so that a thousand calls at 0.0004 cost 0.40 and not nothing.
 *
 * @param quantity units that are charged, none below zero
 */
export function usageAmount(price: UsagePrice, quantity: bigint, currency: string): bigint {
  if (quantity <= 0n) return 0n;
  switch (price.model) {
    case 'unit':
      return inMinorUnits(quantity * scaled(price.unit), 0n, currency);
    case 'package':
      return ((quantity + BigInt(price.size) - 1n) / BigInt(price.size)) * BigInt(price.amountMinor);
    case 'graduated':
      return graduated(price.tiers, quantity, currency);
    case 'volume':
      return volume(price.tiers, quantity, currency);
  }
}

function graduated(tiers: readonly PriceTier[], quantity: bigint, currency: string): bigint {
  let [below, exact, flat] = [0n, 0n, 0n];
  for (const tier of tiers) {
    if (quantity <= below) break;
    const last = tier.upTo === null ? quantity : BigInt(tier.upTo);
    exact += (smaller(last, quantity) - below) * scaled(tier.unit);
    flat += BigInt(tier.flatMinor);
    below = last;
  }
  return inMinorUnits(exact, flat, currency);
}

function volume(tiers: readonly PriceTier[], quantity: bigint, currency: string): bigint {
  const tier = tiers.find(({ upTo }) => upTo === null || quantity <= BigInt(upTo));
  if (!tier) throw new Error('The last tier has no end.');
  return inMinorUnits(quantity * scaled(tier.unit), BigInt(tier.flatMinor), currency);
}

/** A decimal text such as 0.01, times 10^12. */
export function scaled(text: string): bigint {
  const [whole = '0', fraction = ''] = text.split('.');
  return BigInt(whole) * ONE + BigInt(fraction.padEnd(SCALE, '0'));
}

const inMinorUnits = (exact: bigint, flat: bigint, currency: string): bigint =>
  flat + divideRounded(exact * 10n ** BigInt(exponentOf(currency)), ONE);
