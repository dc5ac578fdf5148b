import { type FeatureGrant, FeatureKey, type FeatureKind } from '@tidegate/contracts/billing/features';
import { PlanKey, type Price } from '@tidegate/contracts/billing/plans';
import { z } from 'zod';

/* What may stand in a catalogue file, and what it means. Nothing is assumed: a limit that is not written is an error. */

const WHOLE = 'a whole number such as 5 or 10_000';
const Whole = z.union(
  [
    z.int().min(0),
    z
      .string()
      .regex(/^\d{1,3}(_\d{3})*$/)
      .transform((text) => Number(text.replaceAll('_', '')))
      .refine(Number.isSafeInteger),
  ],
  { error: `Write ${WHOLE}.` },
);
const LimitValue = z.union([Whole, z.literal('unlimited').transform(() => null)], {
  error: `Write ${WHOLE}, or the word unlimited.`,
});
const text = (max: number) => z.string({ error: 'Write a text.' }).min(1, 'Write a text.').max(max);

const FeatureDeclaration = z.strictObject({
  kind: z.enum(['counted', 'static', 'boolean', 'metered'], {
    error: 'Write one of counted, static, boolean, metered.',
  }),
  name: text(60),
  unit: text(30).default(''),
  description: text(300).default(''),
});

const note = text(300).optional();
const GRANTS = {
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
    LimitValue.transform((limit) => ({ limit, enforcement: 'hard' as const, per: 'month' as const, note: undefined })),
    z.strictObject({
      limit: LimitValue,
      enforcement: z.enum(['hard', 'soft']).default('hard'),
      per: z.enum(['month']).default('month'),
      note,
    }),
  ]),
} as const;

const EXPECTED: Record<FeatureKind, string> = {
  counted: `Write ${WHOLE}, the word unlimited, or { limit: …, note: … }.`,
  static: `Write ${WHOLE}, or { value: …, note: … }.`,
  boolean: 'Write true or false, or { value: …, note: … }.',
  metered: `Write ${WHOLE}, the word unlimited, or { limit: …, enforcement: hard | soft, note: … }.`,
};

const PriceList = z.strictObject({ month: Whole, year: Whole.optional() });
const Currency = z.string().regex(/^[A-Z]{3}$/, 'Write a currency as three capital letters, such as EUR.');

const PlanDeclaration = z.strictObject({
  name: text(60),
  description: text(300).default(''),
  default: z.boolean().default(false),
  prices: z.record(Currency, PriceList),
  features: z.record(z.string(), z.unknown()),
});

const CatalogueFile = z.strictObject({
  format: z.literal(1, { error: 'Write format: 1.' }),
  currency: Currency,
  features: z.record(FeatureKey, FeatureDeclaration),
  plans: z.record(PlanKey, PlanDeclaration),
});

export interface FeatureDefinition {
  key: string;
  kind: FeatureKind;
  name: string;
  unit: string;
  description: string;
}

export interface PlanDefinition {
  plan: string;
  name: string;
  description: string;
  isDefault: boolean;
  prices: Price[];
  features: Record<string, FeatureGrant & { note?: string | undefined }>;
}

export interface Catalogue {
  currency: string;
  features: FeatureDefinition[];
  /** Cheapest first. */
  plans: PlanDefinition[];
}

export interface CatalogueFault {
  path: (string | number)[];
  code: string;
  message: string;
}

/** The catalogue that a parsed file describes, or everything that is wrong with it. */
export function readCatalogue(parsed: unknown): { catalogue: Catalogue } | { faults: CatalogueFault[] } {
  const file = CatalogueFile.safeParse(parsed);
  if (!file.success) return { faults: file.error.issues.flatMap(fault) };
  const faults: CatalogueFault[] = [];
  const { features, currency } = file.data;
  const plans = Object.entries(file.data.plans).map(([plan, declared]) => {
    if (!declared.prices[currency]) {
      const message = `Write a price in ${currency}, by which plans are compared: { month: 0 }.`;
      faults.push({ path: ['plans', plan, 'prices'], code: 'missing', message });
    }
    return {
      plan,
      name: declared.name,
      description: declared.description,
      isDefault: declared.default,
      prices: priceList(declared.prices),
      features: planFeatures(plan, declared.features, features, faults),
    };
  });
  checkDefault(plans, faults);
  if (faults.length > 0) return { faults };
  return {
    catalogue: {
      currency,
      features: Object.entries(features).map(([key, feature]) => ({ key, ...feature })),
      plans: plans.toSorted((a, b) => monthly(a, currency) - monthly(b, currency)),
    },
  };
}

function planFeatures(
  plan: string,
  given: Record<string, unknown>,
  declared: Record<string, z.infer<typeof FeatureDeclaration>>,
  faults: CatalogueFault[],
): PlanDefinition['features'] {
  const path = ['plans', plan, 'features'];
  const result: PlanDefinition['features'] = {};
  for (const key of Object.keys(given)) {
    if (declared[key]) continue;
    const message = `No feature is called ${key}. Declare it under features, or remove it here.`;
    faults.push({ path: [...path, key], code: 'unknown_feature', message });
  }
  for (const [key, { kind }] of Object.entries(declared)) {
    if (!(key in given)) {
      const message = `${key} is missing. ${EXPECTED[kind]} Nothing is unlimited or included by omission.`;
      faults.push({ path, code: 'missing', message });
      continue;
    }
    const grant = GRANTS[kind].safeParse(given[key]);
    if (!grant.success) faults.push({ path: [...path, key], code: 'invalid', message: EXPECTED[kind] });
    else result[key] = withoutUndefined({ kind, ...grant.data }) as PlanDefinition['features'][string];
  }
  return result;
}

function checkDefault(plans: PlanDefinition[], faults: CatalogueFault[]): void {
  const defaults = plans.filter((plan) => plan.isDefault);
  if (defaults.length === 1) return;
  const message =
    defaults.length === 0
      ? 'One plan must say default: true. New organisations get it.'
      : `Only one plan may say default: true, not ${defaults.map((plan) => plan.plan).join(' and ')}.`;
  faults.push({ path: ['plans'], code: 'default_plan', message });
}

const monthly = (plan: PlanDefinition, currency: string): number =>
  plan.prices.find((price) => price.currency === currency && price.interval === 'month')?.amountMinor ?? 0;

function priceList(prices: Record<string, z.infer<typeof PriceList>>): Price[] {
  return Object.entries(prices).flatMap(([currency, { month, year }]) => [
    { currency, interval: 'month' as const, amountMinor: month },
    ...(year === undefined ? [] : [{ currency, interval: 'year' as const, amountMinor: year }]),
  ]);
}

function fault(issue: z.core.$ZodIssue): CatalogueFault[] {
  const path = issue.path as (string | number)[];
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      path: [...path, key],
      code: 'unknown_field',
      message: `There is no field ${key} here. Remove it.`,
    }));
  }
  if (issue.code === 'invalid_key') {
    return [{ path, code: 'invalid_name', message: issue.issues.map((inner) => inner.message).join(' ') }];
  }
  const missing = issue.code === 'invalid_type' && issue.input === undefined;
  return [{ path, code: missing ? 'missing' : issue.code, message: issue.message }];
}

function withoutUndefined<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, inner]) => inner !== undefined)) as T;
}
