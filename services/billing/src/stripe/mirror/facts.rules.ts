import type { Stripe } from 'stripe';
import { fromStripe } from '../prices/stripe-amount.rules.ts';
import type { InvoiceState } from './invoice-state.rules.ts';
import type { SubscriptionState } from './subscription-state.rules.ts';

/** Something that has happened once. Its key is made of what it is about, so that another report of it adds nothing. */
export interface Fact {
  key: string;
  kind: FactKind;
  at: number;
  data: Record<string, string | number | boolean | null>;
}

export type FactKind =
  | 'invoice_issued'
  | 'invoice_paid'
  | 'payment_failed'
  | 'invoice_uncollectible'
  | 'invoice_voided'
  | 'refunded'
  | 'credited'
  | 'disputed'
  | 'trial_refused'
  | 'dispute_won'
  | 'dispute_lost'
  | 'subscription_status'
  | 'customer_deleted';

/** invoice.paid and invoice.payment_succeeded are one fact, and so are all copies of either. */
export function invoiceFacts(invoice: InvoiceState): Fact[] {
  const { id, status, currency, amountPaid, attempts, created } = invoice;
  const data = { invoice: id, number: invoice.number, currency, amount: invoice.total };
  const facts: Fact[] = [];
  const add = (kind: FactKind, name: string, at: number, more: Fact['data'] = {}) =>
    facts.push({ key: `invoice:${id}:${name}`, kind, at, data: { ...data, ...more } });
  if (status !== 'draft') add('invoice_issued', 'issued', invoice.issuedAt ?? created);
  if (status === 'paid') add('invoice_paid', 'paid', invoice.paidAt ?? created, { amountPaid });
  if (status === 'open' && attempts > 0 && invoice.amountRemaining > 0)
    add('payment_failed', `failed:${attempts}`, created, { attempt: attempts, nextAttemptAt: invoice.nextAttemptAt });
  if (status === 'uncollectible') add('invoice_uncollectible', status, created);
  if (status === 'void') add('invoice_voided', status, created);
  return facts;
}

/** The sum that was given back is the fact: one refund of all and two of a half end with the same money. */
export function chargeFacts(charge: Stripe.Charge): Fact[] {
  const currency = charge.currency.toUpperCase();
  const data = { charge: charge.id, currency, amount: fromStripe(charge.amount, currency) };
  const facts: Fact[] = [];
  if (charge.amount_refunded > 0)
    facts.push({
      key: `charge:${charge.id}:refunded:${charge.amount_refunded}`,
      kind: 'refunded',
      at: charge.created,
      data: { ...data, refunded: fromStripe(charge.amount_refunded, currency), whole: charge.refunded },
    });
  if (charge.disputed) facts.push({ key: `charge:${charge.id}:disputed`, kind: 'disputed', at: charge.created, data });
  return facts;
}

export const creditNoteFact = (note: Stripe.CreditNote): Fact => ({
  key: `credit_note:${note.id}:${note.status}`,
  kind: 'credited',
  at: note.created,
  data: {
    creditNote: note.id,
    invoice: typeof note.invoice === 'string' ? note.invoice : note.invoice.id,
    currency: note.currency.toUpperCase(),
    amount: fromStripe(note.total, note.currency.toUpperCase()),
    status: note.status,
    reason: note.reason,
  },
});

/** Each time that it came into a status, which is told apart by the period in which it did. */
export const statusFact = ({ id, status, items, endedAt }: SubscriptionState, before: string | null): Fact => ({
  key: `sub:${id}:${status}:${endedAt ?? Math.max(0, ...items.map(({ periodStart }) => periodStart))}`,
  kind: 'subscription_status',
  at: endedAt ?? Math.floor(Date.now() / 1_000),
  data: { subscription: id, before, status },
});
