import type { Stripe } from 'stripe';
import { idOf } from '../client/id-of.rules.ts';
import { fromStripe } from '../prices/stripe-amount.rules.ts';

/** An invoice of Stripe as it is shown. Amounts are minor units of its currency. */
export interface InvoiceState {
  id: string;
  number: string | null;
  status: string;
  currency: string;
  subtotal: number;
  discount: number;
  tax: number;
  total: number;
  amountDue: number;
  amountPaid: number;
  amountRemaining: number;
  credited: number;
  created: number;
  issuedAt: number | null;
  dueAt: number | null;
  paidAt: number | null;
  periodStart: number;
  periodEnd: number;
  subscriptionId: string | null;
  reason: string | null;
  pageUrl: string | null;
  pdfUrl: string | null;
  attempts: number;
  nextAttemptAt: number | null;
  lines: InvoiceLine[];
}

export interface InvoiceLine {
  id: string;
  description: string;
  amount: number;
  discount: number;
  quantity: number | null;
  /** Where units may be broken. */
  exactQuantity: string | null;
  priceId: string | null;
  periodStart: number;
  periodEnd: number;
  proration: boolean;
}

export function invoiceState(invoice: Stripe.Invoice): InvoiceState {
  const currency = invoice.currency.toUpperCase();
  const money = (amount: number): number => fromStripe(amount, currency);
  const lines = invoice.lines.data.map((line) => lineState(line, money));
  // What a credit gives back less because of a discount is part of the credit: no line has a discount below zero.
  const givenBack = invoice.lines.data.reduce((sum, line) => sum + Math.min(0, sumOf(line.discount_amounts)), 0);
  const subscription = invoice.parent?.subscription_details?.subscription ?? null;
  return {
    id: invoice.id,
    number: invoice.number,
    status: invoice.status ?? 'draft',
    currency,
    subtotal: money(invoice.subtotal - givenBack),
    discount: money(sumOf(invoice.total_discount_amounts) - givenBack),
    tax: money(sumOf(invoice.total_taxes)),
    total: money(invoice.total),
    amountDue: money(invoice.amount_due),
    amountPaid: money(invoice.amount_paid),
    amountRemaining: money(invoice.amount_remaining),
    credited: money((invoice.pre_payment_credit_notes_amount ?? 0) + (invoice.post_payment_credit_notes_amount ?? 0)),
    created: invoice.created,
    issuedAt: invoice.status_transitions?.finalized_at ?? null,
    dueAt: invoice.due_date,
    paidAt: invoice.status_transitions?.paid_at ?? null,
    periodStart: invoice.period_start,
    periodEnd: invoice.period_end,
    subscriptionId: idOf(subscription) ?? null,
    reason: invoice.billing_reason,
    pageUrl: invoice.hosted_invoice_url ?? null,
    pdfUrl: invoice.invoice_pdf ?? null,
    attempts: invoice.attempt_count ?? 0,
    nextAttemptAt: invoice.next_payment_attempt,
    lines,
  };
}

function lineState(line: Stripe.InvoiceLineItem, money: (amount: number) => number): InvoiceLine {
  const price = line.pricing?.price_details?.price ?? null;
  const discount = sumOf(line.discount_amounts);
  const { subscription_item_details: item, invoice_item_details: extra } = line.parent ?? {};
  return {
    id: line.id,
    description: line.description ?? '',
    amount: money(line.amount - Math.min(0, discount)),
    discount: money(Math.max(0, discount)),
    quantity: line.quantity,
    exactQuantity: line.quantity_decimal === null ? null : String(line.quantity_decimal),
    priceId: idOf(price) ?? null,
    periodStart: line.period.start,
    periodEnd: line.period.end,
    proration: item?.proration ?? extra?.proration ?? false,
  };
}

const sumOf = (parts: readonly { amount: number }[] | null): number =>
  (parts ?? []).reduce((sum, { amount }) => sum + amount, 0);
