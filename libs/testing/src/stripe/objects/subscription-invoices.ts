import type { Account } from '../kernel/account.ts';
import type { Discount, Invoice, Subscription } from '../kernel/stored.ts';
import { collect, intentOf, paid } from './collection.ts';
import { couponOf } from './discounts.ts';
import { createInvoice, type InvoiceHead } from './invoice-draft.ts';
import { pendingLines, storeItem } from './invoice-items.ts';
import type { LineDraft } from './invoice-lines.ts';
import { finalise } from './invoice-state.ts';
import type { Period } from './periods.rules.ts';
import { rememberCharged, rememberPending } from './subscription-lines.ts';

export const discountsOf = (account: Account, subscription: Subscription): Discount[] =>
  subscription.discounts
    .map((id) => account.store.get('discount', id))
    .filter((one) => one.end === null || one.end > account.now());

export function headOf(
  account: Account,
  subscription: Subscription,
  reason: InvoiceHead['reason'],
  period: Period,
  discounts: Discount[] = discountsOf(account, subscription),
): InvoiceHead {
  return {
    customer: account.store.get('customer', subscription.customer),
    currency: subscription.currency,
    subscription,
    reason,
    discounts,
    period,
    autoAdvance: true,
    automaticTax: subscription.automatic_tax.enabled,
    collection: subscription.collection_method,
    daysUntilDue: subscription.days_until_due,
    defaultPaymentMethod: null,
  };
}

/** A draft of the subscription with these lines and what has waited for it. */
export function invoiceFor(
  account: Account,
  subscription: Subscription,
  reason: InvoiceHead['reason'],
  period: Period,
  lines: LineDraft[],
): Invoice {
  const waiting = pendingLines(account, subscription.customer, subscription.id);
  const head = headOf(account, subscription, reason, period);
  const { invoice, priced } = createInvoice(account, head, [...waiting, ...lines]);
  rememberCharged(account, priced);
  subscription.latest_invoice = invoice.id;
  if (invoice.subtotal > 0) dropUsedUp(account, subscription, head.discounts);
  return invoice;
}

/** A coupon for one invoice is used up by it; one for some months ends with them. */
function dropUsedUp(account: Account, subscription: Subscription, used: Discount[]): void {
  const spent = used.filter((one) => couponOf(account, one).duration === 'once').map((one) => one.id);
  const live = discountsOf(account, subscription).map((one) => one.id);
  const left = subscription.discounts.filter((id) => live.includes(id) && !spent.includes(id));
  for (const id of subscription.discounts.filter((one) => !left.includes(one)))
    account.emit('customer.discount.deleted', account.store.get('discount', id));
  subscription.discounts = left;
}

/** Finalises and, unless the payment is to be made by its customer, collects at once. */
export function issue(account: Account, subscription: Subscription, invoice: Invoice, behaviour?: string): void {
  finalise(account, invoice);
  if (invoice.status === 'paid') paid(account, subscription, invoice);
  else if (invoice.collection_method === 'send_invoice') account.emit('invoice.sent', invoice);
  else if (behaviour === 'default_incomplete') intentOf(account, invoice);
  else collect(account, invoice);
}

/** Lines that wait for the next invoice. */
export function keepPending(account: Account, subscription: Subscription, lines: LineDraft[]): void {
  for (const line of lines) {
    storeItem(account, line, subscription.customer, subscription.currency);
    if (line.proration) rememberPending(account, line);
  }
}
