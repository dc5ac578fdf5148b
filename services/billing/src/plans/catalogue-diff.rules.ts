import type { AddonChange, PlanChange } from '@tidegate/contracts/billing/plans';
import type {
  AddonDefinition,
  Catalogue,
  PlanDefinition,
  VersionedAddon,
  VersionedCatalogue,
  VersionedPlan,
} from './catalogue-model.rules.ts';

type Fields = PlanChange['fields'];

/** Names a plan or an add-on in all products. */
export const refOf = (product: string, key: string): string => `${product}.${key}`;

export interface DiffInput {
  /** What is in force now. */
  current: VersionedCatalogue | undefined;
  next: Catalogue;
  /** By `product.key`: the highest version that each plan and add-on ever had, whether it is still there or not. */
  latest: { plans: ReadonlyMap<string, number>; addons: ReadonlyMap<string, number> };
  /** Running subscriptions by `product.plan`. */
  subscriptions: ReadonlyMap<string, number>;
}

/** What would change: what the new catalogue has, in its order, then what leaves it. */
export function diffCatalogues({ current, next, latest, subscriptions }: DiffInput) {
  const changes: PlanChange[] = diff(
    current?.plans ?? [],
    next.plans,
    ({ product, plan }) => refOf(product, plan),
    latest.plans,
  ).map(({ one: { product, plan }, ref, ...rest }) => ({
    product,
    plan,
    ...rest,
    subscriptions: subscriptions.get(ref) ?? 0,
  }));
  const addons: AddonChange[] = diff(
    current?.addons ?? [],
    next.addons,
    ({ product, addon }) => refOf(product, addon),
    latest.addons,
  ).map(({ one: { product, addon }, ref: _ref, ...rest }) => ({ product, addon, ...rest }));
  return { changes, addons, others: current ? fieldChanges(others(current), others(next)) : [] };
}

/** What differs between two plans, field by field. */
export const planChanges = (before?: PlanDefinition, after?: PlanDefinition): Fields =>
  fieldChanges(before && sold(before), after && sold(after));

/** The new catalogue with the version of each plan and add-on, and which of those versions are new. */
export function versioned(
  next: Catalogue,
  { changes, addons }: Pick<ReturnType<typeof diffCatalogues>, 'changes' | 'addons'>,
): { catalogue: VersionedCatalogue; newPlans: VersionedPlan[]; newAddons: VersionedAddon[] } {
  const planChange = new Map(changes.map((one) => [refOf(one.product, one.plan), one]));
  const addonChange = new Map(addons.map((one) => [refOf(one.product, one.addon), one]));
  const ofPlan = (plan: PlanDefinition) => planChange.get(refOf(plan.product, plan.plan));
  const ofAddon = (addon: AddonDefinition) => addonChange.get(refOf(addon.product, addon.addon));
  const catalogue = {
    ...next,
    plans: next.plans.map((plan) => ({ ...plan, version: ofPlan(plan)?.toVersion ?? 1 })),
    addons: next.addons.map((addon) => ({ ...addon, version: ofAddon(addon)?.toVersion ?? 1 })),
  };
  return {
    catalogue,
    newPlans: catalogue.plans.filter((plan) => ofPlan(plan)?.change !== 'unchanged'),
    newAddons: catalogue.addons.filter((addon) => ofAddon(addon)?.change !== 'unchanged'),
  };
}

interface Difference<T> {
  one: T;
  ref: string;
  change: PlanChange['change'];
  fromVersion: number | null;
  toVersion: number | null;
  fields: Fields;
}

function diff<T extends object>(
  offered: readonly (T & { version: number })[],
  next: readonly T[],
  keyOf: (one: T) => string,
  latest: ReadonlyMap<string, number>,
): Difference<T>[] {
  const before = new Map(offered.map((one) => [keyOf(one), one]));
  const after = new Map(next.map((one) => [keyOf(one), one]));
  const removed = offered.filter((one) => !after.has(keyOf(one)));
  return [...next, ...removed].map((one) => {
    const ref = keyOf(one);
    const [old, now] = [before.get(ref), after.get(ref)];
    const fields = fieldChanges(old && sold(old), now && sold(now));
    const change = !old ? 'added' : !now ? 'removed' : fields.length > 0 ? 'changed' : 'unchanged';
    const version = change === 'unchanged' ? (old?.version ?? null) : (latest.get(ref) ?? 0) + 1;
    return {
      one,
      ref,
      change,
      fromVersion: old?.version ?? null,
      toVersion: now ? version : null,
      fields: change === 'changed' ? fields : [],
    };
  });
}

/** Every field that makes a version. */
function sold(one: object): Map<string, string> {
  const { version: _version, product: _product, plan: _plan, addon: _addon, ...rest } = one as Record<string, unknown>;
  return flat(rest);
}

function others({ currency, products, features, packages, coupons, policies }: Catalogue | VersionedCatalogue) {
  return flat({
    currency,
    products: keyed(products, ({ product }) => product),
    features: keyed(features, ({ key }) => key),
    packages: keyed(packages, (one) => one.package),
    coupons: keyed(coupons, ({ coupon }) => coupon),
    ...(policies && { policies }),
  });
}

const keyed = <T>(list: readonly T[], keyOf: (one: T) => string) =>
  Object.fromEntries(list.map((one) => [keyOf(one), one]));

/** A value as a map from field to text, so that two can be compared and shown line by line. */
function flat(value: object): Map<string, string> {
  const lines = new Map<string, string>();
  const walk = (at: string[], inner: unknown): void => {
    if (isPriceList(inner)) {
      for (const { currency, interval, amountMinor } of inner) {
        lines.set([...at, currency, ...(interval ? [interval] : [])].join('/'), String(amountMinor));
      }
    } else if (typeof inner === 'object' && inner !== null) {
      // The ceiling follows from the fields beside it.
      for (const [key, one] of Object.entries(inner)) if (key !== 'ceiling') walk([...at, key], one);
    } else if (inner === null) {
      // Only for what a plan or an add-on gives does nothing mean without end.
      if (['limit', 'value'].includes(at.at(-1) ?? '') && at.at(-2) !== 'meter') lines.set(at.join('/'), 'unlimited');
    } else {
      lines.set(at.join('/'), String(inner));
    }
  };
  walk([], value);
  return lines;
}

type PriceLike = { currency: string; interval?: string; amountMinor: number };
const isPriceList = (value: unknown): value is PriceLike[] =>
  Array.isArray(value) &&
  value.length > 0 &&
  value.every((one) => typeof one === 'object' && one && 'amountMinor' in one);

function fieldChanges(before = new Map<string, string>(), after = new Map<string, string>()): Fields {
  return [...new Set([...before.keys(), ...after.keys()])]
    .filter((field) => before.get(field) !== after.get(field))
    .map((field) => ({ field, before: before.get(field) ?? null, after: after.get(field) ?? null }));
}
