import type Stripe from 'stripe';
import { listOf, type PageParams } from '../kernel/lists.ts';
import { missing } from '../kernel/refusal.ts';
import type { Routes } from '../kernel/routes.ts';
import type { Params } from '../kernel/stored.ts';
import { givenFields, mergedMetadata, orNull } from './metadata.ts';
import { addressOf, createCustomer, type NewCustomer, settingsOf } from './new-customer.ts';
import { cancelNow } from './subscription-end.ts';
import { addTaxId } from './tax-ids.ts';

type Update = Params<Stripe.CustomerUpdateParams>;

export const customerRoutes: Routes = {
  'POST /v1/customers': (account, params: NewCustomer) => {
    const customer = createCustomer(account, params);
    for (const taxId of params.tax_id_data ?? []) addTaxId(account, customer, taxId);
    return customer;
  },
  'GET /v1/customers': (account, params: PageParams) =>
    listOf(account, 'customer', '/v1/customers', params, { email: true }),
  'GET /v1/customers/{id}': (account, _params, { id }) =>
    account.store.removed(id) ?? account.store.get('customer', id),
  'POST /v1/customers/{id}': (account, params: Update, { id }) => {
    const customer = account.store.get('customer', id);
    const settings = settingsOf(account, customer, params);
    return account.change(customer, 'customer.updated', () => {
      Object.assign(customer, givenFields(params, 'email', 'name', 'description', 'phone', 'shipping'));
      if (params.address !== undefined) customer.address = addressOf(params.address);
      if (params.tax_exempt !== undefined) customer.tax_exempt = orNull(params.tax_exempt) ?? 'none';
      if (params.metadata !== undefined) customer.metadata = mergedMetadata(customer.metadata, params.metadata);
      if (params.balance !== undefined) customer.balance = params.balance;
      if (params.preferred_locales) customer.preferred_locales = params.preferred_locales;
      customer.invoice_settings = settings;
    });
  },
  'DELETE /v1/customers/{id}': (account, _params, { id }) => {
    const customer = account.store.get('customer', id);
    for (const subscription of account.store.all('subscription', (one) => one.customer === id && !one.ended_at))
      cancelNow(account, subscription, { reason: 'cancellation_requested' });
    for (const invoice of account.store.all('invoice', (one) => one.customer === id && one.status !== 'paid'))
      Object.assign(invoice, { auto_advance: false, automatically_finalizes_at: null, next_payment_attempt: null });
    account.emit('customer.deleted', customer);
    return account.store.remove('customer', customer);
  },
  'DELETE /v1/customers/{id}/discount': (account, _params, { id }) => {
    const customer = account.store.get('customer', id);
    const { discount } = customer;
    if (!discount) throw missing('discount', id);
    account.change(customer, 'customer.updated', () => {
      customer.discount = null;
    });
    account.emit('customer.discount.deleted', discount);
    return { ...discount, deleted: true };
  },
};
