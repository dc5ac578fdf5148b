import { BUILT_IN_FEATURES } from '@tidegate/contracts/billing/built-in-features';
import type { FeatureGrant } from '@tidegate/contracts/billing/features';
import type { Grant, GrantValue } from './grant.rules.ts';
import type { Offer } from './upgrade.rules.ts';

/** The part of a plan that entitlements need. */
export interface GrantingPlan extends Offer {
  version: number;
  offered: boolean;
  approval?: boolean | undefined;
  features: Readonly<Record<string, FeatureGrant & { grace?: number | undefined }>>;
}

export interface GrantingItem {
  addon: string;
  quantity: number;
  since: number;
  until: number | null;
  /** What one of it adds. */
  features: Readonly<Record<string, { value: GrantValue }>>;
  /** Plans that can have it; absent: any. */
  plans?: readonly string[] | undefined;
}

/** A plan with its add-ons, which belong to the plan with which they were bought. */
export interface Granting {
  plan: GrantingPlan;
  items: readonly GrantingItem[];
}

/**
 * A plan version from before a feature was built in lacks it, or has it as another kind. It gets what the default plan
 * gives, so that an upgrade of the software neither takes a part of the product away nor gives it without a limit.
 */
export function complete(plan: GrantingPlan, fallback: GrantingPlan | undefined): GrantingPlan {
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
export function grantsOf({ plan, items }: Granting): Grant[] {
  const { product } = plan;
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
