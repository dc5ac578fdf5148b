import type { SubscriptionStatus } from '@tidegate/contracts/billing/subscription-status';

/** What a provider says about the subscription of one product, as a whole. Instants are ISO 8601, whole seconds. */
export interface ProviderState {
  provider: 'stripe' | 'manual';
  /** The subscription at the provider. One that is over (`canceled`, `incomplete_expired`) never comes back by the same ref. */
  ref: string;
  /** Rises with every state of the organisation; a state with a lower one than the last is dropped. A bigint as text. */
  seq: string;
  status: SubscriptionStatus;
  plan: string;
  planVersion: number;
  interval: 'month' | 'year';
  currency: string;
  /** All add-ons; those that are missing have ended. */
  addons: readonly { addon: string; version: number; quantity: number }[];
  since: string;
  /** Periods are counted from here. */
  anchor: string;
  periodStart: string;
  periodEnd: string;
  trialEnd: string | null;
  cancelAt: string | null;
  pausedAt: string | null;
  /** Since when a payment is overdue, where the provider knows it; otherwise since it was first heard. */
  pastDueSince?: string | null;
  /** What follows at the end of the period. */
  next: { plan: string; planVersion: number; interval: 'month' | 'year'; at: string } | null;
}
