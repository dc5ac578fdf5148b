import Stripe from 'stripe';
import { type StripeDouble, type StripeOptions, startStripe } from './start-stripe.ts';

/** The double and the official client of it, for the double's own tests. */
export async function stripeWithClient(options: StripeOptions = {}): Promise<{ double: StripeDouble; stripe: Stripe }> {
  const double = await startStripe(options);
  return { double, stripe: clientOf(double) };
}

export const clientOf = (double: StripeDouble, key = double.key, more: object = {}): Stripe =>
  new Stripe(key, { ...double.client, apiVersion: '2026-10-28.endive', ...more });

/** A product with a monthly price. */
export async function monthly(stripe: Stripe, unit_amount: number, name = 'Pro'): Promise<Stripe.Price> {
  return stripe.prices.create({
    currency: 'usd',
    unit_amount,
    recurring: { interval: 'month' },
    product_data: { name },
  });
}

/** A customer whose card pays. */
export async function payer(stripe: Stripe, card = 'pm_card_visa'): Promise<Stripe.Customer> {
  const customer = await stripe.customers.create({ email: 'owner@example.com' });
  const method = await stripe.paymentMethods.attach(card, { customer: customer.id });
  return stripe.customers.update(customer.id, { invoice_settings: { default_payment_method: method.id } });
}

/** The payment that an invoice is collected by. */
export async function intentOf(stripe: Stripe, invoice: Stripe.Invoice): Promise<Stripe.PaymentIntent> {
  const { data } = await stripe.invoicePayments.list({ invoice: invoice.id, expand: ['data.payment.payment_intent'] });
  return data[0]?.payment.payment_intent as Stripe.PaymentIntent;
}

/** The refusal of a call. */
export async function refusal(call: Promise<unknown>): Promise<{
  status: number | undefined;
  type: string;
  code: string | undefined;
  param: string | undefined;
  message: string;
}> {
  try {
    await call;
  } catch (error) {
    if (!(error instanceof Stripe.errors.StripeError)) throw error;
    return { status: error.statusCode, type: error.type, code: error.code, param: error.param, message: error.message };
  }
  throw new Error('The call was not refused.');
}
