import type Stripe from 'stripe';
import type { Account } from '../kernel/account.ts';
import { invalid } from '../kernel/refusal.ts';
import type { Customer, Params } from '../kernel/stored.ts';
import { attach, methodOf } from './cards.ts';
import { mergedMetadata, orNull } from './metadata.ts';

export type NewCustomer = Params<Stripe.CustomerCreateParams>;

export function createCustomer(account: Account, params: NewCustomer): Customer {
  if (params.source) throw invalid('The double knows payment methods, no sources.', 'source');
  const method = params.payment_method ? methodOf(account, params.payment_method) : null;
  const wanted = orNull(params.invoice_settings?.default_payment_method);
  if (wanted && wanted !== method?.id) throw notOwn(wanted);
  const customer = account.create('customer', {
    id: account.id('cus', 14),
    object: 'customer',
    address: addressOf(params.address),
    balance: params.balance ?? 0,
    created: account.now(),
    delinquent: false,
    description: params.description ?? null,
    email: params.email ?? null,
    invoice_prefix: account.random.text(8).toUpperCase(),
    invoice_settings: { custom_fields: null, default_payment_method: null, footer: null, rendering_options: null },
    livemode: account.settings.livemode,
    metadata: mergedMetadata({}, params.metadata),
    name: params.name ?? null,
    next_invoice_sequence: 1,
    phone: params.phone ?? null,
    preferred_locales: params.preferred_locales ?? [],
    shipping: orNull(params.shipping) as Customer['shipping'],
    tax_exempt: orNull(params.tax_exempt) ?? 'none',
  });
  if (method) attach(account, method, customer.id);
  customer.invoice_settings = settingsOf(account, customer, params);
  account.emit('customer.created', customer);
  return customer;
}

/** All lines of an address are there, as null when they are not given. */
export function addressOf(given: NewCustomer['address']): Customer['address'] {
  const address = orNull(given);
  return address && { city: null, country: null, line1: null, line2: null, postal_code: null, state: null, ...address };
}

const notOwn = (id: string) =>
  invalid(
    `The customer does not have a payment method with the ID ${id}. The payment method must be attached to the customer.`,
    'invoice_settings[default_payment_method]',
    'resource_missing',
  );

/** The default payment method has to be the customer's own. */
export function settingsOf(
  account: Account,
  customer: Customer,
  params: NewCustomer | Params<Stripe.CustomerUpdateParams>,
): Customer['invoice_settings'] {
  const given = params.invoice_settings;
  if (given?.default_payment_method === undefined) return customer.invoice_settings;
  const id = orNull(given.default_payment_method);
  if (id) {
    const method = account.store.get('payment_method', id, 'invoice_settings[default_payment_method]');
    if (method.customer !== customer.id) throw notOwn(id);
  }
  return { ...customer.invoice_settings, default_payment_method: id };
}
