import { isDeepStrictEqual } from 'node:util';
import { type Entitlements, entitlementsChanged } from '@tidegate/contracts/billing/entitlements';
import type { Tx } from '@tidegate/database/tx';
import type { Emit } from '@tidegate/messaging/handler';
import { lockSubscription } from '../kernel/subscription.rows.ts';
import { findPlanVersion, requireCatalogue } from '../plans/catalogue.rows.ts';
import { findEntitlements, saveEntitlements } from './entitlements.rows.ts';
import { snapshotOf } from './entitlements.rules.ts';

/**
 * Recomputes the organisation's entitlements and, when they differ from the last ones, numbers and emits them. The lock on
 * the subscription makes versions rise one by one, in commit order.
 */
export async function announceEntitlements(tx: Tx, emit: Emit, orgId: string): Promise<Entitlements> {
  const subscription = await lockSubscription(tx, orgId);
  if (!subscription) throw new Error('An organisation without a subscription has no entitlements.');
  const catalogue = await requireCatalogue(tx);
  const pinned = await findPlanVersion(tx, subscription.product, subscription.plan, subscription.plan_version);
  const fallback = catalogue.plans.find((plan) => plan.isDefault);
  if (!pinned || !fallback) throw new Error('The plan of the subscription, or the default plan, is missing.');
  const content = snapshotOf({
    orgId,
    status: subscription.status,
    periodAnchor: subscription.period_anchor.toISOString(),
    pinned,
    fallback,
    offers: catalogue.plans,
  });
  const before = await findEntitlements(tx, orgId);
  const version = before?.snapshot.version ?? 0;
  if (before && isDeepStrictEqual({ ...content, version }, before.snapshot)) {
    if (before.catalogueVersion !== catalogue.version) await saveEntitlements(tx, before.snapshot, catalogue.version);
    return before.snapshot;
  }
  const snapshot = { ...content, version: version + 1 };
  await saveEntitlements(tx, snapshot, catalogue.version);
  await emit(entitlementsChanged, snapshot, { orgId });
  return snapshot;
}
