import type Stripe from 'stripe';
import type { Account } from '../kernel/account.ts';
import { invalid } from '../kernel/refusal.ts';
import type { Params, Subscription } from '../kernel/stored.ts';
import { activate } from './collection.ts';
import { createInvoice, draftInvoice } from './invoice-draft.ts';
import { pendingLines } from './invoice-items.ts';
import { keepResumption } from './pending-updates.ts';
import { type Change, planChange } from './subscription-change.ts';
import { headOf, issue, keepPending } from './subscription-invoices.ts';
import { creditLine, dropCharged, rememberCharged } from './subscription-lines.ts';
import { carryOut, place } from './update-subscription.ts';

type PausedType = NonNullable<NonNullable<Subscription['status_details']>['paused']>['subscription']['type'];

export function becomePaused(account: Account, subscription: Subscription, type: PausedType): void {
  account.change(subscription, 'customer.subscription.updated', () => {
    subscription.status = 'paused';
    subscription.status_details = {
      paused: { subscription: { type }, transitioned_at: account.now(), type: 'subscription' },
    };
  });
  account.emit('customer.subscription.paused', subscription);
}

export function pause(
  account: Account,
  subscription: Subscription,
  params: Params<Stripe.SubscriptionPauseParams>,
): Subscription {
  if (subscription.status !== 'active' && subscription.status !== 'trialing' && subscription.status !== 'past_due')
    throw invalid(`A subscription that is ${subscription.status} cannot be paused.`);
  if (params.invoicing_behavior === 'invoice' || params.bill_for?.outstanding_usage_through)
    throw invalid('The double credits unused time with the next invoice and leaves usage to it.', 'invoicing_behavior');
  if (params.bill_for?.unused_time_from?.type === 'now') {
    keepPending(
      account,
      subscription,
      subscription.items.data.flatMap((item) => creditLine(account, subscription, item, account.now())),
    );
    for (const item of subscription.items.data) dropCharged(account, item.id);
  }
  becomePaused(account, subscription, 'pause_requested');
  return subscription;
}

/** Begins a new period now, or goes on with the old one when the request leaves the anchor unchanged. */
export function resume(
  account: Account,
  subscription: Subscription,
  params: Params<Stripe.SubscriptionResumeParams>,
): Subscription {
  if (subscription.status !== 'paused')
    throw invalid(`A subscription that is ${subscription.status} cannot be resumed.`);
  const ends = subscription.items.data.map((item) => item.current_period_end);
  const goesOn = params.billing_cycle_anchor?.type === 'unchanged' && Math.min(...ends) > account.now();
  if (goesOn) {
    activate(account, subscription);
    return subscription;
  }
  const change = planChange(account, subscription, {
    billing_cycle_anchor: { type: 'now' },
    proration_behavior: params.proration_behavior,
  });
  if (params.payment_behavior === 'resume_on_payment_success' && resumeWhenPaid(account, subscription, change))
    return subscription;
  const invoice = carryOut(account, subscription, change);
  activate(account, subscription);
  if (invoice) issue(account, subscription, invoice);
  return subscription;
}

/** What nobody pays is withdrawn after 23 hours, and not tried again meanwhile. False: there is nothing to pay. */
function resumeWhenPaid(account: Account, subscription: Subscription, change: Change): boolean {
  const head = headOf(account, subscription, 'subscription_update', { start: account.now(), end: account.now() });
  const lines = [...pendingLines(account, subscription.customer, subscription.id), ...change.lines];
  if (draftInvoice(account, head, lines).invoice.amount_due <= 0) return false;
  const { invoice, priced } = createInvoice(account, head, lines);
  invoice.auto_advance = false;
  keepResumption(account, subscription, invoice, () => {
    place(account, subscription, change);
    rememberCharged(account, priced);
  });
  issue(account, subscription, invoice);
  return true;
}
