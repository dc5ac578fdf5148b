import type Stripe from 'stripe';
import type { Account } from '../kernel/account.ts';
import { embedded, listOf, type PageParams } from '../kernel/lists.ts';
import { invalid } from '../kernel/refusal.ts';
import type { Routes } from '../kernel/routes.ts';
import type { Charge, CreditNote, Customer, Invoice, Params, Stored } from '../kernel/stored.ts';
import { paid, subscriptionOf } from './collection.ts';
import { markPaid, paymentsOf } from './invoice-state.ts';
import { mergedMetadata } from './metadata.ts';
import { refundCharge } from './refunds.ts';

type Create = Params<Stripe.CreditNoteCreateParams>;
type Line = Stored<Stripe.CreditNoteLineItem>;

export const creditNoteRoutes: Routes = {
  'POST /v1/credit_notes': (account, params: Create) => create(account, params),
  'GET /v1/credit_notes': (account, params: PageParams) =>
    listOf(account, 'credit_note', '/v1/credit_notes', params, { customer: true, invoice: true }),
  'GET /v1/credit_notes/{id}': (account, _params, { id }) => account.store.get('credit_note', id),
  'POST /v1/credit_notes/{id}/void': (account, _params, { id }) => {
    const note = account.store.get('credit_note', id);
    const invoice = account.store.get('invoice', note.invoice);
    if (note.status === 'void' || note.post_payment_amount > 0 || invoice.status !== 'open')
      throw invalid('Only credit notes of open invoices can be voided.', 'id');
    Object.assign(note, { status: 'void', voided_at: account.now() });
    invoice.pre_payment_credit_notes_amount -= note.amount;
    setDue(invoice, invoice.amount_due + note.amount);
    account.emit('credit_note.voided', note);
    return note;
  },
};

/** Of an open invoice it lowers what is due; of a paid one it is refunded, credited to the balance, or given otherwise. */
function create(account: Account, params: Create): CreditNote {
  const invoice = account.store.get('invoice', params.invoice, 'invoice');
  if (invoice.status !== 'open' && invoice.status !== 'paid')
    throw invalid('You can only create a credit note for open or paid invoices.', 'invoice');
  const lines = (params.lines ?? []).map((line, index) => lineOf(account, invoice, line, index));
  const amount = params.amount ?? lines.reduce((sum, line) => sum + line.amount, 0);
  if (amount <= 0) throw invalid('You must specify one of `amount` and `lines`.', 'amount', 'parameter_missing');
  if (amount > creditable(account, invoice))
    throw invalid('The credit note amount is greater than what can be credited.', 'amount', 'amount_too_large');
  const afterwards = invoice.status === 'paid';
  const refunded = params.refund_amount ?? 0;
  const credited = params.credit_amount ?? 0;
  const outside = params.out_of_band_amount ?? 0;
  const linked = (params.refunds ?? []).reduce((sum, one) => sum + (one.amount_refunded ?? 0), 0);
  if (afterwards && refunded + credited + outside + linked !== amount)
    throw invalid(
      'The sum of credit amount, refund amount and out of band amount must equal the credit note amount.',
      'refund_amount',
    );
  const customer = account.store.get('customer', invoice.customer ?? '');
  const refunds = afterwards ? refundsOf(account, invoice, refunded, params) : [];
  const note = account.create('credit_note', {
    id: account.id('cn'),
    object: 'credit_note',
    amount,
    amount_shipping: 0,
    created: account.now(),
    currency: invoice.currency,
    customer: invoice.customer ?? '',
    discount_amount: 0,
    invoice: invoice.id,
    lines: embedded(lines, `/v1/credit_notes/lines`),
    livemode: account.settings.livemode,
    memo: params.memo ?? null,
    metadata: mergedMetadata({}, params.metadata),
    number:
      `${invoice.number}-CN-${account.store.all('credit_note', (one) => one.invoice === invoice.id).length + 1}`.padEnd(
        8,
      ),
    out_of_band_amount: outside || null,
    pdf: `${account.origin()}/invoices/${invoice.id}/pdf`,
    post_payment_amount: afterwards ? amount : 0,
    pre_payment_amount: afterwards ? 0 : amount,
    reason: params.reason ?? null,
    refunds,
    status: 'issued',
    subtotal: amount,
    subtotal_excluding_tax: amount,
    total: amount,
    total_excluding_tax: amount,
    type: afterwards ? 'post_payment' : 'pre_payment',
  });
  if (afterwards) giveBack(account, invoice, customer, amount, credited);
  else lowerDue(account, invoice, amount);
  account.emit('credit_note.created', note);
  return note;
}

function lineOf(account: Account, invoice: Invoice, given: NonNullable<Create['lines']>[number], index: number): Line {
  const source = invoice.lines.data.find((line) => line.id === given.invoice_line_item);
  if (given.type === 'invoice_line_item' && !source)
    throw invalid('The line is not one of the invoice.', `lines[${index}][invoice_line_item]`);
  const amount = given.amount ?? (given.quantity ?? 1) * (given.unit_amount ?? source?.amount ?? 0);
  return {
    id: account.id('cnli'),
    object: 'credit_note_line_item',
    amount,
    description: given.description ?? source?.description ?? null,
    discount_amount: 0,
    discount_amounts: [],
    ...(source ? { invoice_line_item: source.id } : {}),
    livemode: account.settings.livemode,
    metadata: {},
    pretax_credit_amounts: [],
    quantity: given.quantity ?? null,
    tax_rates: [],
    taxes: [],
    type: given.type,
    unit_amount: given.unit_amount ?? null,
    unit_amount_decimal: given.unit_amount === undefined ? null : String(given.unit_amount),
  };
}

const creditable = (account: Account, invoice: Invoice): number => {
  const notes = account.store.all('credit_note', (one) => one.invoice === invoice.id && one.status === 'issued');
  return invoice.total - notes.reduce((sum, note) => sum + note.amount, 0);
};

function setDue(invoice: Invoice, amount: number): void {
  invoice.amount_due = amount;
  invoice.amount_remaining = amount;
}

function lowerDue(account: Account, invoice: Invoice, amount: number): void {
  invoice.pre_payment_credit_notes_amount += amount;
  setDue(invoice, Math.max(0, invoice.amount_due - amount));
  const subscription = subscriptionOf(account, invoice);
  if (invoice.amount_due > 0) return;
  markPaid(account, invoice, null);
  if (subscription) paid(account, subscription, invoice);
}

function chargeOf(account: Account, invoice: Invoice): Charge {
  const intents = paymentsOf(account, invoice.id).map((one) =>
    account.store.find('payment_intent', one.payment.payment_intent),
  );
  const id = intents.find((intent) => intent?.status === 'succeeded')?.latest_charge;
  if (!id) throw invalid('The invoice was not paid by a charge that can be refunded.', 'refund_amount');
  return account.store.get('charge', id, 'refund_amount');
}

/** The refunds of the note: the one that is asked for is made. */
function refundsOf(account: Account, invoice: Invoice, refunded: number, params: Create): CreditNote['refunds'] {
  const entry = (refund: string, amount_refunded: number): CreditNote['refunds'][number] => ({
    amount_refunded,
    payment_record_refund: null,
    refund,
    type: 'refund',
  });
  const linked = (params.refunds ?? []).map((one) => {
    const refund = account.store.get('refund', one.refund ?? '', 'refunds');
    return entry(refund.id, one.amount_refunded ?? refund.amount);
  });
  if (refunded === 0) return linked;
  return [entry(refundCharge(account, chargeOf(account, invoice), refunded).id, refunded), ...linked];
}

function giveBack(account: Account, invoice: Invoice, customer: Customer, amount: number, credited: number): void {
  invoice.post_payment_credit_notes_amount += amount;
  if (credited === 0) return;
  account.change(customer, 'customer.updated', () => {
    customer.balance -= credited;
  });
}
