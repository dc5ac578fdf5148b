import type Stripe from 'stripe';
import { listOf, type PageParams, page } from '../kernel/lists.ts';
import { invalid, required } from '../kernel/refusal.ts';
import type { Routes } from '../kernel/routes.ts';
import type { Params } from '../kernel/stored.ts';
import { attach, createCard, methodOf } from './cards.ts';
import { mergedMetadata } from './metadata.ts';

type Create = Params<Stripe.PaymentMethodCreateParams>;

const TOKENS: Record<string, string> = { tok_visa: '4242424242424242', tok_chargeDeclined: '4000000000000002' };

export const paymentMethodRoutes: Routes = {
  'POST /v1/payment_methods': (account, params: Create) => {
    if (params.type !== 'card' || !params.card) throw invalid('The double knows cards only.', 'type');
    const { number, token } = params.card;
    const method = createCard(account, number ?? TOKENS[token ?? ''] ?? '');
    method.metadata = mergedMetadata({}, params.metadata);
    return method;
  },
  'GET /v1/payment_methods': (account, params: PageParams) =>
    listOf(account, 'payment_method', '/v1/payment_methods', params, { customer: true, type: true }),
  'GET /v1/payment_methods/{id}': (account, _params, { id }) => account.store.get('payment_method', id),
  'POST /v1/payment_methods/{id}': (account, params: Params<Stripe.PaymentMethodUpdateParams>, { id }) => {
    const method = account.store.get('payment_method', id);
    return account.change(method, 'payment_method.updated', () => {
      if (params.metadata !== undefined) method.metadata = mergedMetadata(method.metadata, params.metadata);
      if (params.card?.exp_month && method.card) method.card.exp_month = params.card.exp_month;
      if (params.card?.exp_year && method.card) method.card.exp_year = params.card.exp_year;
    });
  },
  'POST /v1/payment_methods/{id}/attach': (account, params: { customer?: string }, { id }) => {
    if (!params.customer) throw required('customer');
    account.store.get('customer', params.customer, 'customer');
    return attach(account, methodOf(account, id, 'id'), params.customer);
  },
  'POST /v1/payment_methods/{id}/detach': (account, _params, { id }) => {
    const method = account.store.get('payment_method', id);
    const customer = account.store.find('customer', method.customer);
    if (!customer) throw invalid('The payment method you provided is not attached to a customer.', 'id');
    method.customer = null;
    if (customer.invoice_settings.default_payment_method === id)
      account.change(customer, 'customer.updated', () => {
        customer.invoice_settings = { ...customer.invoice_settings, default_payment_method: null };
      });
    for (const subscription of account.store.all('subscription', (one) => one.default_payment_method === id))
      account.change(subscription, 'customer.subscription.updated', () => {
        subscription.default_payment_method = null;
      });
    account.emit('payment_method.detached', method);
    return method;
  },
  'GET /v1/customers/{id}/payment_methods': (account, params: PageParams & { type?: string }, { id }) => {
    account.store.get('customer', id);
    const url = `/v1/customers/${id}/payment_methods`;
    const own = account.store.all(
      'payment_method',
      (one) => one.customer === id && (!params.type || one.type === params.type),
    );
    return page(own, params, url);
  },
};
