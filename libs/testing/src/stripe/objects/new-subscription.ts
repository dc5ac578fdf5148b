import type { Account } from '../kernel/account.ts';
import { invalid } from '../kernel/refusal.ts';
import type { Invoice, Subscription } from '../kernel/stored.ts';
import { behaviourOf } from './cards.ts';
import { methodFor } from './collection.ts';
import { type GivenDiscount, redeem } from './discounts.ts';
import { draftInvoice } from './invoice-draft.ts';
import { attempt, authenticationRequired, cardRefusal, createIntent } from './payments.ts';
import { draftDiscounts, draftSubscription, type NewSubscription } from './subscription-create.ts';
import { headOf, invoiceFor, issue } from './subscription-invoices.ts';

/** Creates it with its first invoice, finalised and, unless the request says otherwise, collected at once. */
export function createSubscription(account: Account, params: NewSubscription): Subscription {
  const { subscription, lines } = draftSubscription(account, params);
  const given = (params.discounts || []) as GivenDiscount[];
  const now = account.now();
  const period = { start: now, end: now };
  refuseMethod(account, params, subscription);
  const head = headOf(
    account,
    subscription,
    'subscription_create',
    period,
    draftDiscounts(account, { discounts: given }, subscription),
  );
  const due = draftInvoice(account, head, lines).invoice;
  refuseUnpayable(account, params, due);

  account.store.add('subscription', subscription);
  const customer = account.store.get('customer', subscription.customer);
  const place = { customer, currency: subscription.currency, subscription: subscription.id };
  subscription.discounts = redeem(account, given, place).map((one) => one.id);
  const invoice = invoiceFor(account, subscription, 'subscription_create', period, lines);
  account.emit('customer.subscription.created', subscription);
  issue(account, subscription, invoice, params.payment_behavior);
  return subscription;
}

function refuseMethod(account: Account, params: NewSubscription, subscription: Subscription): void {
  if (!params.default_payment_method) return;
  const method = account.store.get('payment_method', params.default_payment_method, 'default_payment_method');
  if (method.customer !== subscription.customer)
    throw invalid('The payment method is not attached to the customer.', 'default_payment_method', 'resource_missing');
}

function refuseUnpayable(account: Account, params: NewSubscription, due: Invoice): void {
  if (
    due.amount_due === 0 ||
    due.collection_method === 'send_invoice' ||
    params.payment_behavior === 'default_incomplete'
  )
    return;
  const method = methodFor(account, due, params.default_payment_method);
  if (!method) throw nothingToPayWith();
  if (params.payment_behavior === 'error_if_incomplete') refuseIfDeclined(account, due, method.id);
}

export const nothingToPayWith = () =>
  invalid(
    'This customer has no attached payment source or default payment method. Please consider adding a default payment method.',
    undefined,
    'resource_missing',
  );

/** The payment would fail: the request is refused and nothing has happened but the attempt. */
export function refuseIfDeclined(account: Account, due: Invoice, method: string): void {
  const behaviour = behaviourOf(account, method);
  if (behaviour === 'pays') return;
  if (behaviour === 'authenticates') throw authenticationRequired();
  const intent = createIntent(account, { amount: due.amount_due, currency: due.currency, customer: due.customer });
  attempt(account, intent, account.store.get('payment_method', method));
  throw cardRefusal(intent);
}
