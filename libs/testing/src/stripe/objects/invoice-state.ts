import type { Account } from '../kernel/account.ts';
import { invalid } from '../kernel/refusal.ts';
import type { Invoice, InvoicePayment, PaymentIntent } from '../kernel/stored.ts';
import { fill, settle } from './invoice-draft.ts';
import { draftsOf, type LineDraft } from './invoice-lines.ts';
import { dropUpdate } from './pending-updates.ts';
import { usageLine } from './usage-line.ts';

const cannot = (invoice: Invoice, what: string) =>
  invalid(`Invoice ${invoice.id} is ${invoice.status} and cannot be ${what}.`, undefined, 'invoice_not_editable');

/** draft -> open. Usage that came while it was a draft still counts. An invoice of nothing is paid. */
export function finalise(account: Account, invoice: Invoice): Invoice {
  if (invoice.status !== 'draft') throw cannot(invoice, 'finalized');
  const customer = account.store.get('customer', invoice.customer ?? '');
  const drafts = draftsOf(account).get(invoice.id) ?? [];
  const counted = drafts.map((line): LineDraft => usageLine(account, customer.id, line) ?? line);
  const discounts = invoice.discounts.map((id) => account.store.get('discount', id));
  if (counted.some((line, index) => line !== drafts[index])) fill(account, invoice, counted, discounts);
  draftsOf(account).delete(invoice.id);
  invoice.starting_balance = customer.balance;
  invoice.status = 'open';
  settle(invoice);
  const balance = invoice.ending_balance ?? 0;
  invoice.number = `${customer.invoice_prefix}-${String(customer.next_invoice_sequence ?? 1).padStart(4, '0')}`;
  customer.next_invoice_sequence = (customer.next_invoice_sequence ?? 1) + 1;
  invoice.status_transitions = { ...invoice.status_transitions, finalized_at: account.now() };
  invoice.effective_at = account.now();
  invoice.automatically_finalizes_at = null;
  invoice.hosted_invoice_url = `${account.origin()}/invoices/${invoice.id}`;
  invoice.invoice_pdf = `${account.origin()}/invoices/${invoice.id}/pdf`;
  invoice.webhooks_delivered_at ??= account.now();
  if (customer.balance !== balance)
    account.change(customer, 'customer.updated', () => {
      customer.balance = balance;
    });
  account.emit('invoice.finalized', invoice);
  if (invoice.amount_due === 0) markPaid(account, invoice, null);
  return invoice;
}

/** open -> paid, by a payment or (without one) outside of Stripe or by nothing being due. */
export function markPaid(account: Account, invoice: Invoice, intent: PaymentIntent | null, outside = false): void {
  const paidAt = account.now();
  account.change(invoice, 'invoice.updated', () => {
    invoice.status = 'paid';
    invoice.attempted = true;
    invoice.amount_paid = invoice.amount_due;
    if (outside) invoice.amount_paid_off_stripe = invoice.amount_due;
    invoice.amount_remaining = 0;
    invoice.next_payment_attempt = null;
    invoice.auto_advance = false;
    invoice.status_transitions = { ...invoice.status_transitions, paid_at: paidAt };
  });
  const payment = intent && paymentOf(account, invoice, intent);
  if (payment) {
    Object.assign(payment, { amount_paid: invoice.amount_due, status: 'paid' });
    payment.status_transitions = { canceled_at: null, paid_at: paidAt };
    account.emit('invoice_payment.paid', payment);
  }
  if (!intent) cancelPayments(account, invoice, 'automatic');
  account.emit('invoice.paid', invoice);
  account.emit('invoice.payment_succeeded', invoice);
}

export const paymentsOf = (account: Account, invoice: string): InvoicePayment[] =>
  account.store.all('invoice_payment', (one) => one.invoice === invoice);

/** The one payment that an invoice is collected by. */
export function paymentOf(account: Account, invoice: Invoice, intent: PaymentIntent): InvoicePayment {
  const known = paymentsOf(account, invoice.id).find((one) => one.payment.payment_intent === intent.id);
  if (known) return known;
  return account.create('invoice_payment', {
    id: account.id('inpay'),
    object: 'invoice_payment',
    amount_requested: invoice.amount_due,
    created: account.now(),
    currency: invoice.currency,
    invoice: invoice.id,
    is_default: true,
    livemode: account.settings.livemode,
    payment: { payment_intent: intent.id, type: 'payment_intent' },
    status: 'open',
    status_transitions: { canceled_at: null, paid_at: null },
  });
}

export function voidInvoice(account: Account, invoice: Invoice): Invoice {
  if (invoice.status !== 'open' && invoice.status !== 'uncollectible') throw cannot(invoice, 'voided');
  invoice.status = 'void';
  dropUpdate(account, invoice);
  return closed(account, invoice, 'voided_at', 'invoice.voided');
}

export function markUncollectible(account: Account, invoice: Invoice): Invoice {
  if (invoice.status !== 'open') throw cannot(invoice, 'marked uncollectible');
  invoice.status = 'uncollectible';
  return closed(account, invoice, 'marked_uncollectible_at', 'invoice.marked_uncollectible');
}

function closed(
  account: Account,
  invoice: Invoice,
  at: 'voided_at' | 'marked_uncollectible_at',
  event: 'invoice.voided' | 'invoice.marked_uncollectible',
): Invoice {
  invoice.next_payment_attempt = null;
  invoice.auto_advance = false;
  if (at === 'voided_at') invoice.amount_remaining = 0;
  invoice.status_transitions = { ...invoice.status_transitions, [at]: account.now() };
  cancelPayments(account, invoice, 'void_invoice');
  account.emit(event, invoice);
  return invoice;
}

/** What was to collect the invoice is over. */
function cancelPayments(account: Account, invoice: Invoice, reason: 'automatic' | 'void_invoice'): void {
  for (const payment of paymentsOf(account, invoice.id)) {
    const intent = account.store.find('payment_intent', payment.payment.payment_intent);
    if (!intent || intent.status === 'succeeded' || intent.status === 'canceled') continue;
    Object.assign(intent, {
      status: 'canceled',
      canceled_at: account.now(),
      cancellation_reason: reason,
      next_action: null,
    });
    account.emit('payment_intent.canceled', intent);
    payment.status = 'canceled';
    payment.status_transitions = { canceled_at: account.now(), paid_at: null };
  }
}
