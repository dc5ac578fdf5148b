import type { SubscriptionStatus } from '@tidegate/contracts/billing/subscriptions';
import type { Tx } from '@tidegate/database/tx';
import type { Emit } from '@tidegate/messaging/handler';
import { announceEntitlements } from '../entitlements/announce-entitlements.ts';
import { lockSubscription, updateByProvider } from '../kernel/subscription.rows.ts';
import { findPlanVersion } from '../plans/catalogue.rows.ts';

/** What an organisation has of one product at Stripe, in the words of the catalogue. Instants are ISO 8601. */
export interface ProviderState {
  provider: 'stripe';
  /** The subscription there. */
  ref: string;
  status: SubscriptionStatus;
  plan: string;
  planVersion: number;
  interval: 'month' | 'year';
  currency: string;
  /** How many of the plan. */
  quantity: number;
  addons: { addon: string; version: number; quantity: number }[];
  since: string;
  anchor: string;
  periodStart: string;
  periodEnd: string;
  trialEnd: string | null;
  cancelAt: string | null;
  pausedAt: string | null;
  next: { plan: string; planVersion: number; interval: 'month' | 'year'; at: string } | null;
}

/** What a payment provider says is in force becomes the organisation's subscription; the same again changes nothing. */
export async function applyProviderState(
  tx: Tx,
  emit: Emit,
  orgId: string,
  _product: string,
  state: ProviderState,
): Promise<void> {
  const subscription = await lockSubscription(tx, orgId);
  const sold = await findPlanVersion(tx, state.plan, state.planVersion);
  if (!subscription || !sold)
    throw new Error(`Nothing is known of ${state.plan} v${state.planVersion}, or of who bought it.`);
  const changed = await updateByProvider(tx, subscription, state, state.provider);
  if (changed) await announceEntitlements(tx, emit, orgId);
}
