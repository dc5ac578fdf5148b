import { type Entitlements, SHARED } from '@tidegate/contracts/billing/entitlements';
import type { FeatureGrant } from '@tidegate/contracts/billing/features';

interface Given {
  orgId: string;
  features: Readonly<Record<string, FeatureGrant>>;
  version?: number;
  /** Months are counted from here. */
  anchor?: string;
  upgrade?: Entitlements['upgrade'];
}

/** The snapshot of an organisation on the plan `free` of the product `main`, with these features. */
export function entitlementsOf({ orgId, features, version = 1, anchor, upgrade = {} }: Given): Entitlements {
  const from = anchor ?? '2026-01-01T00:00:00.000Z';
  return {
    orgId,
    version,
    plans: { main: { plan: 'free', planName: 'Free', planVersion: 1, status: 'active', access: 'full' } },
    features: Object.fromEntries(Object.entries(features).map(([key, grant]) => [key, { ...grant, product: null }])),
    periods: { [SHARED]: [{ from, anchor: from, months: 1 }] },
    upgrade,
  };
}
