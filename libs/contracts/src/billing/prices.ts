import { z } from 'zod';
import { Currency } from './currencies.ts';

const AmountMinor = z.int().min(0).meta({ description: 'In the smallest unit of the currency: 2900 is 29.00 EUR' });

/** What is paid for every month or year. */
export const Price = z
  .object({ currency: Currency, interval: z.enum(['month', 'year']), amountMinor: AmountMinor })
  .meta({ id: 'Price' });
export type Price = z.infer<typeof Price>;

/** What is paid once: to set something up, or for a package. */
export const OneOffPrice = z.object({ currency: Currency, amountMinor: AmountMinor }).meta({ id: 'OneOffPrice' });
export type OneOffPrice = z.infer<typeof OneOffPrice>;

/** An exact decimal in whole units of the currency: a call may cost less than the smallest coin. */
export const UnitPrice = z
  .string()
  .regex(/^(0|[1-9]\d{0,14})(\.\d{0,11}[1-9])?$/)
  .meta({ id: 'UnitPrice', description: 'An exact decimal in whole units of the currency', examples: ['0.01'] });

/** Tiers are counted from the first unit that is charged. */
export const PriceTier = z
  .object({
    upTo: z.int().min(1).nullable().meta({ description: 'The last unit of the tier; null for the last tier' }),
    unit: UnitPrice,
    flatMinor: AmountMinor.meta({ description: 'Charged once when the tier is reached' }),
  })
  .meta({ id: 'PriceTier' });
export type PriceTier = z.infer<typeof PriceTier>;

/**
 * What usage beyond the limit costs. unit: each unit. package: every begun package. graduated: each unit at the price of
 * the tier in which it lies. volume: all units at the price of the tier in which the last lies.
 */
export const UsagePrice = z
  .discriminatedUnion('model', [
    z.object({ model: z.literal('unit'), unit: UnitPrice }),
    z.object({ model: z.literal('package'), size: z.int().min(1), amountMinor: AmountMinor }),
    z.object({ model: z.literal('graduated'), tiers: z.array(PriceTier).min(1) }),
    z.object({ model: z.literal('volume'), tiers: z.array(PriceTier).min(1) }),
  ])
  .meta({ id: 'UsagePrice' });
export type UsagePrice = z.infer<typeof UsagePrice>;

/** A share of a whole as exact text: `20` or `12.5`. */
export const Percent = z
  .string()
  .regex(/^(100|[1-9]\d?(\.\d?[1-9])?|0\.(0[1-9]|[1-9][1-9]?))$/)
  .meta({ id: 'Percent', examples: ['20'] });
