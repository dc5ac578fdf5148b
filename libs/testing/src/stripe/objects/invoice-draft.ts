import type { Account } from '../kernel/account.ts';
import { embedded } from '../kernel/lists.ts';
import type { Customer, Discount, Invoice, Subscription } from '../kernel/stored.ts';
import { draftsOf, type LineDraft, type Priced, priced, taxOf, toLine } from './invoice-lines.ts';
import type { Period } from './periods.rules.ts';

export interface InvoiceHead {
  customer: Customer;
  currency: string;
  subscription: Subscription | null;
  reason: NonNullable<Invoice['billing_reason']>;
  discounts: Discount[];
  period: Period;
  autoAdvance: boolean;
  automaticTax: boolean;
  collection: Invoice['collection_method'];
  daysUntilDue?: number | null;
  metadata?: Record<string, string>;
  description?: string | null;
  defaultPaymentMethod?: string | null;
}

/** An invoice that nobody has yet: what a preview answers and what a draft begins with. */
export function draftInvoice(
  account: Account,
  head: InvoiceHead,
  lines: LineDraft[],
): { invoice: Invoice; priced: Priced[] } {
  const { customer, subscription } = head;
  const id = account.id('in');
  const invoice = account.draft('invoice', {
    id,
    object: 'invoice',
    account_country: 'US',
    account_name: 'Tidegate tests',
    amount_due: 0,
    amount_overpaid: 0,
    amount_paid: 0,
    amount_remaining: 0,
    amount_shipping: 0,
    attempt_count: 0,
    attempted: false,
    auto_advance: head.autoAdvance,
    automatic_tax: {
      disabled_reason: null,
      enabled: head.automaticTax,
      liability: head.automaticTax ? { type: 'self' } : null,
      provider: head.automaticTax ? 'stripe' : null,
      status: head.automaticTax ? 'complete' : null,
    },
    billing_reason: head.reason,
    collection_method: head.collection,
    created: account.now(),
    currency: head.currency,
    customer: customer.id,
    customer_address: customer.address ?? null,
    customer_email: customer.email,
    customer_name: customer.name ?? null,
    customer_tax_exempt: customer.tax_exempt ?? 'none',
    customer_tax_ids: [],
    default_payment_method: head.defaultPaymentMethod ?? null,
    default_tax_rates: [],
    description: head.description ?? null,
    discounts: head.discounts.map((one) => one.id),
    due_date: head.daysUntilDue == null ? null : account.now() + head.daysUntilDue * 86_400,
    issuer: { type: 'self' },
    lines: embedded([], `/v1/invoices/${id}/lines`),
    livemode: account.settings.livemode,
    metadata: head.metadata ?? {},
    parent: subscription && {
      quote_details: null,
      subscription_details: { metadata: subscription.metadata, subscription: subscription.id },
      type: 'subscription_details',
    },
    payment_settings: { default_mandate: null, payment_method_options: null, payment_method_types: null },
    period_end: head.period.end,
    period_start: head.period.start,
    post_payment_credit_notes_amount: 0,
    pre_payment_credit_notes_amount: 0,
    starting_balance: customer.balance,
    status: 'draft',
    status_transitions: { finalized_at: null, marked_uncollectible_at: null, paid_at: null, voided_at: null },
    subtotal: 0,
    total: 0,
  });
  return { invoice, priced: fill(account, invoice, lines, head.discounts) };
}

/** Puts the lines into the invoice and adds up. Nothing is stored. */
export function fill(account: Account, invoice: Invoice, drafts: LineDraft[], discounts: Discount[]): Priced[] {
  const lines = priced(account, drafts, discounts, {
    currency: invoice.currency,
    taxed: invoice.automatic_tax.enabled,
  });
  const sum = (of: (one: Priced) => number) => lines.reduce((total, one) => total + of(one), 0);
  const off = (one: Priced) => one.discounts.reduce((total, share) => total + share.amount, 0);
  invoice.lines = embedded(
    lines.map((one) => toLine(account, invoice.id, invoice.currency, one)),
    invoice.lines.url,
  );
  const net = sum((one) => one.line.amount - off(one));
  const tax = sum((one) => one.tax);
  const byDiscount = new Map<string, number>();
  for (const share of lines.flatMap((one) => one.discounts))
    byDiscount.set(share.discount, (byDiscount.get(share.discount) ?? 0) + share.amount);
  invoice.subtotal = sum((one) => one.line.amount);
  invoice.subtotal_excluding_tax = invoice.subtotal;
  invoice.total_excluding_tax = net;
  invoice.total_discount_amounts = [...byDiscount].map(([discount, amount]) => ({ amount, discount }));
  invoice.total_pretax_credit_amounts = [...byDiscount].map(([discount, amount]) => ({
    amount,
    discount,
    type: 'discount' as const,
  }));
  invoice.total_taxes = tax === 0 ? [] : [taxOf(tax, net)];
  invoice.total = net + tax;
  settle(invoice);
  return lines;
}

/** The customer's balance pays first; what is owed to them stays in it. */
export function settle(invoice: Invoice): void {
  const open = invoice.total + invoice.starting_balance;
  invoice.amount_due = invoice.total <= 0 && open <= 0 ? 0 : Math.max(0, open);
  invoice.amount_remaining = invoice.amount_due;
  invoice.ending_balance = invoice.status === 'draft' ? null : open - invoice.amount_due;
}

/** The draft becomes an invoice of the account. */
export function createInvoice(
  account: Account,
  head: InvoiceHead,
  lines: LineDraft[],
): { invoice: Invoice; priced: Priced[] } {
  const made = draftInvoice(account, head, lines);
  const { customer } = head;
  account.store.add('invoice', made.invoice);
  draftsOf(account).set(made.invoice.id, lines);
  if (!customer.currency)
    account.change(customer, 'customer.updated', () => {
      customer.currency = head.currency;
    });
  for (const line of lines) {
    const item = account.store.find('invoiceitem', line.invoiceItem);
    if (item) item.invoice = made.invoice.id;
  }
  account.emit('invoice.created', made.invoice);
  return made;
}
