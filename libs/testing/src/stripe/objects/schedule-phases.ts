import type Stripe from 'stripe';
import type { Account } from '../kernel/account.ts';
import { invalid, missing } from '../kernel/refusal.ts';
import type { Params, Schedule, Subscription } from '../kernel/stored.ts';
import { mergedMetadata } from './metadata.ts';
import { moved } from './periods.rules.ts';
import { intervalOf } from './subscription-lines.ts';

export type Phase = Schedule['phases'][number];
export type GivenPhase = NonNullable<Params<Stripe.SubscriptionScheduleUpdateParams>['phases']>[number];

/** The phases of a request with their instants: one begins where the other ends. */
export function readPhases(account: Account, given: GivenPhase[], start: number): Phase[] {
  if (given.length === 0) throw invalid('A schedule has at least one phase.', 'phases');
  let at = start;
  return given.map((one, index) => {
    const param = `phases[${index}]`;
    const named = one.start_date === 'now' ? account.now() : one.start_date;
    if (named !== undefined && index > 0 && named !== at)
      throw invalid('A phase has to begin where the one before it ends.', `${param}[start_date]`);
    const from = index === 0 ? (named ?? at) : at;
    const phase = readPhase(account, one, from, param);
    at = phase.end_date;
    return phase;
  });
}

function readPhase(account: Account, given: GivenPhase, from: number, param: string): Phase {
  if (given.items.length === 0) throw invalid('A phase has at least one item.', `${param}[items]`);
  const items = given.items.map((item, index): Phase['items'][number] => {
    if (!item.price) throw missing('price', item.price ?? '', `${param}[items][${index}][price]`);
    const price = account.store.get('price', item.price, `${param}[items][${index}][price]`);
    if (item.quantity !== undefined && item.quantity < 0)
      throw invalid('This value must be greater than or equal to 0.', `${param}[items][${index}][quantity]`);
    const metered = price.recurring?.usage_type === 'metered';
    return {
      billing_thresholds: null,
      discounts: [],
      metadata: mergedMetadata({}, item.metadata),
      plan: price.id,
      price: price.id,
      ...(metered ? {} : { quantity: item.quantity ?? 1 }),
      tax_rates: [],
    };
  });
  const prices = items.map((item) => account.store.get('price', item.price));
  if (prices.some((price) => !price.recurring)) throw invalid('A phase has recurring prices only.', `${param}[items]`);
  if (new Set(prices).size < prices.length || new Set(prices.map((price) => price.currency)).size > 1)
    throw invalid('A phase has each price once, and one currency.', `${param}[items]`);
  const first = account.store.get('price', items[0]?.price ?? '');
  const { interval, interval_count = 1 } = given.duration ?? intervalOf(first);
  const end = given.end_date === 'now' ? account.now() : given.end_date;
  const until = end ?? moved(from, { interval, interval_count }, 1);
  if (until <= from) throw invalid('A phase has to end after it begins.', `${param}[end_date]`);
  return {
    ...EMPTY,
    currency: first.currency,
    discounts: (given.discounts || []).map((one) => ({
      coupon: one.coupon ?? null,
      discount: one.discount ?? null,
      promotion_code: one.promotion_code ?? null,
    })),
    end_date: until,
    items,
    metadata: mergedMetadata({}, given.metadata),
    proration_behavior: given.proration_behavior ?? 'create_prorations',
    start_date: from,
    trial_end: typeof given.trial_end === 'number' ? given.trial_end : null,
  };
}

const EMPTY = {
  add_invoice_items: [],
  application_fee_percent: null,
  billing_cycle_anchor: null,
  billing_thresholds: null,
  collection_method: null,
  default_payment_method: null,
  default_tax_rates: [],
  description: null,
  invoice_settings: null,
  on_behalf_of: null,
  transfer_data: null,
};

/** The phase that a subscription is in when a schedule takes it over. */
export function phaseOf(subscription: Subscription): Phase {
  const items = subscription.items.data;
  return {
    ...EMPTY,
    currency: subscription.currency,
    discounts: subscription.discounts.map((discount) => ({ coupon: null, discount, promotion_code: null })),
    end_date: Math.min(...items.map((item) => item.current_period_end)),
    items: items.map((item) => ({
      billing_thresholds: null,
      discounts: [],
      metadata: item.metadata,
      plan: item.price.id,
      price: item.price.id,
      ...(item.quantity === undefined ? {} : { quantity: item.quantity }),
      tax_rates: [],
    })),
    metadata: {},
    proration_behavior: 'create_prorations',
    start_date: Math.min(...items.map((item) => item.current_period_start)),
    trial_end: subscription.trial_end,
  };
}
