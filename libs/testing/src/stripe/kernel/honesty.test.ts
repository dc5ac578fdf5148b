import Stripe from 'stripe';
import { StripeDouble } from '../start-stripe.ts';
import { clientOf, refusal } from '../test-stripe.ts';

/** A double that does not fail this test when it is closed. */
async function unwatched(): Promise<{ double: StripeDouble; stripe: Stripe }> {
  const double = new StripeDouble({});
  await double.up();
  return { double, stripe: clientOf(double) };
}

it('fails a test that uses a parameter which it would pass over', async () => {
  const { double, stripe } = await unwatched();
  const refused = await refusal(stripe.subscriptions.list({ current_period_end: { gt: 1 } }));
  expect(refused).toMatchObject({ status: 500, message: expect.stringContaining('does not serve current_period_end') });
  expect(double.requests, 'not retried').toHaveLength(1);
  await expect(double.close()).rejects.toThrow('does not serve current_period_end');
});

it('fails a test in which it answered what Stripe would not', async () => {
  const { double, stripe } = await unwatched();
  const customer = await stripe.customers.create({});
  Object.assign(double.account().store.get('customer', customer.id), { balance: 'a lot' });
  expect(await refusal(stripe.customers.retrieve(customer.id))).toMatchObject({
    message: expect.stringContaining('/balance must be number'),
  });
  Object.assign(double.account().store.get('customer', customer.id), { balance: 0, mood: 'good' });
  expect(await refusal(stripe.customers.retrieve(customer.id))).toMatchObject({
    message: expect.stringContaining('mood'),
  });
  await expect(double.close()).rejects.toThrow('is not what the description says');
});

it('knows no event that Stripe does not have', async () => {
  const { double } = await unwatched();
  expect(() => double.account().emit('customer.married' as Stripe.Event.Type, {})).toThrow('Stripe has no event');
  await double.close();
});
