import { idOf } from '../client/id-of.rules.ts';
import type { StripeApi } from '../client/stripe-api.ts';

/**
 * What a customer has left to pay with: their own payment method, or else that of their newest subscription, which is where a
 * checkout page leaves it. Undefined: none.
 */
export async function savedCard(api: StripeApi, customerId: string): Promise<string | undefined> {
  const customer = await api.call('GET /v1/customers/:id', (stripe) => stripe.customers.retrieve(customerId));
  const own = customer.deleted ? undefined : customer.invoice_settings.default_payment_method;
  if (own) return idOf(own);
  const { data } = await api.call('GET /v1/subscriptions', (stripe) =>
    stripe.subscriptions.list({ customer: customerId, status: 'all', limit: 100 }),
  );
  const newest = data.find(({ default_payment_method: method }) => method !== null)?.default_payment_method;
  return newest ? idOf(newest) : undefined;
}
