import Stripe from 'stripe';
import { closing } from '../../closing.ts';
import { startWebhookReceiver, type WebhookReceiver } from '../../fakes/webhook-receiver.ts';
import { monthly, payer, refusal, stripeWithClient } from '../test-stripe.ts';

const SECRET = 'whsec_test';

async function receiving(payload: 'snapshot' | 'thin' = 'snapshot', events = ['*']) {
  const receiver = await startWebhookReceiver();
  closing(() => receiver.close());
  const { double, stripe } = await stripeWithClient({ now: new Date('2026-04-01T00:00:00Z') });
  double.webhooks.to({ url: receiver.url, secret: SECRET, payload, events });
  return { double, stripe, receiver };
}

const signature = (request: WebhookReceiver['requests'][number]) => String(request.headers['stripe-signature']);
const opened = (receiver: WebhookReceiver, secret = SECRET) =>
  receiver.requests.map((request) => Stripe.webhooks.constructEvent(request.body, signature(request), secret));
const emails = (receiver: WebhookReceiver) =>
  opened(receiver).map(({ data }) => (data.object as Stripe.Customer).email);

/** Whether the official package takes the first request that came. */
const taken = (receiver: WebhookReceiver, secret = SECRET) => {
  const [request] = receiver.requests.splice(0, 1);
  if (!request) throw new Error('Nothing came.');
  try {
    return Stripe.webhooks.constructEvent(request.body, signature(request), secret).type;
  } catch (error) {
    return error instanceof Stripe.errors.StripeSignatureVerificationError ? 'refused' : String(error);
  }
};

it('sells a subscription on the checkout page and sends good signatures of everything', async () => {
  const { double, stripe, receiver } = await receiving();
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
  const events = opened(receiver);
  const types = events.map((event) => event.type);
  expect(types).toEqual(
    expect.arrayContaining([
      'customer.created',
      'customer.subscription.created',
      'invoice.paid',
      'checkout.session.completed',
    ]),
  );
  expect(new Set(events.map(({ created }) => created)).size).toBe(1);
  expect(events.find((event) => event.type === 'customer.subscription.created')?.data.object).toMatchObject({
    status: 'incomplete',
  });
  expect(events.find((event) => event.type === 'customer.subscription.updated')?.data).toMatchObject({
    object: { status: 'active' },
    previous_attributes: { status: 'incomplete' },
  });
});

it('signs with what a test asks for', async () => {
  const { double, stripe, receiver } = await receiving();
  const next = async (how: Parameters<typeof double.webhooks.tamper>[0]) => {
    double.webhooks.tamper(how);
    await stripe.customers.create({});
    await double.settled();
    return taken(receiver);
  };
  expect(await next({})).toBe('customer.created');
  expect(await next({ secret: 'whsec_wrong' })).toBe('refused');
  expect(await next({ age: 290 })).toBe('customer.created');
  expect(await next({ age: 302 })).toBe('refused');
  expect(await next({ age: -3600 }), 'the package does not look at the future').toBe('customer.created');
  expect(await next({ body: (body) => body.replace('customer', 'Customer') })).toBe('refused');
});

it('signs with both secrets while an endpoint’s secret is rolled', async () => {
  const { double, stripe, receiver } = await receiving('snapshot', []);
  double.webhooks.to({ url: receiver.url, secret: ['whsec_old', 'whsec_new'] });
  for (const secret of ['whsec_old', 'whsec_new']) {
    await stripe.customers.create({});
    await double.settled();
    expect(taken(receiver, secret)).toBe('customer.created');
  }
});

it('sends thin events that name what they are about, and the snapshot that they go with', async () => {
  const { double, stripe, receiver } = await receiving('thin', ['v1.customer.subscription.updated']);
  const customer = await payer(stripe);
  const price = await monthly(stripe, 100);
  const { id } = await stripe.subscriptions.create({ customer: customer.id, items: [{ price: price.id }] });
  await double.settled();
  const [request] = receiver.requests;
  if (!request) throw new Error('Nothing came.');
  expect(() => stripe.webhooks.constructEvent(request.body, signature(request), SECRET)).toThrow();
  const event = stripe.parseEventNotification(request.body, signature(request), SECRET);
  expect(event).toMatchObject({
    type: 'v1.customer.subscription.updated',
    related_object: { id, url: `/v1/subscriptions/${id}` },
  });
  const related = event as unknown as { fetchRelatedObject: () => Promise<Stripe.Subscription> };
  expect(await related.fetchRelatedObject()).toMatchObject({ id, status: 'active' });
  const { snapshot_event } = JSON.parse(request.body) as { snapshot_event: string };
  expect(await stripe.events.retrieve(snapshot_event)).toMatchObject({ type: 'customer.subscription.updated' });
  expect(await stripe.v2.core.events.retrieve(event.id)).toMatchObject({ id: event.id, snapshot_event });
});

it('holds events and sends them shuffled, several times, in one second', async () => {
  const { double, stripe, receiver } = await receiving();
  double.webhooks.hold();
  for (let i = 0; i < 6; i += 1) {
    await stripe.customers.create({ email: `${i}@example.com` });
    await double.advance({ seconds: 1 });
  }
  expect(receiver.requests).toEqual([]);
  await double.webhooks.release({ shuffle: true, copies: 3, sameSecond: true });
  const order = emails(receiver);
  expect(order).toHaveLength(18);
  expect([...order].sort()).toEqual([...Array(6).keys()].flatMap((i) => Array(3).fill(`${i}@example.com`)));
  expect(order).not.toEqual([...order].sort());
  expect(new Set(opened(receiver).map(({ created }) => created)).size).toBe(1);
  expect((await stripe.events.list({ delivery_success: false })).data).toEqual([]);
});

it('lists what was dropped as not delivered, in order from a cursor on', async () => {
  const { double, stripe, receiver } = await receiving();
  const create = async (email: string) => {
    await stripe.customers.create({ email });
    await double.settled();
    return (await stripe.events.list({ limit: 1 })).data[0];
  };
  const first = await create('a');
  double.webhooks.drop(2);
  await create('b');
  await create('c');
  await create('d');
  expect(emails(receiver)).toEqual(['a', 'd']);
  const { data } = await stripe.events.list({
    delivery_success: false,
    types: ['customer.created'],
    created: { gte: first?.created },
  });
  expect(data.map((event) => [(event.data.object as Stripe.Customer).email, event.pending_webhooks])).toEqual([
    ['c', 1],
    ['b', 1],
  ]);
  const later = await stripe.events.list({ ending_before: first?.id });
  expect(later.data).toHaveLength(3);
  await double.webhooks.resend(data[1]?.id ?? '');
  expect(emails(receiver)).toEqual(['a', 'd', 'b']);
  expect(await refusal(stripe.events.list({ types: Array(21).fill('customer.created') }))).toMatchObject({
    param: 'types',
  });
});

it('sends again what was not answered well, for three days', async () => {
  const { double, stripe, receiver } = await receiving();
  receiver.answerNext({ status: 500 }, { drop: 'before-answer' }, { status: 301 });
  await stripe.customers.create({});
  await double.settled();
  expect(receiver.requests).toHaveLength(1);
  await double.advance({ minutes: 1 });
  await double.webhooks.retry(true);
  expect(receiver.requests).toHaveLength(3);
  expect((await stripe.events.list({ delivery_success: false })).data).toHaveLength(1);
  await double.advance({ minutes: 30 });
  expect(receiver.requests).toHaveLength(4);
  expect((await stripe.events.list({ delivery_success: false })).data).toEqual([]);
  expect(new Set(opened(receiver).map(({ id }) => id)).size).toBe(1);

  receiver.answerAlways({ status: 500 });
  await stripe.customers.create({});
  await double.advance({ days: 3 });
  const sent = receiver.requests.length;
  expect(sent).toBeGreaterThan(10);
  await double.advance({ days: 1 });
  expect(receiver.requests).toHaveLength(sent);
});

it('tells endpoints that were made through the API, with the secret that only the creation answers', async () => {
  const { double, stripe, receiver } = await receiving('snapshot', []);
  const endpoint = await stripe.webhookEndpoints.create({ url: receiver.url, enabled_events: ['customer.created'] });
  expect((await stripe.webhookEndpoints.retrieve(endpoint.id)).secret).toBeUndefined();
  await stripe.customers.create({});
  await double.settled();
  expect(opened(receiver, endpoint.secret).map(({ type }) => type)).toEqual(['customer.created']);
  await stripe.webhookEndpoints.del(endpoint.id);
  await stripe.customers.create({});
  await double.settled();
  expect(receiver.requests).toHaveLength(1);
});

it('posts an event of the test’s own: another mode, another account, nobody’s customer', async () => {
  const { double, receiver } = await receiving();
  const event = {
    id: 'evt_x',
    object: 'event',
    type: 'customer.created',
    livemode: true,
    account: 'acct_other',
    data: { object: {} },
  };
  expect(await double.webhooks.post(event)).toEqual([204]);
  expect(opened(receiver)).toMatchObject([{ id: 'evt_x', livemode: true, account: 'acct_other' }]);
});
