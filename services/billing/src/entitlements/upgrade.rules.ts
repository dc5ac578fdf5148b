import type { Upgrade } from '@tidegate/contracts/billing/entitlements';
import { type FeatureGrant, Level, type QuotaWindow } from '@tidegate/contracts/billing/features';

/** A plan on offer, as far as it can be an upgrade. */
export interface Offer {
  product: string;
  plan: string;
  name: string;
  prices: readonly { currency: string; interval: 'month' | 'year'; amountMinor: number }[];
  features: Readonly<Record<string, FeatureGrant>>;
}

interface Given<Plan> {
  currency: string;
  /** The plan that is in force, by product. */
  own: Readonly<Record<string, { plan: string }>>;
  had: Readonly<Record<string, FeatureGrant>>;
  productOf: (feature: string) => string | null;
  /** What there would be of a feature with that plan, beside everything that does not come with the own one. */
  with: (offer: Plan) => (feature: string) => FeatureGrant | undefined;
}

export interface Upgrades {
  upgrade: Record<string, Upgrade>;
  /** Dearer ones, each of which reaches further than the one before. */
  further: Record<string, Upgrade[]>;
}

/**
 * For each feature the cheapest plan on offer with which the organisation has more than now, and the dearer ones that
 * reach further: of the feature's product, or of any product for what all share. It is computed as everything that it has
 * is, so that grants count: below one that sets a value no plan gives more. What the newest version of an own plan includes
 * is never said of another plan.
 */
export function upgradesOf<Plan extends Offer>(offers: readonly Plan[], given: Given<Plan>): Upgrades {
  const { currency, own, had, productOf } = given;
  const isOwn = (offer: Offer) => own[offer.product]?.plan === offer.plan;
  const cheapestFirst = offers
    .map((offer, place) => ({ offer, place, price: priceOf(offer, currency) }))
    .sort((a, b) => Number(isOwn(b.offer)) - Number(isOwn(a.offer)) || a.price - b.price || a.place - b.place);
  const reached: Record<string, number> = {};
  const result: Upgrades = { upgrade: {}, further: {} };
  for (const { offer } of cheapestFirst) {
    const grantOf = given.with(offer);
    for (const key of Object.keys(offer.features)) {
      const product = productOf(key);
      if (product !== null && product !== offer.product) continue;
      const grant = grantOf(key);
      if (!grant || !isMore(grant, had[key]) || reachOf(grant) <= (reached[key] ?? -1)) continue;
      reached[key] = reachOf(grant);
      const one = { product: offer.product, plan: offer.plan, planName: offer.name, ...allowed(grant) };
      if (!result.upgrade[key]) result.upgrade[key] = one;
      else result.further[key] = [...(result.further[key] ?? []), one];
    }
  }
  return result;
}

/** As an offer says what is allowed with it. */
export const allowed = (grant: FeatureGrant): Pick<Upgrade, 'limit' | 'level' | 'ceiling'> => ({
  limit: amount(grant),
  ...(grant.kind === 'level' && { level: grant.level }),
  ...(grant.kind === 'metered' && grant.ceiling !== grant.limit && { ceiling: grant.ceiling }),
});

/** How much of it is not refused. */
function reachOf(grant: FeatureGrant): number {
  if (grant.kind === 'boolean') return Number(grant.value);
  if (grant.kind === 'level') return rank(grant);
  return size(grant.kind === 'metered' ? grant.ceiling : amount(grant));
}

/** What a month costs; for comparison only. */
export function priceOf({ prices }: Pick<Offer, 'prices'>, currency: string): number {
  const of = (interval: 'month' | 'year') =>
    prices.find((price) => price.currency === currency && price.interval === interval)?.amountMinor;
  return of('month') ?? (of('year') ?? Number.POSITIVE_INFINITY) / 12;
}

/** True when the first grant allows more than the second; a missing grant is less than anything above zero. */
export function isMore(offered: FeatureGrant, had: FeatureGrant | undefined): boolean {
  switch (offered.kind) {
    case 'boolean':
      return offered.value && !(had?.kind === 'boolean' && had.value);
    case 'level':
      return rank(offered) > rank(had);
    case 'metered':
      return isMoreUse(offered, had);
    default:
      return size(amount(offered)) > size(had && had.kind === offered.kind ? amount(had) : 0);
  }
}

const rank = (grant: FeatureGrant | undefined): number =>
  grant?.kind === 'level' ? Level.options.indexOf(grant.level) : 0;

type Metered = FeatureGrant & { kind: 'metered' };

/** Not less that is included, not less that passes, and more of one of the two. */
function isMoreUse(offered: Metered, had: FeatureGrant | undefined): boolean {
  if (had?.kind !== 'metered') return size(offered.limit) > 0 || size(offered.ceiling) > 0;
  const same = offered.per === had.per;
  const [least, most] = same ? [1, 1] : [A_MONTH[offered.per][0], A_MONTH[had.per][1]];
  const limits = compare(size(offered.limit, least), size(had.limit, most));
  const ceilings = compare(size(offered.ceiling, least), size(had.ceiling, most));
  return limits >= 0 && ceilings >= 0 && limits + ceilings > 0;
}

/** How many windows a month has, at least and at most: what counts as more is more in every month. */
const A_MONTH: Record<QuotaWindow, readonly [number, number]> = {
  hour: [671, 745],
  day: [28, 31],
  month: [1, 1],
  period: [1 / 12, 1],
  ever: [0, 1],
};

const compare = (a: number, b: number): number => (a === b ? 0 : a > b ? 1 : -1);
const size = (limit: number | null, times = 1): number => (limit === null ? Number.POSITIVE_INFINITY : limit * times);

export function amount(grant: FeatureGrant): number | null {
  if (grant.kind === 'boolean' || grant.kind === 'level') return null;
  return grant.kind === 'static' ? grant.value : grant.limit;
}
