import type Stripe from 'stripe';
import type { Account } from '../kernel/account.ts';
import { invalid } from '../kernel/refusal.ts';
import type { Invoice, Params, Subscription } from '../kernel/stored.ts';
import { methodFor } from './collection.ts';
import { type GivenDiscount, redeem, redeemable } from './discounts.ts';
import { createInvoice, draftInvoice } from './invoice-draft.ts';
import { givenFields, mergedMetadata, orNull } from './metadata.ts';
import { nothingToPayWith, refuseIfDeclined } from './new-subscription.ts';
import { keepUpdate } from './pending-updates.ts';
import { type Change, type GivenChange, planChange } from './subscription-change.ts';
import { isOver } from './subscription-end.ts';
import { headOf, invoiceFor, issue, keepPending } from './subscription-invoices.ts';
import { dropCharged, rememberCharged } from './subscription-lines.ts';

export type SubscriptionUpdate = Params<Stripe.SubscriptionUpdateParams>;

const BILLED = ['items', 'trial_end', 'billing_cycle_anchor'] as const;
/** What a schedule decides. */
const SCHEDULED = [...BILLED, 'cancel_at', 'cancel_at_period_end', 'discounts'] as const;
const NOT_SERVED = [
  'add_invoice_items',
  'billing_schedules',
  'billing_thresholds',
  'pending_invoice_item_interval',
  'transfer_data',
] as const;

export function updateSubscription(
  account: Account,
  subscription: Subscription,
  params: SubscriptionUpdate,
  bySchedule = false,
): Subscription {
  refuse(account, subscription, params, bySchedule);
  const billed = BILLED.some((key) => params[key] !== undefined);
  const change = billed ? planChange(account, subscription, params as GivenChange) : null;
  const due = change?.invoiceNow ? dueNow(account, subscription, change) : null;
  if (due && due.amount_due > 0 && params.payment_behavior === 'error_if_incomplete') {
    const method = methodFor(account, due);
    if (method) refuseIfDeclined(account, due, method.id);
    else if (due.collection_method === 'charge_automatically') throw nothingToPayWith();
  }
  if (change && due && due.amount_due > 0 && params.payment_behavior === 'pending_if_incomplete') {
    changeWhenPaid(account, subscription, params, change);
    return subscription;
  }
  let invoice: Invoice | undefined;
  account.change(subscription, 'customer.subscription.updated', () => {
    apply(account, subscription, params);
    if (change) invoice = carryOut(account, subscription, change);
  });
  if (invoice) issue(account, subscription, invoice, params.payment_behavior);
  return subscription;
}

/** Everything that a request can have wrong is refused before anything of it is done. */
function refuse(account: Account, subscription: Subscription, params: SubscriptionUpdate, bySchedule: boolean): void {
  refuseState(subscription, params, bySchedule);
  const method = orNull(params.default_payment_method);
  if (
    method &&
    account.store.get('payment_method', method, 'default_payment_method').customer !== subscription.customer
  )
    throw invalid('The payment method is not attached to the customer.', 'default_payment_method', 'resource_missing');
  if (typeof params.cancel_at === 'number' && params.cancel_at <= account.now())
    throw invalid('cancel_at must lie in the future.', 'cancel_at');
  if (params.trial_settings?.end_behavior.billing_cycle_anchor === 'unchanged')
    throw invalid('The double does not serve trials that keep the anchor.', 'trial_settings');
  const customer = account.store.get('customer', subscription.customer);
  ((params.discounts || []) as GivenDiscount[]).forEach((given, index) => {
    if (!given.discount)
      redeemable(account, given, { customer, currency: subscription.currency }, `discounts[${index}]`);
  });
}

function refuseState(subscription: Subscription, params: SubscriptionUpdate, bySchedule: boolean): void {
  const given = Object.keys(params);
  if (isOver(subscription) && given.some((key) => key !== 'metadata' && key !== 'cancellation_details'))
    throw invalid('A canceled subscription can only update its cancellation_details and metadata.', given[0]);
  if (subscription.status === 'incomplete' && params.items && !bySchedule)
    throw invalid(
      'This subscription is incomplete: its first invoice has to be paid before its items can change.',
      'items',
    );
  const scheduled = SCHEDULED.find((key) => params[key] !== undefined);
  if (subscription.schedule && scheduled && !bySchedule)
    throw invalid(
      `The subscription is managed by the subscription schedule \`${subscription.schedule}\`, and updating \`${scheduled}\` directly is not allowed. Please update the schedule instead.`,
      scheduled,
    );
  const unknown = NOT_SERVED.find((key) => params[key] !== undefined);
  if (unknown) throw invalid(`The double does not serve ${unknown}.`, unknown);
  if (params.payment_behavior === 'pending_if_incomplete') refusePending(subscription, params);
  if (subscription.pending_update && BILLED.some((key) => params[key] !== undefined))
    throw invalid('The double changes nothing while another change waits for its payment.', 'items');
}

/** What Stripe keeps until the payment succeeds. */
const KEPT = [
  ...BILLED,
  'cancel_at_period_end',
  'discounts',
  'expand',
  'metadata',
  'payment_behavior',
  'proration_behavior',
];

function refusePending(subscription: Subscription, params: SubscriptionUpdate): void {
  const other = Object.keys(params).find((key) => !KEPT.includes(key));
  if (other) throw invalid(`You cannot pass \`${other}\` with \`payment_behavior=pending_if_incomplete\`.`, other);
  if (subscription.collection_method === 'send_invoice')
    throw invalid('Pending updates need a subscription that is charged automatically.', 'payment_behavior');
}

/** In force when its invoice is paid, which may be at once. */
function changeWhenPaid(
  account: Account,
  subscription: Subscription,
  params: SubscriptionUpdate,
  change: Change,
): void {
  const period = { start: account.now(), end: account.now() };
  const { invoice, priced } = createInvoice(
    account,
    headOf(account, subscription, 'subscription_update', period),
    change.lines,
  );
  invoice.auto_advance = false;
  keepUpdate(account, subscription, invoice, {
    items: change.after.items.data,
    apply: () => {
      apply(account, subscription, params);
      place(account, subscription, change);
      rememberCharged(account, priced);
    },
  });
  issue(account, subscription, invoice);
}

function dueNow(account: Account, subscription: Subscription, change: Change): Invoice {
  const period = { start: account.now(), end: account.now() };
  return draftInvoice(account, headOf(account, subscription, 'subscription_update', period), change.lines).invoice;
}

/** Makes the planned change; answers the draft of what is charged at once. */
export function carryOut(account: Account, subscription: Subscription, change: Change): Invoice | undefined {
  const now = account.now();
  place(account, subscription, change);
  if (change.invoiceNow)
    return invoiceFor(account, subscription, 'subscription_update', { start: now, end: now }, change.lines);
  keepPending(account, subscription, change.lines);
  return undefined;
}

export function place(account: Account, subscription: Subscription, { after, removed }: Change): void {
  Object.assign(subscription, {
    items: after.items,
    billing_cycle_anchor: after.billing_cycle_anchor,
    trial_end: after.trial_end,
    trial_start: after.trial_start,
  });
  if (after.trial_end !== null && after.trial_end > account.now()) subscription.status = 'trialing';
  else if (subscription.status === 'trialing') subscription.status = 'active';
  if (subscription.cancel_at_period_end) subscription.cancel_at = lastEnd(subscription);
  for (const item of removed) dropCharged(account, item.id);
}

export const lastEnd = (subscription: Subscription): number =>
  Math.max(...subscription.items.data.map((item) => item.current_period_end));

function apply(account: Account, subscription: Subscription, params: SubscriptionUpdate): void {
  if (params.metadata !== undefined) subscription.metadata = mergedMetadata(subscription.metadata, params.metadata);
  Object.assign(subscription, givenFields(params, 'description', 'collection_method', 'days_until_due'));
  if (params.default_payment_method !== undefined)
    subscription.default_payment_method = orNull(params.default_payment_method);
  if (params.automatic_tax)
    subscription.automatic_tax = { ...subscription.automatic_tax, enabled: params.automatic_tax.enabled };
  if (params.pause_collection !== undefined) {
    const pause = orNull(params.pause_collection);
    subscription.pause_collection = pause && { behavior: pause.behavior, resumes_at: pause.resumes_at ?? null };
  }
  if (params.trial_settings?.end_behavior.missing_payment_method && subscription.trial_settings)
    subscription.trial_settings.end_behavior.missing_payment_method =
      params.trial_settings.end_behavior.missing_payment_method;
  if (params.discounts !== undefined) {
    const customer = account.store.get('customer', subscription.customer);
    const place = { customer, currency: subscription.currency, subscription: subscription.id };
    subscription.discounts = redeem(account, (params.discounts || []) as GivenDiscount[], place).map((one) => one.id);
  }
  const details = params.cancellation_details;
  if (details && subscription.cancellation_details)
    Object.assign(subscription.cancellation_details, givenFields(details, 'comment', 'feedback'));
  applyEnd(account, subscription, params);
}

function applyEnd(account: Account, subscription: Subscription, params: SubscriptionUpdate): void {
  if (params.cancel_at_period_end !== undefined) {
    subscription.cancel_at_period_end = params.cancel_at_period_end;
    subscription.cancel_at = params.cancel_at_period_end ? lastEnd(subscription) : null;
  }
  if (params.cancel_at !== undefined) {
    const at = orNull(params.cancel_at);
    const ends = subscription.items.data.map((item) => item.current_period_end);
    subscription.cancel_at =
      at === 'min_period_end' ? Math.min(...ends) : at === 'max_period_end' ? Math.max(...ends) : (at as number | null);
    subscription.cancel_at_period_end = false;
  }
  const ending = subscription.cancel_at !== null;
  subscription.canceled_at = ending ? (subscription.canceled_at ?? account.now()) : null;
  if (subscription.cancellation_details)
    subscription.cancellation_details = {
      ...subscription.cancellation_details,
      reason: ending ? 'cancellation_requested' : null,
    };
}
