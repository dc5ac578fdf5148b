import Stripe from 'stripe';
import { closing } from '../../closing.ts';
import { startWebhookReceiver, type WebhookReceiver } from '../../fakes/webhook-receiver.ts';
import { monthly, stripeWithClient } from '../test-stripe.ts';

const SECRET = 'whsec_test';

async function receiving(): Promise<WebhookReceiver> {
  const receiver = await startWebhookReceiver();
  closing(() => receiver.close());
  return receiver;
}

it('sells a subscription on the checkout page and tells about it with good signatures', async () => {
  const { double, stripe } = await stripeWithClient();
  const receiver = await receiving();
  double.webhooks.to({ url: receiver.url, secret: SECRET });
  const price = await monthly(stripe, 4900);
  const session = await stripe.checkout.sessions.create({
    mode: 'subscription',
    line_items: [{ price: price.id, quantity: 2 }],
    client_reference_id: 'org-1',
    subscription_data: { metadata: { org: 'org-1' } },
    success_url: 'https://app.example/done?session={CHECKOUT_SESSION_ID}',
  });
  expect(session).toMatchObject({ status: 'open', amount_total: 9800, payment_status: 'unpaid' });

  const page = await double.visit(session.url ?? '', { card: '4242', email: 'a@example.com' });
  expect(page).toMatchObject({ status: 303, location: `https://app.example/done?session=${session.id}` });
  const done = await stripe.checkout.sessions.retrieve(session.id, {
    expand: ['subscription.latest_invoice', 'line_items'],
  });
  expect(done).toMatchObject({
    status: 'complete',
    payment_status: 'paid',
    client_reference_id: 'org-1',
    subscription: {
      status: 'active',
      metadata: { org: 'org-1' },
      latest_invoice: { status: 'paid', amount_paid: 9800 },
    },
    line_items: { data: [{ amount_total: 9800, quantity: 2 }] },
  });

  await double.settled();
  const events = receiver.requests.map(({ body, headers }) =>
    Stripe.webhooks.constructEvent(body, headers['stripe-signature'] ?? '', SECRET),
  );
  const types = events.map((event) => event.type);
  expect(types).toEqual(
    expect.arrayContaining([
      'customer.created',
      'customer.subscription.created',
      'invoice.paid',
      'checkout.session.completed',
    ]),
  );
  expect(events.find((event) => event.type === 'customer.subscription.created')?.data.object).toMatchObject({
    status: 'incomplete',
  });
  expect(events.find((event) => event.type === 'customer.subscription.updated')?.data).toMatchObject({
    object: { status: 'active' },
    previous_attributes: { status: 'incomplete' },
  });
});
