import { KNOWN_KINDS } from '@tidegate/contracts/billing/built-in-features';
import type { Entitlements, PlanInForce } from '@tidegate/contracts/billing/entitlements';
import type { FeatureGrant, FeatureKind, QuotaWindow } from '@tidegate/contracts/billing/features';
import type { PeriodStep } from '@tidegate/contracts/billing/period';
import type { SubscriptionStatus } from '@tidegate/contracts/billing/subscription-status';
import { type AddonOffer, addonsOf } from './addon-upgrade.rules.ts';
import { fold, type Grant, isLive } from './grant.rules.ts';
import { complete, type Granting, type GrantingItem, type GrantingPlan, grantsOf } from './plan-grants.rules.ts';
import { seatGrantId } from './seats.rules.ts';
import { accessOf, isValid } from './standing.rules.ts';
import { upgradesOf } from './upgrade.rules.ts';

export interface GrantingSubscription {
  product: string;
  status: SubscriptionStatus;
  graceUntil: number | null;
  /** A payment for it was taken back at a bank. */
  disputed?: boolean | undefined;
  /** The plan at the version the subscription is pinned to. */
  pinned: GrantingPlan;
  items: readonly GrantingItem[];
}

export interface SnapshotInput {
  orgId: string;
  currency: string;
  products: readonly { product: string; defaultPlan: string | null }[];
  features: readonly { key: string; kind: FeatureKind; product: string | null; per: QuotaWindow | null }[];
  /** The plans in the catalogue, at their newest versions. */
  plans: readonly GrantingPlan[];
  /** The add-ons in the catalogue, at their newest versions. */
  addons: readonly AddonOffer[];
  subscriptions: readonly GrantingSubscription[];
  /** Rows: trials, promotions, what an operator gave. */
  grants: readonly Grant[];
  periods: Readonly<Record<string, readonly PeriodStep[]>>;
  demo: boolean;
}

export interface SnapshotAt {
  snapshot: Omit<Entitlements, 'version'>;
  /** The next instant at which the same input gives another snapshot; null when time alone changes nothing. */
  nextChangeAt: number | null;
}

interface InForce extends Granting {
  subscription: GrantingSubscription;
}

/** Everything the organisation may do at an instant; the caller assigns the version. */
export function snapshotOf(input: SnapshotInput, at: number): SnapshotAt {
  const inForce = input.subscriptions.flatMap((subscription) => planInForce(input, subscription));
  const grants = [...inForce.flatMap(grantsOf), ...input.grants];
  const declared = new Map(input.features.map((feature) => [feature.key, feature]));
  const productOf = (key: string) =>
    declared.has(key) ? (declared.get(key)?.product ?? null) : productGiving(inForce, key);
  const live = Map.groupBy(
    grants.filter((grant) => isLive(grant, at)),
    ({ feature }) => feature,
  );
  const folded = (key: string, list: readonly Grant[]) => {
    const kind = kindOf(key, declared.get(key)?.kind, inForce);
    return kind && fold(kind, declared.get(key)?.per ?? 'month', list);
  };
  const features: Record<string, FeatureGrant> = {};
  for (const [key, list] of live) {
    const grant = folded(key, list);
    if (grant) features[key] = grant;
  }
  const foldedWith = (holding: Granting, key: string) => {
    const { product } = holding.plan;
    const others = live.get(key) ?? [];
    // Seats that are bought by themselves come first: one that is bought by hand takes the place of one of them.
    if (others.some(({ id }) => id === seatGrantId(product))) return undefined;
    const isOwn = ({ id }: Grant) => id === `plan:${product}` || id.startsWith(`addon:${product}:`);
    const own = grantsOf(holding).filter((grant) => grant.feature === key && isLive(grant, at));
    return folded(key, [...others.filter((grant) => !isOwn(grant)), ...own]);
  };
  const plans = Object.fromEntries(inForce.map((one) => [one.subscription.product, toWire(one, at)]));
  const addon = addonsOf(input.addons, {
    at,
    currency: input.currency,
    plans: input.plans,
    inForce,
    had: features,
    with: foldedWith,
  });
  return {
    snapshot: {
      orgId: input.orgId,
      plans,
      features: Object.fromEntries(
        Object.entries(features).map(([key, grant]) => [key, { ...grant, product: productOf(key) }]),
      ),
      periods: Object.fromEntries(Object.entries(input.periods).map(([product, steps]) => [product, [...steps]])),
      upgrade: upgradesOf(
        input.plans.filter(({ offered }) => offered),
        { currency: input.currency, own: plans, had: features, productOf },
      ),
      ...(Object.keys(addon).length > 0 && { addon }),
      ...(input.demo && { demo: true }),
    },
    nextChangeAt: nextChange(grants, inForce, at),
  };
}

function planInForce(input: SnapshotInput, subscription: GrantingSubscription): InForce[] {
  const { product, status, pinned, items } = subscription;
  const key = input.products.find((one) => one.product === product)?.defaultPlan;
  const fallback = input.plans.find((plan) => plan.product === product && plan.plan === key);
  if (isValid(status)) return [{ plan: complete(pinned, fallback), subscription, items }];
  return fallback ? [{ plan: complete(fallback, fallback), subscription, items: [] }] : [];
}

/** The software's own kinds come first: what depends on them must not find another. */
function kindOf(key: string, declared: FeatureKind | undefined, inForce: readonly InForce[]): FeatureKind | undefined {
  return KNOWN_KINDS[key] ?? declared ?? inForce.find(({ plan }) => plan.features[key])?.plan.features[key]?.kind;
}

/** The product of a feature that has left the catalogue: that of the one plan that gives it. */
function productGiving(inForce: readonly InForce[], key: string): string | null {
  const [only, another] = inForce.filter(({ plan }) => plan.features[key]);
  return only && !another ? only.plan.product : null;
}

const toWire = ({ plan, subscription }: InForce, at: number): PlanInForce => ({
  plan: plan.plan,
  planName: plan.name,
  planVersion: plan.version,
  status: subscription.status,
  access: accessOf(subscription, at),
});

function nextChange(grants: readonly Grant[], inForce: readonly InForce[], at: number): number | null {
  const instants = [
    ...grants.flatMap(({ from, until }) => [from, until]),
    ...inForce.flatMap(({ subscription: { status, graceUntil } }) => (status === 'past_due' ? [graceUntil] : [])),
  ];
  const future = instants.filter((instant): instant is number => instant !== null && instant > at);
  return future.length === 0 ? null : Math.min(...future);
}
