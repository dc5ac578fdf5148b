import type Stripe from 'stripe';
import type { Account } from '../kernel/account.ts';
import { listOf, type PageParams, pageInOrder } from '../kernel/lists.ts';
import { invalid, required } from '../kernel/refusal.ts';
import type { Routes } from '../kernel/routes.ts';
import type { Invoice, Params } from '../kernel/stored.ts';
import { collect, givenUp, intentOf, paid, subscriptionOf } from './collection.ts';
import { currencyOf } from './currencies.ts';
import { type GivenDiscount, redeem } from './discounts.ts';
import { createInvoice } from './invoice-draft.ts';
import { pendingLines } from './invoice-items.ts';
import { finalise, markPaid, markUncollectible, voidInvoice } from './invoice-state.ts';
import { givenFields, mergedMetadata } from './metadata.ts';
import { cardRefusal } from './payments.ts';
import { preview } from './preview.ts';

type Pay = Params<Stripe.InvoicePayParams>;

export const invoiceRoutes: Routes = {
  'POST /v1/invoices/create_preview': (account, params: Params<Stripe.InvoiceCreatePreviewParams>) =>
    preview(account, params),
  'POST /v1/invoices': (account, params: Params<Stripe.InvoiceCreateParams>) => create(account, params),
  'GET /v1/invoices': (account, params: PageParams) =>
    listOf(account, 'invoice', '/v1/invoices', params, {
      customer: true,
      status: true,
      collection_method: true,
      subscription: (one, id: string) => one.parent?.subscription_details?.subscription === id,
    }),
  'GET /v1/invoices/{id}': (account, _params, { id }) => account.store.get('invoice', id),
  'POST /v1/invoices/{id}': (account, params: Params<Stripe.InvoiceUpdateParams>, { id }) => {
    const invoice = account.store.get('invoice', id);
    return account.change(invoice, 'invoice.updated', () => {
      if (params.metadata !== undefined) invoice.metadata = mergedMetadata(invoice.metadata, params.metadata);
      if (params.auto_advance !== undefined) invoice.auto_advance = params.auto_advance;
      Object.assign(invoice, givenFields(params, 'description', 'footer', 'default_payment_method'));
    });
  },
  'DELETE /v1/invoices/{id}': (account, _params, { id }) => {
    const invoice = account.store.get('invoice', id);
    if (invoice.status !== 'draft' || invoice.parent?.subscription_details)
      throw invalid('You can only delete draft invoices that are not of a subscription.', 'id', 'invoice_not_editable');
    for (const item of account.store.all('invoiceitem', (one) => one.invoice === id))
      account.store.remove('invoiceitem', item);
    account.emit('invoice.deleted', invoice);
    return account.store.remove('invoice', invoice);
  },
  'POST /v1/invoices/{id}/finalize': (account, params: { auto_advance?: boolean }, { id }) => {
    const invoice = finalise(account, account.store.get('invoice', id));
    if (params.auto_advance !== undefined && invoice.status === 'open') invoice.auto_advance = params.auto_advance;
    if (invoice.status === 'paid') settledByNothing(account, invoice);
    else if (invoice.status === 'open' && invoice.collection_method === 'charge_automatically')
      intentOf(account, invoice);
    return invoice;
  },
  'POST /v1/invoices/{id}/pay': (account, params: Pay, { id }) =>
    pay(account, account.store.get('invoice', id), params),
  'POST /v1/invoices/{id}/void': (account, _params, { id }) => {
    const invoice = voidInvoice(account, account.store.get('invoice', id));
    givenUp(account, invoice);
    return invoice;
  },
  'POST /v1/invoices/{id}/mark_uncollectible': (account, _params, { id }) => {
    const invoice = markUncollectible(account, account.store.get('invoice', id));
    givenUp(account, invoice);
    return invoice;
  },
  'GET /v1/invoices/{id}/lines': (account, params: PageParams, { id }) =>
    pageInOrder(account.store.get('invoice', id).lines.data, params, `/v1/invoices/${id}/lines`),
  'GET /v1/invoice_payments': (account, params: PageParams) =>
    listOf(account, 'invoice_payment', '/v1/invoice_payments', params, { invoice: true, status: true }),
  'GET /v1/invoice_payments/{id}': (account, _params, { id }) => account.store.get('invoice_payment', id),
};

/** An invoice of nothing is paid as soon as it is final. */
function settledByNothing(account: Account, invoice: Invoice): Invoice {
  const subscription = subscriptionOf(account, invoice);
  if (subscription) paid(account, subscription, invoice);
  return invoice;
}

function pay(account: Account, invoice: Invoice, params: Pay): Invoice {
  if (invoice.status === 'draft') {
    finalise(account, invoice);
    if (invoice.amount_due === 0) return settledByNothing(account, invoice);
  }
  if (invoice.status === 'paid') throw invalid('Invoice is already paid', undefined, 'invoice_already_paid');
  if (invoice.status === 'void')
    throw invalid('Invoice is void and cannot be paid.', undefined, 'invoice_not_editable');
  if (invoice.status === 'uncollectible') invoice.status = 'open';
  const subscription = subscriptionOf(account, invoice);
  if (params.paid_out_of_band) {
    markPaid(account, invoice, null, true);
    if (subscription) paid(account, subscription, invoice);
    return invoice;
  }
  const outcome = collect(account, invoice, params.payment_method);
  if (outcome !== 'succeeded') throw cardRefusal(intentOf(account, invoice));
  return invoice;
}

function create(account: Account, params: Params<Stripe.InvoiceCreateParams>): Invoice {
  if (!params.customer) throw required('customer');
  if (params.subscription)
    throw invalid('The double does not serve invoices of subscriptions between periods.', 'subscription');
  if (
    params.collection_method === 'send_invoice' &&
    params.days_until_due === undefined &&
    params.due_date === undefined
  )
    throw required('days_until_due');
  const customer = account.store.get('customer', params.customer, 'customer');
  const lines = params.pending_invoice_items_behavior === 'include' ? pendingLines(account, customer.id, null) : [];
  const currency = currencyOf(params.currency ?? customer.currency ?? 'usd');
  const discounts = redeem(account, (params.discounts || []) as GivenDiscount[], { customer, currency });
  const { invoice } = createInvoice(
    account,
    {
      customer,
      currency,
      subscription: null,
      reason: 'manual',
      discounts,
      period: { start: account.now(), end: account.now() },
      autoAdvance: params.auto_advance ?? false,
      automaticTax: params.automatic_tax?.enabled ?? false,
      collection: params.collection_method ?? 'charge_automatically',
      daysUntilDue: params.days_until_due ?? null,
      metadata: mergedMetadata({}, params.metadata),
      description: params.description ?? null,
      defaultPaymentMethod: params.default_payment_method ?? null,
    },
    lines,
  );
  if (params.due_date !== undefined) invoice.due_date = params.due_date;
  if (invoice.auto_advance) invoice.automatically_finalizes_at = account.now() + account.settings.finalisationGrace;
  return invoice;
}
