import { BUILT_IN_FEATURES, KNOWN_KINDS } from '@tidegate/contracts/billing/built-in-features';
import type { Entitlements, PlanInForce } from '@tidegate/contracts/billing/entitlements';
import type { FeatureGrant, FeatureKind, QuotaWindow } from '@tidegate/contracts/billing/features';
import type { PeriodStep } from '@tidegate/contracts/billing/period';
import type { SubscriptionStatus } from '@tidegate/contracts/billing/subscription-status';
import { fold, type Grant, type GrantValue, isLive } from './grant.rules.ts';
import { accessOf, isValid } from './standing.rules.ts';
import { type Offer, upgradesOf } from './upgrade.rules.ts';

/** The part of a plan that entitlements need. */
export interface GrantingPlan extends Offer {
  version: number;
  offered: boolean;
  features: Readonly<Record<string, FeatureGrant & { grace?: number | undefined }>>;
}

export interface GrantingItem {
  addon: string;
  quantity: number;
  since: number;
  until: number | null;
  /** What one of it adds. */
  features: Readonly<Record<string, { value: GrantValue }>>;
}

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

interface InForce {
  plan: GrantingPlan;
  subscription: GrantingSubscription;
  /** Add-ons belong to the plan with which they were bought. */
  items: readonly GrantingItem[];
}

/** Everything the organisation may do at an instant; the caller assigns the version. */
export function snapshotOf(input: SnapshotInput, at: number): SnapshotAt {
  const inForce = input.subscriptions.flatMap((subscription) => planInForce(input, subscription));
  const grants = [...inForce.flatMap(grantsOf), ...input.grants];
  const declared = new Map(input.features.map((feature) => [feature.key, feature]));
  const productOf = (key: string) =>
    declared.has(key) ? (declared.get(key)?.product ?? null) : productGiving(inForce, key);
  const features: Record<string, FeatureGrant> = {};
  for (const [key, list] of Map.groupBy(
    grants.filter((grant) => isLive(grant, at)),
    ({ feature }) => feature,
  )) {
    const kind = kindOf(key, declared.get(key)?.kind, inForce);
    const folded = kind && fold(kind, declared.get(key)?.per ?? 'month', list);
    if (folded) features[key] = folded;
  }
  const plans = Object.fromEntries(inForce.map((one) => [one.subscription.product, toWire(one, at)]));
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

/**
 * A plan version from before a feature was built in lacks it, or has it as another kind. It gets what the default plan
 * gives, so that an upgrade of the software neither takes a part of the product away nor gives it without a limit.
 */
function complete(plan: GrantingPlan, fallback: GrantingPlan | undefined): GrantingPlan {
  const features = { ...plan.features };
  for (const [key, kind] of Object.entries(BUILT_IN_FEATURES)) {
    const given = fallback?.features[key];
    if (features[key]?.kind === kind) continue;
    if (given?.kind === kind) features[key] = given;
    else delete features[key];
  }
  return { ...plan, features };
}

/** A plan gives at least what it says; each of an add-on adds to it. */
function grantsOf({ plan, subscription: { product }, items }: InForce): Grant[] {
  const ofPlan = Object.entries(plan.features).map(
    ([feature, grant]): Grant => ({
      id: `plan:${product}`,
      feature,
      op: 'max',
      value: givenBy(grant),
      terms:
        grant.kind === 'metered'
          ? { enforcement: grant.enforcement, grace: grant.grace ?? null, per: grant.per, rollover: grant.rollover }
          : undefined,
      from: Number.NEGATIVE_INFINITY,
      until: null,
    }),
  );
  const ofItems = items.flatMap(({ addon, quantity, since, until, features }) =>
    Object.entries(features).map(
      ([feature, { value }]): Grant => ({
        id: `addon:${product}:${addon}`,
        feature,
        op: 'add',
        value: typeof value === 'number' ? times(value, quantity) : value,
        from: since,
        until,
      }),
    ),
  );
  return [...ofPlan, ...ofItems];
}

function givenBy(grant: FeatureGrant): GrantValue {
  if (grant.kind === 'level') return grant.level;
  return grant.kind === 'counted' || grant.kind === 'metered' ? grant.limit : grant.value;
}

function times(value: number, quantity: number): number {
  const product = BigInt(value) * BigInt(quantity);
  return product > BigInt(Number.MAX_SAFE_INTEGER) ? Number.MAX_SAFE_INTEGER : Number(product);
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
