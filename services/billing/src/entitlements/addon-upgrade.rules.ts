import type { FeatureGrant } from '@tidegate/contracts/billing/features';
import type { UpgradeAddon } from '@tidegate/contracts/kernel/upgrade-addon';
import { isPaid, type Sellable } from './default-plan.rules.ts';
import { type GrantValue, isLive } from './grant.rules.ts';
import type { Granting, GrantingItem, GrantingPlan } from './plan-grants.rules.ts';
import { allowed, isMore, type Offer, priceOf } from './upgrade.rules.ts';

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

/** What an organisation has of a product, and whether somebody bills for it: then its customer adds to it. */
export interface Held extends Granting {
  billed: boolean;
}

interface Given {
  at: number;
  currency: string;
  plans: readonly GrantingPlan[];
  held: readonly Held[];
  had: Readonly<Record<string, FeatureGrant>>;
  /** What there would be of a feature if this were what the organisation has of its product. */
  with: (holding: Granting, feature: string) => FeatureGrant | undefined;
  /** Whether the organisation can buy something of it now. */
  sells: (sold: Sellable) => boolean;
}

/**
 * For each feature the cheapest add-on on offer, one more of which gives more than the organisation has: computed as
 * everything that it has is, so that what is named does give more. It is added to the own plan where that can have it and is
 * paid for; else the cheapest dearer plan that can is named with it, because what costs nothing is bought nowhere.
 */
export function addonsOf(addons: readonly AddonOffer[], given: Given): Record<string, UpgradeAddon> {
  const options = addons
    .filter((sold) => sold.offered && given.sells(sold))
    .flatMap((sold, place) => optionOf(sold, given).map((option) => ({ ...option, place })))
    .sort((a, b) => a.price - b.price || a.place - b.place);
  const result: Record<string, UpgradeAddon> = {};
  for (const { sold, holding, most } of options) {
    for (const [feature, { value }] of Object.entries(sold.features)) {
      if (result[feature]) continue;
      const grant = given.with(holding, feature);
      if (!grant || !isMore(grant, given.had[feature])) continue;
      const { product, plan, name: planName } = holding.plan;
      const { addon, name: addonName } = sold;
      const { limit, level } = allowed(grant);
      const more = typeof value === 'number' && { each: value, most };
      result[feature] = { product, plan, planName, addon, addonName, limit, ...(level && { level }), ...more };
    }
  }
  return result;
}

function optionOf(sold: AddonOffer, given: Given) {
  const { at, currency, held } = given;
  const own = held.find(({ plan }) => plan.product === sold.product);
  const ownPlan = own && growing(sold, own, given);
  const plan = ownPlan ?? dearerPlan(sold, own?.plan, given);
  if (!plan) return [];
  const had = ownPlan && own ? own.items : [];
  const item = had.find(({ addon, since, until }) => addon === sold.addon && isLive({ from: since, until }, at));
  const quantity = (item?.quantity ?? 0) + 1;
  if (sold.max !== null && quantity > sold.max) return [];
  const one: GrantingItem = { addon: sold.addon, quantity, since: at, until: null, features: (item ?? sold).features };
  const items = [...had.filter(({ addon }) => addon !== sold.addon), one];
  const price = priceOf(sold, currency) + (ownPlan ? 0 : priceOf(plan, currency));
  return [{ sold, holding: { plan, items }, price, most: sold.max === null ? null : sold.max - quantity + 1 }];
}

/** The own plan as it is chosen with more: at its newest version. undefined: nothing is added to it. */
function growing(sold: AddonOffer, { plan: own, billed }: Held, { plans }: Given): GrantingPlan | undefined {
  const newest = plans.find(({ product, plan }) => product === own.product && plan === own.plan);
  if (!newest || !sold.plans.includes(newest.plan)) return undefined;
  const bought = isPaid(newest) ? newest.offered && !newest.approval : !isPaid(sold);
  return billed || bought ? newest : undefined;
}

function dearerPlan(
  { product, plans: can }: AddonOffer,
  own: GrantingPlan | undefined,
  { plans, currency, sells }: Given,
): GrantingPlan | undefined {
  const least = own ? priceOf(own, currency) : 0;
  return plans
    .filter((plan) => plan.product === product && can.includes(plan.plan) && plan.offered && !plan.approval)
    .filter((plan) => sells(plan))
    .map((plan) => ({ plan, price: priceOf(plan, currency) }))
    .filter(({ price }) => price > least && price !== Number.POSITIVE_INFINITY)
    .sort((a, b) => a.price - b.price)[0]?.plan;
}
