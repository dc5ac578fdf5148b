import { SHARED } from '@tidegate/contracts/billing/entitlements';
import type { OneOffPrice } from '@tidegate/contracts/billing/prices';
import type { Tx } from '@tidegate/database/tx';
import { isHeld, type Subscription } from '../kernel/subscription.rules.ts';
import { findAddonVersion, findPlanVersion, knownFeatures } from '../plans/catalogue.rows.ts';
import { priceOf } from '../prices/price-of.rules.ts';
import type { RecurringItem } from '../prices/proration.rules.ts';
import type { Terms, UsageTerms } from './paid-period.rules.ts';

/** What is paid once, when an item begins. */
export interface SetUp {
  key: string;
  name: string;
  amountMinor: number;
}

/** What a subscription costs at an instant: its plan, its add-ons and its usage, each at the version that it has. */
export async function termsOf(
  tx: Tx,
  one: Pick<Subscription, 'product' | 'plan' | 'planVersion' | 'interval' | 'items'>,
  currency: string,
  at: number,
): Promise<Terms & { setUp: SetUp[] }> {
  const plan = await findPlanVersion(tx, one.product, one.plan, one.planVersion);
  if (!plan) throw new Error(`Version ${one.planVersion} of ${one.product}.${one.plan} is missing.`);
  const sold = [{ key: `plan:${plan.plan}`, quantity: 1, ...plan }];
  for (const item of one.items) {
    if (!isHeld(item, at)) continue;
    const addon = await findAddonVersion(tx, one.product, item.addon, item.version);
    if (!addon) throw new Error(`Version ${item.version} of the add-on ${one.product}.${item.addon} is missing.`);
    sold.push({ ...addon, key: `addon:${item.addon}`, quantity: item.quantity } as unknown as (typeof sold)[number]);
  }
  const items = sold.flatMap(({ key, name, quantity, prices }): RecurringItem[] => {
    const amountMinor = priceOf(prices, currency, one.interval);
    return amountMinor ? [{ key, name, quantity, amountMinor }] : [];
  });
  const setUp = sold.flatMap(({ key, name, setup }): SetUp[] => {
    const amountMinor = onceOf(setup, currency);
    return amountMinor ? [{ key, name, amountMinor }] : [];
  });
  return { currency, items, setUp, usage: await usageTerms(tx, plan, currency) };
}

const onceOf = (prices: readonly OneOffPrice[], currency: string) =>
  prices.find((price) => price.currency === currency)?.amountMinor;

type PlanVersion = NonNullable<Awaited<ReturnType<typeof findPlanVersion>>>;

async function usageTerms(tx: Tx, { features }: PlanVersion, currency: string): Promise<UsageTerms[]> {
  const charged = Object.entries(features).flatMap(([feature, grant]) => {
    const price = grant.kind === 'metered' && grant.enforcement === 'overage' ? grant.price?.[currency] : undefined;
    return price && grant.kind === 'metered' ? [{ feature, per: grant.per ?? 'month', price }] : [];
  });
  if (charged.length === 0) return [];
  const known = new Map((await knownFeatures(tx)).map((feature) => [feature.key, feature]));
  return charged.map(({ feature, ...terms }) => ({
    feature,
    ...terms,
    name: known.get(feature)?.name ?? feature,
    periods: known.get(feature)?.product ?? SHARED,
  }));
}

/** How much usage is included, by the plan and the add-ons that a subscription has; null: unlimited. */
export async function includedIn(
  tx: Tx,
  one: Pick<Subscription, 'product' | 'plan' | 'planVersion' | 'items'>,
  feature: string,
): Promise<number | null> {
  const grant = (await findPlanVersion(tx, one.product, one.plan, one.planVersion))?.features[feature];
  let included = grant?.kind === 'metered' ? grant.limit : 0;
  for (const { addon, version, quantity } of one.items) {
    const added = (await findAddonVersion(tx, one.product, addon, version))?.features[feature];
    if (added?.kind !== 'metered') continue;
    included = included === null || added.value === null ? null : included + added.value * quantity;
  }
  return included;
}
