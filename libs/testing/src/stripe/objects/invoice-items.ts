import type Stripe from 'stripe';
import type { Account } from '../kernel/account.ts';
import { listOf, type PageParams } from '../kernel/lists.ts';
import { invalid, required } from '../kernel/refusal.ts';
import type { Routes } from '../kernel/routes.ts';
import type { InvoiceItem, Params } from '../kernel/stored.ts';
import { amountOf, units } from './amounts.rules.ts';
import { currencyOf, refuseAmount } from './currencies.ts';
import { fill } from './invoice-draft.ts';
import { draftsOf, type LineDraft } from './invoice-lines.ts';
import { givenFields, mergedMetadata } from './metadata.ts';
import { isOver } from './subscription-end.ts';

type Create = Params<Stripe.InvoiceItemCreateParams>;

export const invoiceItemRoutes: Routes = {
  'POST /v1/invoiceitems': (account, params: Create) => {
    const { line, customer, currency } = readItem(account, params);
    const item = storeItem(account, line, customer, currency);
    const invoice = account.store.find('invoice', params.invoice);
    if (!invoice) return item;
    if (invoice.status !== 'draft')
      throw invalid('The invoice is no longer a draft.', 'invoice', 'invoice_not_editable');
    item.invoice = invoice.id;
    const drafts = [...(draftsOf(account).get(invoice.id) ?? []), lineOf(account, item)];
    draftsOf(account).set(invoice.id, drafts);
    account.change(invoice, 'invoice.updated', () => {
      fill(
        account,
        invoice,
        drafts,
        invoice.discounts.map((id) => account.store.get('discount', id)),
      );
    });
    return item;
  },
  'GET /v1/invoiceitems': (account, params: PageParams) =>
    listOf(account, 'invoiceitem', '/v1/invoiceitems', params, {
      customer: true,
      invoice: true,
      pending: (one, pending: boolean) => (one.invoice === null) === pending,
    }),
  'GET /v1/invoiceitems/{id}': (account, _params, { id }) => account.store.get('invoiceitem', id),
  'POST /v1/invoiceitems/{id}': (account, params: Params<Stripe.InvoiceItemUpdateParams>, { id }) => {
    const item = pending(account, id);
    if (params.amount !== undefined) item.amount = params.amount;
    Object.assign(item, givenFields(params, 'description'));
    if (params.metadata !== undefined) item.metadata = mergedMetadata(item.metadata, params.metadata);
    return item;
  },
  'DELETE /v1/invoiceitems/{id}': (account, _params, { id }) => {
    const item = pending(account, id);
    account.emit('invoiceitem.deleted', item);
    return account.store.remove('invoiceitem', item);
  },
};

function pending(account: Account, id: string): InvoiceItem {
  const item = account.store.get('invoiceitem', id);
  if (item.invoice !== null) throw invalid('This invoice item is part of an invoice already.', 'id');
  return item;
}

function readItem(account: Account, params: Create) {
  if (!params.customer) throw required('customer');
  const customer = account.store.get('customer', params.customer, 'customer');
  const subscription = params.subscription
    ? account.store.get('subscription', params.subscription, 'subscription')
    : null;
  if (subscription && isOver(subscription)) {
    const message = 'The subscription has ended: nothing is charged with its next invoice.';
    throw invalid(message, 'subscription', 'resource_missing');
  }
  const price = params.pricing?.price ? account.store.get('price', params.pricing.price, 'pricing[price]') : null;
  if (price?.recurring) throw invalid('The price must be of the type `one_time`.', 'pricing[price]');
  const quantity = params.quantity ?? 1;
  if (quantity < 0)
    throw invalid('This value must be greater than or equal to 0.', 'quantity', 'parameter_invalid_integer');
  if (!price && params.amount === undefined) throw required('amount');
  const currency = currencyOf(price?.currency ?? params.currency ?? 'usd');
  refuseAmount(price ? undefined : params.amount, currency, 'amount');
  const period = params.period ?? { start: account.now(), end: account.now() };
  const line: LineDraft = {
    amount: price ? amountOf(price, units(quantity)) : (params.amount ?? 0),
    description: params.description ?? '',
    period,
    price,
    quantity,
    discountable: params.discountable ?? (params.amount ?? 0) >= 0,
    subscription: subscription?.id ?? null,
    item: null,
    proration: false,
    invoiceItem: null,
    metadata: mergedMetadata({}, params.metadata),
  };
  return { line, customer: customer.id, currency };
}

/** Keeps a line until the next invoice of its customer or subscription. */
export function storeItem(account: Account, line: LineDraft, customer: string, currency: string): InvoiceItem {
  const item = account.create('invoiceitem', {
    id: account.id('ii'),
    object: 'invoiceitem',
    amount: line.amount,
    currency,
    customer,
    date: account.now(),
    description: line.description,
    discountable: line.discountable,
    discounts: [],
    invoice: null,
    livemode: account.settings.livemode,
    metadata: line.metadata,
    parent: line.subscription
      ? {
          subscription_details: {
            subscription: line.subscription,
            ...(line.item ? { subscription_item: line.item } : {}),
          },
          type: 'subscription_details',
        }
      : null,
    period: line.period,
    pricing: line.price && {
      price_details: { price: line.price.id, product: line.price.product },
      type: 'price_details',
      unit_amount_decimal: line.price.unit_amount_decimal,
    },
    proration: line.proration,
    ...(line.proration ? { proration_details: { credited_items: null, discount_amounts: line.discounts ?? [] } } : {}),
    quantity: line.quantity ?? 1,
    quantity_decimal: String(line.quantity ?? 1),
  });
  account.emit('invoiceitem.created', item);
  return item;
}

export function lineOf(account: Account, item: InvoiceItem): LineDraft {
  const details = item.parent?.subscription_details;
  const credits = item.proration && !item.discountable;
  return {
    amount: item.amount,
    description: item.description ?? '',
    period: item.period,
    price: account.store.find('price', item.pricing?.price_details?.price) ?? null,
    quantity: item.quantity,
    discountable: item.discountable,
    ...(credits ? { discounts: item.proration_details?.discount_amounts ?? [] } : {}),
    subscription: details?.subscription ?? null,
    item: details?.subscription_item ?? null,
    proration: item.proration,
    invoiceItem: item.id,
    metadata: item.metadata ?? {},
  };
}

/** What waits for the subscription's next invoice; with `null`, what waits for the customer's. */
export const pendingLines = (account: Account, customer: string, subscription: string | null): LineDraft[] =>
  account.store
    .all('invoiceitem', (one) => one.customer === customer && one.invoice === null)
    .map((item) => lineOf(account, item))
    .filter((line) => line.subscription === null || line.subscription === subscription);
