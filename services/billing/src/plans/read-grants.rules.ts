import type { AddonFeature, PlanFeature } from '@tidegate/contracts/billing/catalogue';
import type { Rollover } from '@tidegate/contracts/billing/features';
import type { z } from 'zod';
import type { Faults, Path } from './catalogue-faults.rules.ts';
import type { FeatureDefinition } from './catalogue-model.rules.ts';
import { hintOfNumber } from './catalogue-values.rules.ts';
import { ADDITION, ADDITIONS, EXPECTED, GRANTS, MeteredDetails } from './grant-syntax.rules.ts';
import { readUsagePrice } from './read-prices.rules.ts';

type Written = Record<string, unknown>;

export interface Giving {
  path: Path;
  /** null: a coupon gives of any. */
  product: string | null;
  features: readonly FeatureDefinition[];
  /** The currencies in which it is sold. */
  currencies: readonly string[];
}

/** What a plan gives. It must name every feature of its product; which shared ones, the caller checks. */
export function readPlanFeatures(faults: Faults, giving: Giving, written: Written): Record<string, PlanFeature> {
  const result: Record<string, PlanFeature> = {};
  checkNames(faults, giving, written);
  for (const feature of giving.features) {
    const path = [...giving.path, feature.key];
    if (Object.hasOwn(written, feature.key)) {
      if (foreign(feature, giving.product)) continue;
      const grant = readGrant(faults, { ...giving, path }, feature, written[feature.key]);
      if (grant) result[feature.key] = grant;
    } else if (feature.product === giving.product) {
      const message = `${feature.key} is missing. ${EXPECTED[feature.kind]} Nothing is unlimited or included by omission.`;
      faults.add(giving.path, 'missing', message);
    }
  }
  return result;
}

/** What each unit of an add-on gives, or a coupon. It names only what it gives. */
export function readAdditions(faults: Faults, giving: Giving, written: Written): Record<string, AddonFeature> {
  const result: Record<string, AddonFeature> = {};
  checkNames(faults, giving, written);
  for (const feature of giving.features) {
    if (!Object.hasOwn(written, feature.key) || foreign(feature, giving.product)) continue;
    const given = written[feature.key];
    const addition = ADDITIONS[feature.kind].safeParse(given);
    if (addition.success) {
      result[feature.key] = withoutUndefined({ kind: feature.kind, ...addition.data }) as AddonFeature;
    } else {
      faults.add([...giving.path, feature.key], 'invalid', explain(given, ADDITION[feature.kind]));
    }
  }
  if (Object.keys(written).length === 0) {
    faults.add(giving.path, 'missing', 'Write what it gives: without features it does nothing.');
  }
  return result;
}

const foreign = (feature: FeatureDefinition, product: string | null): boolean =>
  feature.product !== null && product !== null && feature.product !== product;

function checkNames(faults: Faults, { path, product, features }: Giving, written: Written): void {
  const declared = new Map(features.map((feature) => [feature.key, feature]));
  for (const key of Object.keys(written)) {
    const feature = declared.get(key);
    if (!feature) {
      const message = `No feature is called ${key}. Declare it under features, or remove it here.`;
      faults.add([...path, key], 'unknown_feature', message);
    } else if (foreign(feature, product)) {
      const message = `${key} belongs to the product ${feature.product}, not to ${product}. Remove it here.`;
      faults.add([...path, key], 'other_product', message);
    }
  }
}

function readGrant(
  faults: Faults,
  giving: Giving,
  { key, kind, per, meter }: FeatureDefinition,
  written: unknown,
): PlanFeature | undefined {
  if (typeof written === 'object' && written !== null && 'per' in written) {
    const message = `Write per: at ${key} under features, and remove it here: a feature is counted by one window only.`;
    faults.add([...giving.path, 'per'], 'unknown_field', message);
    return undefined;
  }
  const grant = GRANTS[kind].safeParse(written);
  if (!grant.success) {
    faults.add(giving.path, 'invalid', explain(written, EXPECTED[kind]));
    return undefined;
  }
  if (kind !== 'metered') return withoutUndefined({ kind, ...grant.data }) as PlanFeature;
  const { limit, enforcement, grace, price, rollover, note } = grant.data as z.infer<typeof MeteredDetails>;
  return withoutUndefined({
    kind,
    limit,
    enforcement,
    ceiling: ceilingOf(faults, giving.path, { limit, enforcement, grace }),
    per: per ?? 'month',
    grace,
    price: readOverage(faults, giving, { limit, enforcement }, price),
    rollover: rollover && readRollover(faults, giving.path, { limit, enforcement, per, meter }, rollover),
    note,
  }) as PlanFeature;
}

/** Only what has a limit, ends with a month or a period and adds up can be left over, and be used later. */
function readRollover(
  faults: Faults,
  path: Path,
  of: Pick<Metered, 'limit' | 'enforcement'> & Pick<FeatureDefinition, 'per' | 'meter'>,
  rollover: Rollover,
): Rollover {
  const fault = (message: string) => faults.add([...path, 'rollover'], 'rollover', message);
  if (of.limit === null || of.limit === 0) fault('Write a limit above 0, or remove it: nothing of this is ever left.');
  if (of.enforcement === 'soft') {
    fault(
      'Write enforcement: hard or overage, or remove it: use beyond a soft limit costs nothing, so nothing is saved.',
    );
  }
  if (of.per !== 'month' && of.per !== 'period') {
    fault('Remove it: only what is left of a month or of a period (per:) rolls over.');
  }
  if (of.meter && of.meter.aggregate !== 'sum' && of.meter.aggregate !== 'count') {
    fault(`Remove it: of what a meter with aggregate: ${of.meter.aggregate} counts nothing is used up.`);
  }
  return rollover;
}

type Metered = Pick<z.infer<typeof MeteredDetails>, 'limit' | 'enforcement' | 'grace'>;

/** What use never passes: the limit, the limit and its grace, or nothing. */
function ceilingOf(faults: Faults, path: Path, { limit, enforcement, grace }: Metered): number | null {
  if (grace !== undefined && (enforcement !== 'soft' || limit === null)) {
    const message = 'Remove it: only a soft limit has a grace after which use is refused.';
    faults.add([...path, 'grace'], 'grace', message);
  }
  if (limit === null || enforcement === 'overage') return null;
  if (enforcement === 'hard') return limit;
  if (grace === undefined) return null;
  const ceiling = (BigInt(limit) * BigInt(100 + grace)) / 100n;
  if (ceiling > BigInt(Number.MAX_SAFE_INTEGER)) {
    faults.add(
      [...path, 'grace'],
      'grace',
      'Remove it, or write a smaller limit: together they are too large a number.',
    );
    return null;
  }
  return Number(ceiling);
}

/** Usage that is charged has a price in every currency in which the plan is sold; usage that is not has none. */
function readOverage(faults: Faults, giving: Giving, { limit, enforcement }: Metered, written: Written = {}) {
  const path = [...giving.path, 'price'];
  if (enforcement !== 'overage') {
    const message = 'Write enforcement: overage beside it, or remove it: only use beyond the limit is charged.';
    if (Object.keys(written).length > 0) faults.add(path, 'price', message);
    return undefined;
  }
  if (limit === null) {
    const message = 'Write a limit: nothing is ever beyond unlimited. With limit: 0 every unit is charged.';
    faults.add([...giving.path, 'limit'], 'overage', message);
  }
  for (const currency of giving.currencies) {
    if (Object.hasOwn(written, currency)) continue;
    const message = `Write price: { ${currency}: { unit: '0.01' } }: the plan is sold in ${currency}.`;
    faults.add(Object.keys(written).length > 0 ? path : giving.path, 'missing', message);
  }
  const prices = Object.entries(written).flatMap(([currency, one]) => {
    if (giving.currencies.includes(currency)) {
      const price = readUsagePrice(faults, [...path, currency], one, currency);
      return price ? [[currency, price] as const] : [];
    }
    const message = `Remove it, or write a price of the plan in ${currency} as well.`;
    faults.add([...path, currency], 'currency', message);
    return [];
  });
  return Object.fromEntries(prices);
}

/** An invalid note or grace gets its own message; everything else is told what may be written. */
function explain(given: unknown, expected: string): string {
  const { limit, value, ...rest } = (typeof given === 'object' && given !== null ? given : {}) as Written;
  const { note, grace, rollover } = MeteredDetails.shape;
  for (const [field, schema] of Object.entries({ note, grace, rollover })) {
    const fault = schema.safeParse(rest[field]).error?.issues[0]?.message;
    if (fault) return `${field}: ${fault}`;
  }
  return `${hintOfNumber(limit ?? value ?? given)}${expected}`;
}

function withoutUndefined<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, inner]) => inner !== undefined)) as T;
}
