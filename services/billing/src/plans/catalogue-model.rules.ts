import { FeatureKey, type FeatureKind } from '@tidegate/contracts/billing/features';
import { PlanKey } from '@tidegate/contracts/billing/plans';
import { z } from 'zod';
import { LimitValue, line, WHOLE, Whole } from './catalogue-values.rules.ts';

/* What a catalogue file may contain, and what it means. Nothing is assumed: a missing limit is an error. */

export const FeatureDeclaration = z.strictObject({
  kind: z.enum(['counted', 'static', 'boolean', 'metered'], {
    error: 'Write one of counted, static, boolean, metered.',
  }),
  name: line(60),
  unit: line(30).default(''),
  description: line(300).default(''),
});

const note = line(300).optional();
export const GRANTS = {
  counted: z.union([
    LimitValue.transform((limit) => ({ limit, note: undefined })),
    z.strictObject({ limit: LimitValue, note }),
  ]),
  static: z.union([Whole.transform((value) => ({ value, note: undefined })), z.strictObject({ value: Whole, note })]),
  boolean: z.union([
    z.boolean().transform((value) => ({ value, note: undefined })),
    z.strictObject({ value: z.boolean(), note }),
  ]),
  metered: z.union([
    LimitValue.transform((limit) => ({
      limit,
      enforcement: 'hard' as const,
      ceiling: limit,
      per: 'month' as const,
      note: undefined,
    })),
    z
      .strictObject({
        limit: LimitValue,
        enforcement: z.enum(['hard', 'soft']).default('hard'),
        per: z.enum(['month', 'day']).default('month'),
        note,
      })
      .transform((given) => ({ ...given, ceiling: given.enforcement === 'hard' ? given.limit : null })),
  ]),
} as const;

export const EXPECTED: Record<Exclude<FeatureKind, 'level'>, string> = {
  counted: `Write ${WHOLE}, the word unlimited, or { limit: …, note: … }.`,
  static: `Write ${WHOLE}, or { value: …, note: … }.`,
  boolean: 'Write true or false, or { value: …, note: … }.',
  metered: `Write ${WHOLE}, the word unlimited, or { limit: …, enforcement: hard | soft, per: month | day, note: … }.`,
};

/** Prices are parsed separately, because their messages depend on the currency. */
export const PriceList = z.strictObject({ month: z.unknown(), year: z.unknown() }).partial();
const CURRENCY = 'Write a currency as three capital letters, such as EUR.';
const Currency = z.string({ error: CURRENCY }).regex(/^[A-Z]{3}$/, CURRENCY);

export const PlanDeclaration = z.strictObject({
  name: line(60),
  description: line(300).default(''),
  default: z.boolean({ error: 'Write true or false.' }).default(false),
  prices: z.record(Currency, PriceList, { error: 'Write prices: { EUR: { month: 0 } }.' }),
  features: z.record(z.string(), z.unknown(), { error: 'Write features: and how much of each.' }),
});

export const CatalogueFile = z.strictObject(
  {
    format: z.literal('1', { error: 'Write format: 1.' }),
    currency: Currency,
    features: z.record(FeatureKey, FeatureDeclaration, { error: 'Write features: and declare each.' }),
    plans: z.record(PlanKey, PlanDeclaration, { error: 'Write plans: and each plan.' }),
  },
  { error: 'Write a catalogue: format, currency, features and plans.' },
);
