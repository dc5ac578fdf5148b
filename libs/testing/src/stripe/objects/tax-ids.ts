import type Stripe from 'stripe';
import type { Account } from '../kernel/account.ts';
import { type PageParams, page } from '../kernel/lists.ts';
import { missing } from '../kernel/refusal.ts';
import type { Routes } from '../kernel/routes.ts';
import type { Customer, Params, TaxId } from '../kernel/stored.ts';

type Given = Pick<Params<Stripe.TaxIdCreateParams>, 'type' | 'value'>;

export const taxIdRoutes: Routes = {
  'POST /v1/customers/{id}/tax_ids': (account, params: Given, { id }) =>
    addTaxId(account, account.store.get('customer', id), params),
  'GET /v1/customers/{id}/tax_ids': (account, params: PageParams, { id }) => {
    account.store.get('customer', id);
    return page(taxIdsOf(account, id), params, `/v1/customers/${id}/tax_ids`);
  },
  'GET /v1/customers/{customerId}/tax_ids/{id}': (account, _params, { customerId, id }) => own(account, customerId, id),
  'DELETE /v1/customers/{customerId}/tax_ids/{id}': (account, _params, { customerId, id }) => {
    const taxId = own(account, customerId, id);
    account.emit('customer.tax_id.deleted', taxId);
    return account.store.remove('tax_id', taxId);
  },
};

export const taxIdsOf = (account: Account, customer: string): TaxId[] =>
  account.store.all('tax_id', (one) => one.customer === customer);

function own(account: Account, customer: string, id: string): TaxId {
  const taxId = account.store.get('tax_id', id);
  if (taxId.customer !== customer) throw missing('tax_id', id);
  return taxId;
}

export function addTaxId(account: Account, customer: Customer, { type, value }: Given): TaxId {
  const taxId = account.create('tax_id', {
    id: account.id('txi'),
    object: 'tax_id',
    country: /^[a-z]{2}_/.test(type) ? type.slice(0, 2).toUpperCase() : null,
    created: account.now(),
    customer: customer.id,
    livemode: account.settings.livemode,
    owner: { customer: customer.id, customer_account: null, type: 'customer' },
    type,
    value,
    verification: { status: 'pending', verified_address: null, verified_name: null },
  });
  account.emit('customer.tax_id.created', taxId);
  return taxId;
}
