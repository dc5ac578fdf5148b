import { AddonKey, PackageKey, PlanKey } from '@tidegate/contracts/billing/catalogue';
import { FeatureKey, QuotaWindow } from '@tidegate/contracts/billing/features';
import { ProductKey } from '@tidegate/contracts/billing/products';
import { z } from 'zod';
import { CurrencyCode, line, wholeBetween, YesNo } from './catalogue-values.rules.ts';

/*
 * What a catalogue file of format 2 may contain. Prices and what plans give of features are read apart: what is expected
 * there depends on the currency and on the kind of the feature.
 */

const oneOf = <const Words extends readonly string[]>(words: Words) =>
  z.enum(words, { error: `Write one of ${words.join(', ')}.` });

export const FORMAT_1 =
  'Format 1 has no products. Write format: 2, then products: { main: { name: …, default: free } }; put main: above the ' +
  'plans, one level to the left of them; remove default: true from the plan; and write per: at the feature.';

/** A name that something else has. */
function nameOf(example: string) {
  const error = `Write a name such as ${example}.`;
  return z.string({ error }).regex(/^[a-z][a-z0-9_-]{0,62}$/, error);
}

const head = { name: line(60), description: line(300).default('') };
const offered = YesNo.default(true);

export const ProductDeclaration = z.strictObject({
  ...head,
  default: z.string({ error: 'Write the name of a plan.' }).optional(),
});

const DIMENSION = 'Write the name of a field of `data`, such as model.';

export const MeterDeclaration = z.strictObject({
  aggregate: oneOf(['sum', 'count', 'unique', 'max', 'latest', 'time_weighted']).default('sum'),
  value: z
    .string({ error: 'Write a path into the event, such as data.tokens.' })
    .regex(/^[A-Za-z_]\w{0,62}(\.[A-Za-z_]\w{0,62}){0,5}$/, 'Write a path into the event, such as data.tokens.')
    .optional(),
  decimals: wholeBetween(0, 6).default(0),
  groupBy: z
    .array(z.string({ error: DIMENSION }).regex(/^[a-z][a-z0-9_]{0,30}$/, DIMENSION), {
      error: 'Write a list of dimensions, such as [model, region].',
    })
    .max(4, 'Write at most 4 dimensions.')
    .refine((names) => new Set(names).size === names.length, 'Write each dimension once.')
    .default([]),
});

/** What a unit costs the operator, by currency: read as a price is. */
export const CostList = z.record(CurrencyCode, z.unknown(), { error: "Write cost: { USD: '0.002' }." });

export const FeatureDeclaration = z.strictObject({
  kind: oneOf(['counted', 'static', 'boolean', 'level', 'metered']),
  product: nameOf('monitoring').optional(),
  ...head,
  unit: line(30).default(''),
  coming: YesNo.optional(),
  per: oneOf(QuotaWindow.options).optional(),
  meter: MeterDeclaration.optional(),
  cost: CostList.optional(),
});

export const PriceList = z.strictObject({ month: z.unknown(), year: z.unknown(), setup: z.unknown() }).partial();
export const OneOffPriceList = z.strictObject({ once: z.unknown() }).partial();
const prices = z.record(CurrencyCode, PriceList, { error: 'Write prices: { USD: { month: 0 } }.' });
const grants = () => z.record(z.string(), z.unknown(), { error: 'Write features: and how much of each.' });

export const TrialDeclaration = z.strictObject({ days: wholeBetween(1, 730), card: YesNo.default(false) });

export const PauseDeclaration = z.strictObject({ days: wholeBetween(1, 365), perYear: wholeBetween(1, 12) });

export const SeatsDeclaration = z.strictObject({
  feature: nameOf('seats'),
  included: wholeBetween(0, 1_000_000),
  addon: nameOf('extra_member').optional(),
});

export const PlanDeclaration = z.strictObject({
  ...head,
  offered,
  approval: YesNo.default(false),
  trial: TrialDeclaration.optional(),
  pause: PauseDeclaration.optional(),
  prices,
  seats: SeatsDeclaration.optional(),
  revenueShare: z.unknown().optional(),
  features: grants(),
});

export const AddonDeclaration = z.strictObject({
  ...head,
  product: nameOf('monitoring'),
  offered,
  plans: z
    .array(nameOf('pro'), { error: 'Write a list of plans of the product, such as [pro].' })
    .min(1, 'Name a plan.')
    .optional(),
  max: wholeBetween(1, 1_000_000).optional(),
  prices,
  features: grants(),
});

export const PackageDeclaration = z.strictObject({
  ...head,
  offered,
  feature: nameOf('api_calls'),
  amount: wholeBetween(1, Number.MAX_SAFE_INTEGER),
  expiresDays: wholeBetween(1, 3_650).optional(),
  prices: z.record(CurrencyCode, OneOffPriceList, { error: 'Write prices: { USD: { once: 1000 } }.' }),
});

const CODE = 'Write a code of 3 to 40 capital letters, digits, - and _, such as LAUNCH20.';

export const CouponDeclaration = z.strictObject({
  name: line(60).optional(),
  percent: z.unknown().optional(),
  amount: z.record(CurrencyCode, z.unknown(), { error: 'Write amount: { USD: 500 }.' }).optional(),
  gives: grants().optional(),
  duration: z.union([z.literal('once'), z.literal('forever'), z.strictObject({ months: wholeBetween(1, 120) })], {
    error: 'Write once, forever, or { months: 3 }.',
  }),
  codes: z
    .array(z.string({ error: CODE }).regex(/^[A-Z0-9][A-Z0-9_-]{2,39}$/, CODE), { error: 'Write codes: [LAUNCH20].' })
    .default([]),
  plans: z
    .array(z.string({ error: 'Write a plan with its product, such as monitoring.pro.' }), {
      error: 'Write a list such as [monitoring.pro].',
    })
    .min(1, 'Name a plan.')
    .optional(),
  max: wholeBetween(1, 1_000_000_000).optional(),
});

const PolicyDeclaration = z.strictObject(
  {
    lostDispute: z.enum(['read_only', 'nothing'], { error: 'Write read_only or nothing.' }).optional(),
    triedCard: z.enum(['refuse', 'end', 'allow'], { error: 'Write refuse, end or allow.' }).optional(),
  },
  { error: 'Write policies: { lostDispute: read_only, triedCard: refuse }.' },
);

export const CatalogueFile = z.strictObject(
  {
    format: z.literal('2', { error: 'Write format: 2.' }),
    currency: CurrencyCode,
    products: z.record(ProductKey, ProductDeclaration, { error: 'Write products: and name each.' }),
    features: z.record(FeatureKey, FeatureDeclaration, { error: 'Write features: and declare each.' }),
    plans: z.record(ProductKey, z.record(PlanKey, PlanDeclaration, { error: 'Write the plans of the product.' }), {
      error: 'Write plans: and the plans of each product.',
    }),
    addons: z.record(AddonKey, AddonDeclaration, { error: 'Write addons: and each add-on, or remove it.' }).default({}),
    packages: z
      .record(PackageKey, PackageDeclaration, { error: 'Write packages: and each package, or remove it.' })
      .default({}),
    coupons: z
      .record(AddonKey, CouponDeclaration, { error: 'Write coupons: and each coupon, or remove it.' })
      .default({}),
    policies: PolicyDeclaration.optional(),
  },
  { error: 'Write a catalogue: format, currency, products, features and plans.' },
);
export type CatalogueFile = z.infer<typeof CatalogueFile>;
