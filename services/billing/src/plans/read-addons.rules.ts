import type { Faults, Path } from './catalogue-faults.rules.ts';
import type {
  AddonDefinition,
  CouponDefinition,
  FeatureDefinition,
  PackageDefinition,
  PlanDefinition,
} from './catalogue-model.rules.ts';
import type { CatalogueFile } from './catalogue-syntax.rules.ts';
import { minorUnits, PercentValue } from './catalogue-values.rules.ts';
import { readAdditions } from './read-grants.rules.ts';
import { readOneOffPrices, readPrices } from './read-prices.rules.ts';

/** What is sold beside plans. */

export function readAddons(
  faults: Faults,
  { addons, products, currency }: CatalogueFile,
  features: readonly FeatureDefinition[],
  plans: readonly PlanDefinition[],
): AddonDefinition[] {
  return Object.entries(addons).map(([addon, { product, max, ...written }]) => {
    const path = ['addons', addon];
    const own = plans.filter((plan) => plan.product === product).map(({ plan }) => plan);
    if (!Object.hasOwn(products, product)) {
      faults.add([...path, 'product'], 'unknown_product', `Write one of ${Object.keys(products).join(', ')}.`);
    } else {
      for (const [index, plan] of (written.plans ?? []).entries()) {
        if (own.includes(plan)) continue;
        const message = `${product} has no plan ${plan}. Write one of ${own.join(', ')}, or remove it.`;
        faults.add([...path, 'plans', index], 'unknown_plan', message);
      }
    }
    return {
      product,
      addon,
      name: written.name,
      description: written.description,
      offered: written.offered,
      plans: written.plans ?? own,
      max: max ?? null,
      ...readPrices(faults, [...path, 'prices'], written.prices, currency),
      features: readAdditions(
        faults,
        { path: [...path, 'features'], product, features, currencies: Object.keys(written.prices) },
        written.features,
      ),
    };
  });
}

export function readPackages(
  faults: Faults,
  { packages, currency }: CatalogueFile,
  features: readonly FeatureDefinition[],
): PackageDefinition[] {
  return Object.entries(packages).map(([key, { expiresDays, prices, ...written }]) => {
    const path = ['packages', key];
    const feature = features.find((one) => one.key === written.feature);
    if (feature?.kind !== 'metered') {
      const metered = features.filter((one) => one.kind === 'metered').map((one) => one.key);
      faults.add([...path, 'feature'], 'unknown_feature', `Write a metered feature: ${metered.join(', ')}.`);
    }
    if (feature?.meter?.aggregate === 'time_weighted') {
      faults.add(
        [...path, 'feature'],
        'not_prepaid',
        'What is weighted by time is used without events: sell it by a plan.',
      );
    }
    return {
      package: key,
      ...written,
      expiresDays: expiresDays ?? null,
      prices: readOneOffPrices(faults, [...path, 'prices'], prices, currency),
    };
  });
}

export function readCoupons(
  faults: Faults,
  { coupons }: CatalogueFile,
  features: readonly FeatureDefinition[],
  plans: readonly PlanDefinition[],
): CouponDefinition[] {
  const codes = new Set<string>();
  return Object.entries(coupons).map(([coupon, written]) => {
    const path = ['coupons', coupon];
    for (const [index, code] of written.codes.entries()) {
      if (codes.has(code))
        faults.add([...path, 'codes', index], 'duplicate', 'This code is written twice. Remove one.');
      codes.add(code);
    }
    return {
      coupon,
      name: written.name ?? coupon,
      ...reduction(faults, path, written),
      ...gifts(faults, path, written, features),
      duration: written.duration,
      codes: written.codes,
      plans: written.plans?.flatMap((ref, index) => planOf(faults, [...path, 'plans', index], ref, plans)) ?? null,
      max: written.max ?? null,
    };
  });
}

type WrittenCoupon = CatalogueFile['coupons'][string];

function gifts(faults: Faults, path: Path, { gives, duration }: WrittenCoupon, features: readonly FeatureDefinition[]) {
  if (gives === undefined) return {};
  if (duration === 'once') {
    faults.add([...path, 'duration'], 'coupon', 'Write forever or { months: 3 }: what is given lasts for some time.');
  }
  const giving = { path: [...path, 'gives'], product: null, features, currencies: [] };
  return { gives: readAdditions(faults, giving, gives) };
}

function reduction(faults: Faults, path: Path, { percent, amount, gives }: WrittenCoupon) {
  if ([percent, amount, gives].filter((one) => one !== undefined).length !== 1) {
    faults.add(path, 'coupon', 'Write either percent: 20, amount: { USD: 500 } or gives: { servers: 2 }.');
  }
  if (amount === undefined) {
    const read = percent === undefined ? undefined : faults.read(PercentValue, percent, [...path, 'percent']);
    return { percent: read ?? null, amounts: null };
  }
  const amounts = Object.entries(amount).flatMap(([currency, written]) => {
    const amountMinor = faults.read(minorUnits(currency), written, [...path, 'amount', currency]);
    return amountMinor === undefined ? [] : [{ currency, amountMinor }];
  });
  if (Object.keys(amount).length === 0) faults.add([...path, 'amount'], 'missing', 'Write amount: { USD: 500 }.');
  return { percent: null, amounts };
}

function planOf(faults: Faults, path: Path, ref: string, plans: readonly PlanDefinition[]) {
  const found = plans.find(({ product, plan }) => `${product}.${plan}` === ref);
  if (found) return [{ product: found.product, plan: found.plan }];
  const refs = plans.map(({ product, plan }) => `${product}.${plan}`);
  faults.add(path, 'unknown_plan', `Write a plan with its product: ${refs.join(', ')}.`);
  return [];
}
