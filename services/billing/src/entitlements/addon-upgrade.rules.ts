import type { FeatureGrant } from '@tidegate/contracts/billing/features';
import type { UpgradeAddon } from '@tidegate/contracts/kernel/upgrade-addon';
import { isPaid } from './default-plan.rules.ts';
import { type GrantValue, isLive } from './grant.rules.ts';
import type { Granting, GrantingItem, GrantingPlan } from './plan-grants.rules.ts';
import { amount, isMore, type Offer, priceOf } from './upgrade.rules.ts';

/** An add-on in the catalogue, as far as it can give more. */
export interface AddonOffer extends Pick<Offer, 'product' | 'name' | 'prices'> {
  addon: string;
  offered: boolean;
  /** Plans of the product that can have it. */
  plans: readonly string[];
  max: number | null;
  /** What one of it adds. */
  features: Readonly<Record<string, { value: GrantValue }>>;
}

interface Given {
  at: number;
  currency: string;
  plans: readonly GrantingPlan[];
  inForce: readonly Granting[];
  had: Readonly<Record<string, FeatureGrant>>;
  /** What there would be of a feature if this were what the organisation has of its product. */
  with: (holding: Granting, feature: string) => FeatureGrant | undefined;
}

/**
 * For each feature the cheapest add-on on offer, one more of which gives more than the organisation has: computed as
 * everything that it has is, so that what is named does give more. It is added to the own plan where that can have it and is
 * paid for; else the cheapest dearer plan that can is named with it, because what costs nothing is bought nowhere.
 */
export function addonsOf(addons: readonly AddonOffer[], given: Given): Record<string, UpgradeAddon> {
  const options = addons
    .filter(({ offered }) => offered)
    .flatMap((sold, place) => optionOf(sold, given).map((option) => ({ ...option, place })))
    .sort((a, b) => a.price - b.price || a.place - b.place);
  const result: Record<string, UpgradeAddon> = {};
  for (const { sold, holding } of options) {
    for (const feature of Object.keys(sold.features)) {
      if (result[feature]) continue;
      const grant = given.with(holding, feature);
      if (!grant || !isMore(grant, given.had[feature])) continue;
      const { product, plan, name: planName } = holding.plan;
      const { addon, name: addonName } = sold;
      result[feature] = { product, plan, planName, addon, addonName, limit: amount(grant) };
    }
  }
  return result;
}

function optionOf(sold: AddonOffer, { at, currency, plans, inForce }: Given) {
  const own = inForce.find(({ plan }) => plan.product === sold.product);
  if (!own) return [];
  const isOwn = sold.plans.includes(own.plan.plan) && (isPaid(own.plan) || !own.plan.offered);
  const plan = isOwn ? own.plan : dearerPlan(sold, own.plan, { plans, currency });
  if (!plan) return [];
  const had = isOwn ? own.items : [];
  const held = had.find(({ addon, since, until }) => addon === sold.addon && isLive({ from: since, until }, at));
  const quantity = (held?.quantity ?? 0) + 1;
  if (sold.max !== null && quantity > sold.max) return [];
  const one: GrantingItem = { addon: sold.addon, quantity, since: at, until: null, features: (held ?? sold).features };
  const items = [...had.filter(({ addon }) => addon !== sold.addon), one];
  const price = priceOf(sold, currency) + (isOwn ? 0 : priceOf(plan, currency));
  return [{ sold, holding: { plan, items }, price }];
}

function dearerPlan(
  { plans: can }: AddonOffer,
  own: GrantingPlan,
  { plans, currency }: Pick<Given, 'plans' | 'currency'>,
): GrantingPlan | undefined {
  return plans
    .filter((plan) => plan.product === own.product && can.includes(plan.plan) && plan.offered && !plan.approval)
    .map((plan) => ({ plan, price: priceOf(plan, currency) }))
    .filter(({ price }) => price > priceOf(own, currency) && price !== Number.POSITIVE_INFINITY)
    .sort((a, b) => a.price - b.price)[0]?.plan;
}
