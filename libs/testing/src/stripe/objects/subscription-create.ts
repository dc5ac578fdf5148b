import type Stripe from 'stripe';
import type { Account } from '../kernel/account.ts';
import { DAY } from '../kernel/clock.ts';
import { embedded } from '../kernel/lists.ts';
import { invalid, required } from '../kernel/refusal.ts';
import type { Discount, Params, Subscription } from '../kernel/stored.ts';
import { amountOf, units } from './amounts.rules.ts';
import { discountOf, type GivenDiscount, redeemable } from './discounts.ts';
import { type LineDraft, lineOfPrice } from './invoice-lines.ts';
import { newItem, refuseItems } from './item-changes.ts';
import { mergedMetadata } from './metadata.ts';
import { periodAt } from './periods.rules.ts';
import { chargeLine, intervalOf, trialLine } from './subscription-lines.ts';

export type NewSubscription = Params<Stripe.SubscriptionCreateParams>;

/** The subscription as it would begin, with the lines of its first invoice. Nothing is stored. */
export function draftSubscription(
  account: Account,
  params: NewSubscription,
): { subscription: Subscription; lines: LineDraft[] } {
  refuse(params);
  const customer = account.store.get('customer', params.customer ?? '', 'customer');
  const id = account.id('sub', 14);
  const items = (params.items ?? []).map((given, index) => newItem(account, id, given, `items[${index}]`));
  refuseItems(items);
  const currency = items[0]?.price.currency ?? 'usd';
  if (customer.currency && customer.currency !== currency)
    throw invalid(
      `You cannot combine currencies on a single customer. This customer has an active subscription or invoice in ${customer.currency}.`,
      'items',
    );
  const now = account.now();
  const trialEnd = trialEndOf(params, now);
  const anchor = trialEnd ?? params.billing_cycle_anchor ?? now;
  for (const item of items) {
    item.current_period_start = now;
    item.current_period_end = trialEnd ?? periodAt(anchor, intervalOf(item.price), now).end;
  }
  const collection = params.collection_method ?? 'charge_automatically';
  const subscription = account.draft('subscription', {
    id,
    object: 'subscription',
    automatic_tax: {
      disabled_reason: null,
      enabled: params.automatic_tax?.enabled ?? false,
      liability: params.automatic_tax?.enabled ? { type: 'self' } : null,
    },
    billing_cycle_anchor: anchor,
    billing_mode: { flexible: { proration_discounts: 'itemized' }, type: 'flexible' },
    cancel_at: typeof params.cancel_at === 'number' ? params.cancel_at : null,
    cancel_at_period_end: params.cancel_at_period_end ?? false,
    cancellation_details: { comment: null, feedback: null, feedback_option: null, reason: null },
    collection_method: collection,
    created: now,
    currency,
    customer: customer.id,
    days_until_due: params.days_until_due ?? null,
    default_payment_method: params.default_payment_method ?? null,
    default_tax_rates: [],
    description: params.description ?? null,
    invoice_settings: {
      account_tax_ids: null,
      custom_fields: null,
      description: null,
      footer: null,
      issuer: { type: 'self' },
    },
    items: embedded(items, `/v1/subscription_items?subscription=${id}`),
    livemode: account.settings.livemode,
    metadata: mergedMetadata({}, params.metadata),
    payment_settings: {
      payment_method_options: null,
      payment_method_types: null,
      save_default_payment_method: params.payment_settings?.save_default_payment_method ?? 'off',
    },
    start_date: now,
    status: trialEnd ? 'trialing' : collection === 'send_invoice' ? 'active' : 'incomplete',
    trial_end: trialEnd,
    trial_settings: {
      end_behavior: {
        billing_cycle_anchor: params.trial_settings?.end_behavior.billing_cycle_anchor ?? null,
        missing_payment_method: params.trial_settings?.end_behavior.missing_payment_method ?? 'create_invoice',
      },
    },
    trial_start: trialEnd ? now : null,
  });
  if (subscription.cancel_at_period_end)
    subscription.cancel_at = Math.max(...items.map((item) => item.current_period_end));
  const free = params.billing_cycle_anchor !== undefined && params.proration_behavior === 'none';
  const recurring = items.flatMap((item) =>
    trialEnd ? [trialLine(account, subscription, item)] : free ? [] : chargeLine(account, subscription, item),
  );
  return { subscription, lines: [...recurring, ...extraLines(account, params, subscription)] };
}

/** The discounts that it would begin with; nothing is redeemed. */
export function draftDiscounts(
  account: Account,
  params: { discounts?: GivenDiscount[] | '' | null },
  subscription: Subscription,
): Discount[] {
  const customer = account.store.get('customer', subscription.customer);
  return (params.discounts || []).map((given, index) => {
    const { coupon, code } = redeemable(
      account,
      given,
      { customer, currency: subscription.currency },
      `discounts[${index}]`,
    );
    return discountOf(account, coupon, code, {
      customer,
      currency: subscription.currency,
      subscription: subscription.id,
    });
  });
}

function refuse(params: NewSubscription): void {
  if (!params.customer) throw required('customer');
  if (!params.items?.length) throw required('items');
  if (params.collection_method === 'send_invoice' && params.days_until_due === undefined)
    throw required('days_until_due');
  if (params.backdate_start_date !== undefined)
    throw invalid('The double does not serve backdate_start_date.', 'backdate_start_date');
}

function trialEndOf(params: NewSubscription, now: number): number | null {
  if (params.trial_period_days !== undefined && params.trial_end !== undefined)
    throw invalid('You may only specify one of these parameters: trial_end, trial_period_days.', 'trial_end');
  if (params.trial_period_days !== undefined) {
    if (params.trial_period_days < 1) throw invalid('trial_period_days must be at least 1', 'trial_period_days');
    return now + params.trial_period_days * DAY;
  }
  if (typeof params.trial_end !== 'number') return null;
  if (params.trial_end <= now)
    throw invalid('Invalid timestamp: must be an integer Unix timestamp in the future.', 'trial_end');
  return params.trial_end;
}

/** One-off prices that go on the first invoice. */
function extraLines(account: Account, params: NewSubscription, subscription: Subscription): LineDraft[] {
  return (params.add_invoice_items ?? []).map((given, index): LineDraft => {
    const price = account.store.get('price', given.price ?? '', `add_invoice_items[${index}][price]`);
    if (price.recurring) throw invalid('add_invoice_items take one-time prices.', `add_invoice_items[${index}][price]`);
    if (price.currency !== subscription.currency)
      throw invalid('The price has another currency than the subscription.', `add_invoice_items[${index}][price]`);
    const quantity = given.quantity ?? 1;
    if (quantity < 0)
      throw invalid('This value must be greater than or equal to 0.', `add_invoice_items[${index}][quantity]`);
    const amount = amountOf(price, units(quantity));
    return lineOfPrice(account, price, quantity, { amount, subscription: subscription.id });
  });
}
