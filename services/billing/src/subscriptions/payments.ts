import type { PreviewedInvoice } from '@tidegate/contracts/billing/preview';

/** A subscription that a provider bills for. */
export interface PaidSubscription {
  orgId: string;
  product: string;
  ref: string;
  plan: string;
  planVersion: number;
}

/** What a customer or an operator wants of it. */
export interface PaidChange {
  plan: string;
  planVersion: number;
  interval: 'month' | 'year';
  addons: readonly { addon: string; version: number; quantity: number }[];
  at: 'now' | 'period_end';
  /** Entered with it; only of what begins now. */
  promotionCode?: string | undefined;
  /** Whether whoever pays is there to confirm the payment, if their bank asks for it. */
  byHolder?: boolean | undefined;
}

/** What a change would cost, as the provider says it. */
export interface PreviewedCost {
  dueNow: PreviewedInvoice | null;
  next: PreviewedInvoice | null;
}

/**
 * How subscriptions are changed that a provider bills for: the provider is asked, outside of any transaction, and what it
 * answers is applied (`ProviderStates`) before the promise resolves. Repeating a change is safe.
 */
export abstract class Payments {
  /** Whether customers can pay here at all. */
  abstract readonly configured: boolean;
  abstract change(subscription: PaidSubscription, to: PaidChange): Promise<void>;
  /** What that change would cost; nothing is changed. */
  abstract preview(subscription: PaidSubscription, to: PaidChange): Promise<PreviewedCost>;
  abstract cancel(subscription: PaidSubscription, at: 'now' | 'period_end'): Promise<void>;
  /** Takes a cancellation back, or ends a pause. `byHolder`: whoever pays is there to confirm what is due then. */
  abstract resume(subscription: PaidSubscription, who: { byHolder: boolean }): Promise<void>;
  abstract pause(subscription: PaidSubscription): Promise<void>;
}
