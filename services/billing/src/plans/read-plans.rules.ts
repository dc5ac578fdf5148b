import type { Faults, Path } from './catalogue-faults.rules.ts';
import type { FeatureDefinition, PlanDefinition, ProductDefinition } from './catalogue-model.rules.ts';
import type { CatalogueFile } from './catalogue-syntax.rules.ts';
import { PercentValue } from './catalogue-values.rules.ts';
import { readPlanFeatures } from './read-grants.rules.ts';
import { readPrices } from './read-prices.rules.ts';

type Written = CatalogueFile['plans'][string][string];

/** The plans of each product in the order of the products, within each the cheapest first. */
export function readPlans(
  faults: Faults,
  file: CatalogueFile,
  features: readonly FeatureDefinition[],
): PlanDefinition[] {
  for (const product of Object.keys(file.plans)) {
    if (Object.hasOwn(file.products, product)) continue;
    const message = `No product is called ${product}. Write one of ${Object.keys(file.products).join(', ')}, or name it under products.`;
    faults.add(['plans', product], 'unknown_product', message);
  }
  const all = Object.keys(file.products).flatMap((product) => {
    const written = Object.hasOwn(file.plans, product) ? (file.plans[product] ?? {}) : {};
    const plans = Object.entries(written).map(([plan, one]) => readPlan(faults, file, features, product, plan, one));
    if (plans.length === 0)
      faults.add(['plans'], 'missing', `Write ${product}: and a plan of it, or remove the product.`);
    checkShared(faults, product, written, features);
    return plans.toSorted((a, b) => yearly(a, file.currency) - yearly(b, file.currency));
  });
  checkSoldOnce(faults, all, features);
  for (const { key } of features) {
    if (all.some((plan) => Object.hasOwn(plan.features, key)) || faults.all.length > 0) continue;
    faults.add(
      ['features', key],
      'unused',
      `No plan names ${key}. Write in a plan how much it gives of it, or remove it.`,
    );
  }
  return all;
}

function readPlan(
  faults: Faults,
  { currency, products }: CatalogueFile,
  features: readonly FeatureDefinition[],
  product: string,
  plan: string,
  written: Written,
): PlanDefinition {
  const path = ['plans', product, plan];
  const { name, description, offered, approval, trial, pause, seats, revenueShare } = written;
  return {
    product,
    plan,
    name,
    description,
    isDefault: products[product]?.default === plan,
    offered,
    approval,
    trial: trial ?? null,
    // Plans from before pauses had terms have no such field, and are the same.
    ...(pause && { pause }),
    seats: seats ? { ...seats, addon: seats.addon ?? null } : null,
    ...readPrices(faults, [...path, 'prices'], written.prices, currency),
    revenueShare:
      revenueShare === undefined ? null : (faults.read(PercentValue, revenueShare, [...path, 'revenueShare']) ?? null),
    features: readPlanFeatures(
      faults,
      { path: [...path, 'features'], product, features, currencies: Object.keys(written.prices) },
      written.features,
    ),
  };
}

/** What a plan costs a year, as it is compared: twelve months, or the year where it is sold by the year only. */
function yearly({ prices }: PlanDefinition, currency: string): number {
  const of = (interval: 'month' | 'year') =>
    prices.find((price) => price.currency === currency && price.interval === interval)?.amountMinor;
  const month = of('month');
  return month === undefined ? (of('year') ?? 0) : month * 12;
}

/** A shared feature is named by all plans of a product or by none: by a forgotten line nobody loses it. */
function checkShared(
  faults: Faults,
  product: string,
  written: Record<string, Written>,
  features: readonly FeatureDefinition[],
): void {
  const plans = Object.keys(written);
  for (const { key } of features.filter((feature) => feature.product === null)) {
    const naming = plans.filter((plan) => Object.hasOwn(written[plan]?.features ?? {}, key));
    if (naming.length === 0 || naming.length === plans.length) continue;
    for (const plan of plans.filter((one) => !naming.includes(one))) {
      const message =
        `${key} is missing. Write how much of it this plan gives, as ${naming[0]} does. Nothing is unlimited or ` +
        'included by omission.';
      faults.add(['plans', product, plan, 'features'], 'missing', message);
    }
  }
}

/** What is used of a shared feature is used once, whoever sells it: two products that had a price for it would both charge it. */
function checkSoldOnce(faults: Faults, plans: readonly PlanDefinition[], features: readonly FeatureDefinition[]): void {
  for (const { key } of features.filter((feature) => feature.product === null)) {
    const selling = plans.filter(({ features: { [key]: grant } }) => grant?.kind === 'metered' && grant.price);
    const first = selling[0]?.product;
    for (const { product, plan } of selling.filter((one) => one.product !== first)) {
      const message =
        `Remove the price: plans of ${first} sell ${key} beyond its limit, and what is used of a shared feature is ` +
        `charged once. Write it in the plans of one product, or declare a feature for each product.`;
      faults.add(['plans', product, plan, 'features', key], 'sold_twice', message);
    }
  }
}

/** Products, and what is wrong with their default plans: everybody has those, so they cost nothing and need no order. */
export function readProducts(
  faults: Faults,
  { products }: CatalogueFile,
  plans: readonly PlanDefinition[],
): ProductDefinition[] {
  return Object.entries(products).map(([product, { name, description, default: key }]) => {
    const path = ['products', product];
    if (product === 'shared') {
      faults.add(path, 'invalid_name', 'Choose another name: shared is what belongs to all products.');
    }
    const own = plans.filter((plan) => plan.product === product);
    const plan = own.find((one) => one.plan === key);
    if (plan) checkDefault(faults, plan);
    else if (key !== undefined && own.length > 0) {
      const names = own.map((one) => one.plan).join(', ');
      faults.add(
        [...path, 'default'],
        'unknown_plan',
        `Write one of ${names}, or remove it: then nobody has a plan by default.`,
      );
    }
    return { product, name, description, defaultPlan: key ?? null };
  });
}

function checkDefault(faults: Faults, plan: PlanDefinition): void {
  const path: Path = ['plans', plan.product, plan.plan];
  const why = `${plan.plan} is the default plan, which every organisation has without ordering it.`;
  if ([...plan.prices, ...plan.setup].some(({ amountMinor }) => amountMinor > 0)) {
    faults.add([...path, 'prices'], 'default_plan', `Write 0 for every price, or another default: ${why}`);
  }
  for (const field of ['approval', 'trial'] as const) {
    if (plan[field]) faults.add([...path, field], 'default_plan', `Remove it, or write another default: ${why}`);
  }
  for (const [key, grant] of Object.entries(plan.features)) {
    if (grant.kind !== 'metered' || grant.enforcement !== 'overage') continue;
    faults.add(
      [...path, 'features', key],
      'default_plan',
      `Write enforcement: hard or soft, or another default: ${why}`,
    );
  }
}

/** What only makes sense for a plan that is paid, and what needs an add-on that exists. */
export function checkPlanDetails(
  faults: Faults,
  plans: readonly PlanDefinition[],
  addons: readonly { addon: string; product: string; plans: string[]; features: object }[],
): void {
  for (const { product, plan, trial, pause, seats, prices, features } of plans) {
    const path = ['plans', product, plan];
    if (trial && prices.every(({ amountMinor }) => amountMinor === 0)) {
      faults.add([...path, 'trial'], 'trial', 'Remove it: a plan that costs nothing needs no trial.');
    }
    if (pause && prices.every(({ amountMinor }) => amountMinor === 0)) {
      faults.add([...path, 'pause'], 'pause', 'Remove it: a plan that costs nothing needs no pause.');
    }
    if (!seats) continue;
    const grant = Object.hasOwn(features, seats.feature) ? features[seats.feature] : undefined;
    if (grant?.kind !== 'counted') {
      faults.add([...path, 'seats', 'feature'], 'seats', 'Write a counted feature that the plan gives, such as seats.');
    } else if (grant.limit !== seats.included) {
      const message = `Write included: ${grant.limit ?? 'and a limit'}, which the plan gives of ${seats.feature}.`;
      faults.add([...path, 'seats', 'included'], 'seats', message);
    }
    if (seats.addon === null) continue;
    const addon = addons.find((one) => one.addon === seats.addon && one.product === product);
    if (addon?.plans.includes(plan) && Object.hasOwn(addon.features, seats.feature)) continue;
    const message = `Write an add-on of ${product} that can be had with ${plan} and gives ${seats.feature}.`;
    faults.add([...path, 'seats', 'addon'], 'seats', message);
  }
}
