import { BUILT_IN_FEATURES } from '@tidegate/contracts/billing/built-in-features';
import type { FeatureGrant, FeatureKind } from '@tidegate/contracts/billing/features';
import type { Price } from '@tidegate/contracts/billing/plans';
import type { z } from 'zod';
import { CatalogueFile, EXPECTED, type FeatureDeclaration, GRANTS } from './catalogue-model.rules.ts';
import { hintOfNumber, line, minorUnits } from './catalogue-values.rules.ts';

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

/** The catalogue that a file describes, or all its mistakes. `inForce`: features that must keep their kinds. */
export function readCatalogue(
  written: unknown,
  inForce: readonly FeatureDefinition[] = [],
): { catalogue: Catalogue } | { faults: CatalogueFault[] } {
  const file = CatalogueFile.safeParse(written);
  if (!file.success) return { faults: file.error.issues.flatMap(fault) };
  const { features, currency } = file.data;
  const faults = kindFaults(features, inForce);
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
      prices: priceList(plan, declared.prices, faults),
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

type Declared = Record<string, z.infer<typeof FeatureDeclaration>>;

/** Built-in features must be declared with their kind, and the operator's own features keep the kind they had. */
function kindFaults(declared: Declared, inForce: readonly FeatureDefinition[]): CatalogueFault[] {
  const faults: CatalogueFault[] = [];
  for (const [key, kind] of Object.entries(BUILT_IN_FEATURES)) {
    const given = Object.hasOwn(declared, key) ? declared[key]?.kind : undefined;
    if (given === undefined) {
      const message = `Write ${key}: { kind: ${kind}, name: … }. The software depends on it.`;
      faults.push({ path: ['features'], code: 'built_in', message });
    } else if (given !== kind) {
      const message = `Write kind: ${kind}. The software depends on ${key} being that.`;
      faults.push({ path: ['features', key, 'kind'], code: 'built_in', message });
    }
  }
  if (faults.length > 0) {
    const all = Object.entries(BUILT_IN_FEATURES).map(([key, kind]) => `${key} (${kind})`);
    faults.push({ path: ['features'], code: 'built_in', message: `Every catalogue must have ${all.join(', ')}.` });
  }
  for (const { key, kind } of inForce) {
    const given = Object.hasOwn(declared, key) ? declared[key]?.kind : kind;
    if (given === kind || Object.hasOwn(BUILT_IN_FEATURES, key)) continue;
    const message = `Write kind: ${kind}, which ${key} has in running subscriptions, or give the new feature another name.`;
    faults.push({ path: ['features', key, 'kind'], code: 'kind_changed', message });
  }
  return faults;
}

function planFeatures(
  plan: string,
  given: Record<string, unknown>,
  declared: Declared,
  faults: CatalogueFault[],
): PlanDefinition['features'] {
  const path = ['plans', plan, 'features'];
  const result: PlanDefinition['features'] = {};
  for (const key of Object.keys(given)) {
    if (Object.hasOwn(declared, key)) continue;
    const message = `No feature is called ${key}. Declare it under features, or remove it here.`;
    faults.push({ path: [...path, key], code: 'unknown_feature', message });
  }
  for (const [key, { kind }] of Object.entries(declared)) {
    if (!Object.hasOwn(given, key)) {
      const message = `${key} is missing. ${EXPECTED[kind]} Nothing is unlimited or included by omission.`;
      faults.push({ path, code: 'missing', message });
      continue;
    }
    const grant = GRANTS[kind].safeParse(given[key]);
    if (!grant.success) faults.push({ path: [...path, key], ...grantFault(kind, given[key]) });
    else result[key] = withoutUndefined({ kind, ...grant.data }) as PlanDefinition['features'][string];
  }
  return result;
}

/** An invalid note gets its own message; everything else is told what may be written. */
function grantFault(kind: keyof typeof EXPECTED, given: unknown): { code: string; message: string } {
  const { note, limit, value } = (typeof given === 'object' && given !== null ? given : {}) as Record<string, unknown>;
  const noteFault = note === undefined ? undefined : line(300).safeParse(note).error?.issues[0]?.message;
  if (noteFault) return { code: 'invalid', message: `note: ${noteFault}` };
  return { code: 'invalid', message: `${hintOfNumber(limit ?? value ?? given)}${EXPECTED[kind]}` };
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

function priceList(
  plan: string,
  prices: z.infer<typeof CatalogueFile>['plans'][string]['prices'],
  faults: CatalogueFault[],
) {
  const result: Price[] = [];
  for (const [currency, { month, year }] of Object.entries(prices)) {
    for (const [interval, written] of [
      ['month', month],
      ['year', year],
    ] as const) {
      if (interval === 'year' && written === undefined) continue;
      const price = minorUnits(currency).safeParse(written);
      if (price.success) result.push({ currency, interval, amountMinor: price.data });
      else {
        const path = ['plans', plan, 'prices', currency, interval];
        faults.push({ path, code: 'invalid', message: price.error.issues[0]?.message ?? '' });
      }
    }
  }
  return result;
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
