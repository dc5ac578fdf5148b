import { KNOWN_KINDS, OPTIONAL_FEATURES } from '@tidegate/contracts/billing/built-in-features';
import type { Entitlements, PlanInForce } from '@tidegate/contracts/billing/entitlements';
import type { FeatureGrant, FeatureKind, QuotaWindow } from '@tidegate/contracts/billing/features';
import type { PeriodStep } from '@tidegate/contracts/billing/period';
import type { SubscriptionStatus } from '@tidegate/contracts/billing/subscription-status';
import type { Provider } from '../kernel/subscription.rules.ts';
import { type AddonOffer, addonsOf, type Held } from './addon-upgrade.rules.ts';
import { isPaid, isSoldIn, type Sellable } from './default-plan.rules.ts';
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
  /** Who bills for it; by default nobody. */
  provider?: Provider | undefined;
  /** Its customer changes nothing of it now: an operator has said how it goes on. */
  closed?: boolean | undefined;
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
  /** The currency that everything is paid in; absent: none is fixed yet. */
  billedIn?: string | undefined;
}

export interface SnapshotAt {
  snapshot: Omit<Entitlements, 'version'>;
  /** The next instant at which the same input gives another snapshot; null when time alone changes nothing. */
  nextChangeAt: number | null;
}

interface InForce extends Held {
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
  const foldedWith = (holding: Granting) => {
    const { product } = holding.plan;
    // Whether seats follow the members of another plan as well is seen when it is chosen: they are not counted on.
    const ofHolding = [`plan:${product}`, seatGrantId(product)];
    const isOwn = ({ id }: Grant) => ofHolding.includes(id) || id.startsWith(`addon:${product}:`);
    const own = Map.groupBy(
      grantsOf(holding).filter((grant) => isLive(grant, at)),
      ({ feature }) => feature,
    );
    return (key: string) =>
      folded(key, [...(live.get(key) ?? []).filter((grant) => !isOwn(grant)), ...(own.get(key) ?? [])]);
  };
  const follows = (product: string, key: string) => live.get(key)?.some(({ id }) => id === seatGrantId(product));
  const sold = input.plans.map((plan) => complete(plan, fallbackOf(input, plan.product)));
  const closed = new Set(input.subscriptions.flatMap((one) => (one.closed ? [one.product] : [])));
  const sells = (one: Sellable) =>
    !closed.has(one.product) && (input.billedIn === undefined || isSoldIn(input.billedIn, one));
  const plans = Object.fromEntries(inForce.map((one) => [one.subscription.product, toWire(one, at)]));
  const addon = addonsOf(input.addons, {
    at,
    currency: input.currency,
    plans: sold,
    held: inForce,
    had: features,
    // Seats that are bought by themselves come first: one that is bought by hand takes the place of one of them.
    with: (holding, key) => (follows(holding.plan.product, key) ? undefined : foldedWith(holding)(key)),
    sells,
  });
  const { upgrade, further } = upgradesOf(
    sold.filter((plan) => plan.offered && sells(plan) && isChosenThere(plan, inForce)),
    {
      currency: input.currency,
      own: plans,
      had: features,
      productOf,
      with: (plan) => {
        const grantOf = foldedWith({ plan, items: itemsWith(plan, inForce) });
        // Without an optional feature nothing of the kind is limited, so no plan gives more.
        return (key) => (Object.hasOwn(OPTIONAL_FEATURES, key) && !features[key] ? undefined : grantOf(key));
      },
    },
  );
  return {
    snapshot: {
      orgId: input.orgId,
      plans,
      features: Object.fromEntries(
        Object.entries(features).map(([key, grant]) => [key, { ...grant, product: productOf(key) }]),
      ),
      periods: Object.fromEntries(Object.entries(input.periods).map(([product, steps]) => [product, [...steps]])),
      upgrade,
      ...(Object.keys(further).length > 0 && { further }),
      ...(Object.keys(addon).length > 0 && { addon }),
      ...(input.demo && { demo: true }),
    },
    nextChangeAt: nextChange(grants, inForce, at),
  };
}

function planInForce(input: SnapshotInput, subscription: GrantingSubscription): InForce[] {
  const { product, status, pinned, items, provider = 'none' } = subscription;
  const fallback = fallbackOf(input, product);
  if (isValid(status)) return [{ plan: complete(pinned, fallback), subscription, items, billed: provider !== 'none' }];
  return fallback ? [{ plan: complete(fallback, fallback), subscription, items: [], billed: false }] : [];
}

function fallbackOf({ products, plans }: SnapshotInput, product: string): GrantingPlan | undefined {
  const key = products.find((one) => one.product === product)?.defaultPlan;
  return plans.find((plan) => plan.product === product && plan.plan === key);
}

/** What a provider bills for changes to what it bills for; what is free or approved comes after it, or by an operator. */
function isChosenThere(plan: GrantingPlan, inForce: readonly InForce[]): boolean {
  const own = inForce.find((one) => one.subscription.product === plan.product);
  if (!own?.billed || own.subscription.provider !== 'stripe' || own.plan.plan === plan.plan) return true;
  return isPaid(plan) && !plan.approval;
}

/** The add-ons of a product that go with another plan of it. */
const itemsWith = ({ product, plan }: Pick<GrantingPlan, 'product' | 'plan'>, inForce: readonly InForce[]) =>
  (inForce.find((one) => one.subscription.product === product)?.items ?? []).filter(
    ({ plans }) => plans === undefined || plans.includes(plan),
  );

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
