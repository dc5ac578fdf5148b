import { BUILT_IN_FEATURES } from '@tidegate/contracts/billing/built-in-features';
import { type Access, type Entitlements, SHARED, type Upgrade } from '@tidegate/contracts/billing/entitlements';
import type { FeatureGrant } from '@tidegate/contracts/billing/features';
import type { SubscriptionStatus } from '@tidegate/contracts/billing/subscription-status';

/** The part of a plan that entitlements need. */
export interface GrantingPlan {
  plan: string;
  name: string;
  version: number;
  features: Readonly<Record<string, FeatureGrant>>;
}

export interface SnapshotInput {
  orgId: string;
  status: SubscriptionStatus;
  periodAnchor: string;
  /** The plan at the version the subscription is pinned to. */
  pinned: GrantingPlan;
  /** What an organisation without a valid subscription has. */
  fallback: GrantingPlan;
  /** The plans on offer, cheapest first. */
  offers: readonly GrantingPlan[];
}

/** The only product of the catalogue. */
const MAIN = 'main';

/*
 * trialing, active, past_due (the payment is being retried)     the plan, full access
 * paused                                                         the plan, read only
 * incomplete, incomplete_expired, unpaid, canceled               the default plan; no data is deleted
 */
const STANDING: Record<SubscriptionStatus, { valid: boolean; access: Access }> = {
  trialing: { valid: true, access: 'full' },
  active: { valid: true, access: 'full' },
  past_due: { valid: true, access: 'full' },
  paused: { valid: true, access: 'read_only' },
  incomplete: { valid: false, access: 'full' },
  incomplete_expired: { valid: false, access: 'full' },
  unpaid: { valid: false, access: 'full' },
  canceled: { valid: false, access: 'full' },
};

/**
 * A plan version from before a feature was built in lacks it, or has it as another kind. It gets what the default plan
 * gives, so that an upgrade of the software neither takes a part of the product away nor gives it without a limit.
 */
function complete(plan: GrantingPlan, fallback: GrantingPlan): GrantingPlan {
  const features = { ...plan.features };
  for (const [key, kind] of Object.entries(BUILT_IN_FEATURES)) {
    const given = fallback.features[key];
    if (features[key]?.kind === kind) continue;
    if (given?.kind === kind) features[key] = given;
    else delete features[key];
  }
  return { ...plan, features };
}

/** Everything the organisation may do now; the caller assigns the version. */
export function snapshotOf(input: SnapshotInput): Omit<Entitlements, 'version'> {
  const { valid, access } = STANDING[input.status];
  const plan = complete(valid ? input.pinned : input.fallback, input.fallback);
  return {
    orgId: input.orgId,
    plans: {
      [MAIN]: { plan: plan.plan, planName: plan.name, planVersion: plan.version, status: input.status, access },
    },
    features: Object.fromEntries(
      Object.entries(plan.features).map(([key, grant]) => [key, { ...bare(grant), product: null }]),
    ),
    periods: { [SHARED]: [{ from: input.periodAnchor, anchor: input.periodAnchor, months: 1 }] },
    upgrade: upgrades(plan, input.offers),
  };
}

function upgrades(plan: GrantingPlan, offers: readonly GrantingPlan[]): Record<string, Upgrade> {
  const result: Record<string, Upgrade> = {};
  for (const offer of offers) {
    if (offer.plan === plan.plan) continue;
    for (const [key, offered] of Object.entries(offer.features)) {
      if (result[key] || !isMore(offered, plan.features[key])) continue;
      result[key] = { product: MAIN, plan: offer.plan, planName: offer.name, limit: amount(offered) };
    }
  }
  return result;
}

/** True when the first grant allows more than the second; a missing grant is less than anything above zero. */
function isMore(offered: FeatureGrant, had: FeatureGrant | undefined): boolean {
  if (offered.kind === 'boolean') return offered.value && !(had?.kind === 'boolean' && had.value);
  if (had === undefined) return byMonth(offered, 28) > 0;
  const same = offered.kind === 'metered' && had.kind === 'metered' && offered.per === had.per;
  return same ? byMonth(offered, 1) > byMonth(had, 1) : byMonth(offered, 28) > byMonth(had, 31);
}

/** A daily limit as one for a month of so many days, so that what counts as more is more in every month. */
function byMonth(grant: FeatureGrant, days: number): number {
  const limit = amount(grant) ?? Number.POSITIVE_INFINITY;
  return grant.kind === 'metered' && grant.per === 'day' ? limit * days : limit;
}

function amount(grant: FeatureGrant): number | null {
  if (grant.kind === 'boolean' || grant.kind === 'level') return null;
  return grant.kind === 'static' ? grant.value : grant.limit;
}

/** The grant without the note for the price list. */
function bare(grant: FeatureGrant & { note?: string }): FeatureGrant {
  const { note: _note, ...rest } = grant;
  return rest;
}
