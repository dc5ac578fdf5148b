import type Stripe from 'stripe';
import type { Account } from '../kernel/account.ts';
import { DAY, MINUTE } from '../kernel/clock.ts';
import { perAccount } from '../kernel/per-account.ts';
import { invalid, required } from '../kernel/refusal.ts';
import type { Discount, LineItem, Params, Price, Session } from '../kernel/stored.ts';
import { onlyServed } from '../kernel/unserved.ts';
import { amountOf, units } from './amounts.rules.ts';
import { discountOf, type GivenDiscount, redeemable } from './discounts.ts';
import { type LineDraft, lineOfPrice, priced } from './invoice-lines.ts';
import { createPrice } from './prices.ts';
import { isMetered } from './subscription-lines.ts';

export type NewSession = Params<Stripe.Checkout.SessionCreateParams>;

const SERVED = [
  'allow_promotion_codes',
  'automatic_tax',
  'cancel_url',
  'client_reference_id',
  'customer',
  'customer_creation',
  'customer_email',
  'discounts',
  'expires_at',
  'invoice_creation',
  'line_items',
  'locale',
  'metadata',
  'mode',
  'payment_intent_data',
  'payment_method_collection',
  'subscription_data',
  'success_url',
];
const SUBSCRIPTION_DATA = [
  'metadata',
  'trial_period_days',
  'trial_end',
  'trial_settings',
  'billing_cycle_anchor',
  'description',
  'proration_behavior',
];

/** What a session sells; the page makes it so. */
export interface Terms {
  params: NewSession;
  items: { id: string; price: Price; quantity: number | undefined }[];
  discounts: GivenDiscount[];
}
export const termsOf = perAccount(() => new Map<string, Terms>());

export function readTerms(account: Account, params: NewSession): Terms {
  refuse(account, params);
  const items = (params.line_items ?? []).map((given, index) => {
    const param = `line_items[${index}]`;
    if (!given.price && !given.price_data) throw required(`${param}[price]`);
    const price = given.price
      ? account.store.get('price', given.price, `${param}[price]`)
      : createPrice(account, given.price_data as Parameters<typeof createPrice>[1]);
    refuseItem(params, price, given.quantity, param);
    return { id: account.id('li'), price, quantity: given.quantity };
  });
  if (params.mode === 'subscription' && !items.some((item) => item.price.recurring))
    throw invalid(
      'You must provide at least one recurring price in `subscription` mode when using prices.',
      'line_items',
    );
  if (new Set(items.map((item) => item.price.currency)).size > 1)
    throw invalid('All prices on a Checkout Session must have the same currency.', 'line_items');
  const currency = account.store.find('customer', params.customer)?.currency;
  if (params.mode === 'subscription' && currency && items.some((item) => item.price.currency !== currency))
    throw invalid(`You cannot combine currencies on a single customer, whose currency is ${currency}.`, 'line_items');
  return { params: { ...params }, items, discounts: (params.discounts ?? []) as GivenDiscount[] };
}

function refuse(account: Account, params: NewSession): void {
  onlyServed(params, SERVED, 'session');
  if (!params.mode) throw required('mode');
  if (params.ui_mode !== undefined && params.ui_mode !== 'hosted_page')
    throw invalid('The double serves hosted pages only.', 'ui_mode');
  if (!params.success_url) throw required('success_url');
  if (params.mode !== 'setup' && !params.line_items?.length) throw required('line_items');
  if (params.customer && params.customer_email)
    throw invalid('You may only specify one of these parameters: customer, customer_email.', 'customer_email');
  if (params.discounts?.length && params.allow_promotion_codes)
    throw invalid('You may only specify one of these parameters: allow_promotion_codes, discounts.', 'discounts');
  if (params.subscription_data && params.mode !== 'subscription')
    throw invalid('You can not pass `subscription_data` in `payment` mode.', 'subscription_data');
  if (params.payment_intent_data && params.mode === 'subscription')
    throw invalid('You can not pass `payment_intent_data` in `subscription` mode.', 'payment_intent_data');
  onlyServed(params.subscription_data ?? {}, SUBSCRIPTION_DATA, 'subscription_data');
  const days = params.subscription_data?.trial_period_days;
  if (days !== undefined && days < 1)
    throw invalid('trial_period_days must be at least 1', 'subscription_data[trial_period_days]');
  const expires = params.expires_at;
  const now = account.now();
  if (expires !== undefined && (expires < now + 30 * MINUTE || expires > now + DAY))
    throw invalid('The `expires_at` timestamp must be between 30 minutes and 24 hours from now.', 'expires_at');
}

function refuseItem(params: NewSession, price: Price, quantity: number | undefined, param: string): void {
  if (!price.active) throw invalid('The price specified is inactive.', `${param}[price]`);
  if (price.recurring && params.mode !== 'subscription')
    throw invalid('You specified `payment` mode but passed a recurring price.', `${param}[price]`);
  if (isMetered(price)) {
    if (quantity !== undefined)
      throw invalid('Quantity should not be specified for metered prices.', `${param}[quantity]`);
    return;
  }
  if (quantity === undefined) throw required(`${param}[quantity]`);
  if (quantity < 0)
    throw invalid('This value must be greater than or equal to 0.', `${param}[quantity]`, 'parameter_invalid_integer');
}

export const trialOf = ({ params }: Terms): boolean =>
  params.subscription_data?.trial_period_days !== undefined || params.subscription_data?.trial_end !== undefined;

/** What is due on the page: the first invoice, or the one-off prices. */
export function totals(account: Account, terms: Terms) {
  const currency = terms.items[0]?.price.currency ?? null;
  const customer = account.store.find('customer', terms.params.customer) ?? null;
  const place = { customer, currency: currency ?? '' };
  const discounts = terms.discounts.map((given, index): Discount => {
    const { coupon, code } = redeemable(account, given, place, `discounts[${index}]`);
    return discountOf(account, coupon, code, place);
  });
  const lines = priced(
    account,
    terms.items.map((item) => lineOf(account, terms, item)),
    discounts,
    { currency: currency ?? '', taxed: terms.params.automatic_tax?.enabled ?? false },
  );
  const sum = (of: (one: (typeof lines)[number]) => number) => lines.reduce((total, one) => total + of(one), 0);
  const off = (one: (typeof lines)[number]) => one.discounts.reduce((total, share) => total + share.amount, 0);
  const subtotal = sum((one) => one.line.amount);
  const discount = sum(off);
  const tax = sum((one) => one.tax);
  const items = lines.map(
    (one, index): LineItem =>
      ({
        id: terms.items[index]?.id ?? '',
        object: 'item',
        adjustable_quantity: null,
        amount_discount: off(one),
        amount_subtotal: one.line.amount,
        amount_tax: one.tax,
        amount_total: one.line.amount - off(one) + one.tax,
        currency: currency ?? 'usd',
        description: one.line.description,
        metadata: {},
        price: terms.items[index]?.price ?? null,
        quantity: one.line.quantity,
      }) as LineItem,
  );
  return { currency, subtotal, discount, tax, total: subtotal - discount + tax, items };
}

function lineOf(account: Account, terms: Terms, { price, quantity }: Terms['items'][number]): LineDraft {
  const free = isMetered(price) || (price.recurring !== null && trialOf(terms));
  return lineOfPrice(account, price, quantity ?? null, { amount: free ? 0 : amountOf(price, units(quantity ?? 1)) });
}

export function sum(account: Account, session: Session, terms: Terms): void {
  const due = totals(account, terms);
  session.currency = due.currency;
  session.amount_subtotal = terms.params.mode === 'setup' ? null : due.subtotal;
  session.amount_total = terms.params.mode === 'setup' ? null : due.total;
  session.total_details = { amount_discount: due.discount, amount_shipping: 0, amount_tax: due.tax };
}
