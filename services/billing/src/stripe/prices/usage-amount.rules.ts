import { exponentOf } from '@tidegate/contracts/billing/currencies';
import type { PriceTier, UsagePrice } from '@tidegate/contracts/billing/prices';
import type { Stripe } from 'stripe';
import { shiftOf, toStripe } from './stripe-amount.rules.ts';

/** How a price of usage is said to Stripe, to the last digit. */
export type UsageTerms = Pick<
  Stripe.PriceCreateParams,
  'billing_scheme' | 'tiers_mode' | 'transform_quantity' | 'unit_amount'
> & { unit_amount_decimal?: string; tiers?: UsageTier[] };

interface UsageTier {
  up_to: number | 'inf';
  unit_amount_decimal: string;
  flat_amount?: number;
}

export function usageTerms(price: UsagePrice, currency: string): UsageTerms {
  switch (price.model) {
    case 'unit':
      return { billing_scheme: 'per_unit', unit_amount_decimal: inMinorUnits(price.unit, currency) };
    case 'package':
      return {
        billing_scheme: 'per_unit',
        unit_amount: toStripe(price.amountMinor, currency),
        transform_quantity: { divide_by: price.size, round: 'up' },
      };
    case 'graduated':
    case 'volume':
      return {
        billing_scheme: 'tiered',
        tiers_mode: price.model,
        tiers: price.tiers.map((tier) => tierOf(tier, currency)),
      };
  }
}

const tierOf = ({ upTo, unit, flatMinor }: PriceTier, currency: string): UsageTier => ({
  up_to: upTo ?? 'inf',
  unit_amount_decimal: inMinorUnits(unit, currency),
  ...(flatMinor > 0 && { flat_amount: toStripe(flatMinor, currency) }),
});

/** `0.01` of a dollar is 1 cent, `0.000001` is 0.0001. */
export function inMinorUnits(unit: string, currency: string): string {
  const digits = exponentOf(currency) + shiftOf(currency);
  const [whole = '0', fraction = ''] = unit.split('.');
  const moved = fraction.padEnd(digits, '0');
  const left = `${whole}${moved.slice(0, digits)}`.replace(/^0+(?=\d)/, '');
  const rest = moved.slice(digits).replace(/0+$/, '');
  return rest === '' ? left : `${left}.${rest}`;
}

/** Whether a price at Stripe is that. */
export function isSameUsage(there: Stripe.Price, wanted: UsageTerms): boolean {
  const { unit_amount_decimal: unit, transform_quantity: size, tiers } = wanted;
  if (there.billing_scheme !== wanted.billing_scheme || there.tiers_mode !== (wanted.tiers_mode ?? null)) return false;
  if (tiers) return JSON.stringify(there.tiers?.map(shown)) === JSON.stringify(tiers.map(shownWanted));
  const decimal = unit ?? String(wanted.unit_amount);
  return (
    text(there.unit_amount_decimal) === decimal &&
    (there.transform_quantity?.divide_by ?? null) === (size?.divide_by ?? null) &&
    (there.transform_quantity?.round ?? null) === (size?.round ?? null)
  );
}

const shown = ({ up_to, unit_amount_decimal, flat_amount }: Stripe.Price.Tier) => [
  up_to,
  text(unit_amount_decimal),
  flat_amount ?? 0,
];
const shownWanted = ({ up_to, unit_amount_decimal, flat_amount = 0 }: UsageTier) => [
  up_to === 'inf' ? null : up_to,
  unit_amount_decimal,
  flat_amount,
];

/** The library answers decimals as objects of its own. */
const text = (decimal: unknown): string | null => (decimal === null || decimal === undefined ? null : String(decimal));
