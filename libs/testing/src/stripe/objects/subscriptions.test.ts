import type Stripe from 'stripe';
import { monthly, payer, refusal, stripeWithClient } from '../test-stripe.ts';

async function subscribed(more: Partial<Stripe.SubscriptionCreateParams> = {}) {
  const { double, stripe } = await stripeWithClient({ now: new Date('2026-04-01T00:00:00Z') });
  const customer = await payer(stripe);
  const price = await monthly(stripe, 1000);
  const subscription = await stripe.subscriptions.create({
    customer: customer.id,
    items: [{ price: price.id }],
    ...more,
  });
  const item = subscription.items.data[0]?.id ?? '';
  return { double, stripe, customer, price, subscription, item };
}

it('refuses quantities, prices and currencies that make no subscription', async () => {
  const { stripe, customer, price, subscription, item } = await subscribed();
  const create = (items: object[]) => refusal(stripe.subscriptions.create({ customer: customer.id, items }));
  const once = await stripe.prices.create({ currency: 'usd', unit_amount: 1, product_data: { name: 'once' } });
  const eur = await stripe.prices.create({
    currency: 'eur',
    unit_amount: 1,
    recurring: { interval: 'month' },
    product_data: { name: 'x' },
  });
  expect(await create([{ price: price.id, quantity: -1 }])).toMatchObject({ param: 'items[0][quantity]' });
  expect(await create([{ price: price.id, quantity: 1.5 }])).toMatchObject({ code: 'parameter_invalid_integer' });
  expect(await create([{ price: once.id }])).toMatchObject({ param: 'items[0][price]' });
  expect(await create([{ price: price.id }, { price: eur.id }])).toMatchObject({ param: 'items' });
  expect(await create([{ price: eur.id }])).toMatchObject({
    message: expect.stringContaining('cannot combine currencies'),
  });
  expect(await create([{ price: price.id }, { price: price.id }])).toMatchObject({ param: 'items' });
  expect(await create([])).toMatchObject({ code: 'parameter_missing' });
  const update = (items: object[]) => refusal(stripe.subscriptions.update(subscription.id, { items }));
  expect(await update([{ id: item, deleted: true }])).toMatchObject({ param: 'items' });
  expect(await update([{ id: 'si_no', quantity: 1 }])).toMatchObject({ status: 404 });
  expect(await update([{ price: eur.id }])).toMatchObject({ param: 'items' });
});

it('wants a card before it charges, unless the payment is to be made later', async () => {
  const { stripe, price } = await subscribed();
  const { id } = await stripe.customers.create({});
  const items = [{ price: price.id }];
  expect(await refusal(stripe.subscriptions.create({ customer: id, items }))).toMatchObject({
    code: 'resource_missing',
  });
  const later = await stripe.subscriptions.create({
    customer: id,
    items,
    payment_behavior: 'default_incomplete',
    expand: ['latest_invoice.confirmation_secret'],
  });
  expect(later).toMatchObject({
    status: 'incomplete',
    latest_invoice: { confirmation_secret: { type: 'payment_intent' } },
  });
});

it('cancels at once, at the end of the period or at an instant, and never comes back', async () => {
  const { double, stripe, customer, price, subscription } = await subscribed();
  const ending = await stripe.subscriptions.update(subscription.id, { cancel_at_period_end: true });
  expect(ending).toMatchObject({ status: 'active', cancel_at_period_end: true });
  const dated = await stripe.subscriptions.create({
    customer: customer.id,
    items: [{ price: price.id }],
    cancel_at: ending.created + 5 * 86_400,
  });
  const now = await stripe.subscriptions.cancel(
    (await stripe.subscriptions.create({ customer: customer.id, items: [{ price: price.id }] })).id,
  );
  expect(now).toMatchObject({ status: 'canceled', ended_at: now.created });
  await double.advance({ days: 5 });
  expect((await stripe.subscriptions.retrieve(dated.id)).status).toBe('canceled');
  await double.advance({ days: 25 });
  expect(await stripe.subscriptions.retrieve(subscription.id)).toMatchObject({
    status: 'canceled',
    ended_at: ending.cancel_at,
  });
  expect((await stripe.invoices.list({ subscription: subscription.id })).data).toHaveLength(1);
  for (const call of [
    stripe.subscriptions.cancel(now.id),
    stripe.subscriptions.pause(now.id),
    stripe.subscriptions.resume(now.id),
  ])
    expect(await refusal(call)).toMatchObject({ status: 404 });
  expect(await refusal(stripe.subscriptions.update(now.id, { cancel_at_period_end: false }))).toMatchObject({
    status: 400,
  });
  expect((await stripe.subscriptions.update(now.id, { metadata: { a: '1' } })).metadata).toEqual({ a: '1' });
  expect((await stripe.subscriptions.list({ customer: customer.id })).data).toEqual([]);
  expect((await stripe.subscriptions.list({ customer: customer.id, status: 'all' })).data).toHaveLength(3);
});

it('gives unused time back when it is cancelled so', async () => {
  const { double, stripe, subscription, customer } = await subscribed();
  await double.advance({ days: 15 });
  await stripe.subscriptions.cancel(subscription.id, { prorate: true });
  const { data } = await stripe.invoiceItems.list({ customer: customer.id, pending: true });
  expect(data).toMatchObject([{ amount: -500, proration: true }]);
});

it('keeps a subscription that changed its mind before the end', async () => {
  const { double, stripe, subscription } = await subscribed({ cancel_at_period_end: true });
  await stripe.subscriptions.update(subscription.id, { cancel_at_period_end: false });
  await double.advance({ days: 32 });
  expect(await stripe.subscriptions.retrieve(subscription.id)).toMatchObject({ status: 'active', cancel_at: null });
});

it('pauses without renewing and resumes with a new period', async () => {
  const { double, stripe, subscription } = await subscribed();
  await double.advance({ days: 10 });
  const paused = await stripe.subscriptions.pause(subscription.id);
  expect(paused).toMatchObject({
    status: 'paused',
    status_details: { paused: { subscription: { type: 'pause_requested' } } },
  });
  await double.advance({ days: 40 });
  expect((await stripe.invoices.list({ subscription: subscription.id })).data).toHaveLength(1);
  const bad = { billing_cycle_anchor: 'now' } as object;
  expect(await refusal(stripe.subscriptions.resume(subscription.id, bad))).toMatchObject({
    param: 'billing_cycle_anchor',
  });
  const resumed = await stripe.subscriptions.resume(subscription.id, {
    billing_cycle_anchor: { type: 'now' },
    expand: ['latest_invoice'],
  });
  expect(resumed).toMatchObject({ status: 'active', latest_invoice: { amount_paid: 1000 } });
  expect(resumed.billing_cycle_anchor).toBe(paused.created + 50 * 86_400);
  expect(await refusal(stripe.subscriptions.resume(subscription.id))).toMatchObject({ status: 400 });
});

it('goes on with the same period when it resumes in it', async () => {
  const { double, stripe, subscription } = await subscribed();
  await stripe.subscriptions.pause(subscription.id);
  await double.advance({ days: 10 });
  const resumed = await stripe.subscriptions.resume(subscription.id, { billing_cycle_anchor: { type: 'unchanged' } });
  expect([resumed.status, resumed.items.data[0]?.current_period_end]).toEqual([
    'active',
    subscription.items.data[0]?.current_period_end,
  ]);
  expect((await stripe.invoices.list()).data).toHaveLength(1);
});

it.each([
  ['void', 'void'],
  ['mark_uncollectible', 'uncollectible'],
  ['keep_as_draft', 'draft'],
] as const)('collects nothing while collection is paused: %s', async (behavior, status) => {
  const { double, stripe, subscription } = await subscribed();
  await stripe.subscriptions.update(subscription.id, { pause_collection: { behavior } });
  await double.advance({ days: 32 });
  const [invoice] = (await stripe.invoices.list({ subscription: subscription.id, limit: 1 })).data;
  expect([invoice?.status, (await stripe.subscriptions.retrieve(subscription.id)).status]).toEqual([status, 'active']);
});

it('changes items one by one', async () => {
  const { stripe, subscription, item } = await subscribed();
  const addOn = await monthly(stripe, 500, 'Add-on');
  const added = await stripe.subscriptionItems.create({
    subscription: subscription.id,
    price: addOn.id,
    quantity: 2,
    proration_behavior: 'always_invoice',
  });
  expect(added).toMatchObject({ quantity: 2, current_period_end: subscription.items.data[0]?.current_period_end });
  expect((await stripe.invoices.list({ limit: 1 })).data[0]).toMatchObject({ amount_paid: 1000 });
  await stripe.subscriptionItems.update(item, { quantity: 4 });
  await stripe.subscriptionItems.del(added.id);
  const { data } = await stripe.subscriptionItems.list({ subscription: subscription.id });
  expect(data).toMatchObject([{ id: item, quantity: 4 }]);
});

it('goes down at the end of the period by a schedule, which can be released before', async () => {
  const { double, stripe, price, subscription } = await subscribed();
  const small = await monthly(stripe, 300, 'Small');
  const plan = async () => {
    const schedule = await stripe.subscriptionSchedules.create({ from_subscription: subscription.id });
    const [phase] = schedule.phases;
    return stripe.subscriptionSchedules.update(schedule.id, {
      end_behavior: 'release',
      phases: [
        { items: [{ price: price.id, quantity: 1 }], start_date: phase?.start_date, end_date: phase?.end_date },
        { items: [{ price: small.id, quantity: 1 }], proration_behavior: 'none', duration: { interval: 'month' } },
      ],
    });
  };
  const released = await plan();
  const direct = stripe.subscriptions.update(subscription.id, { items: [{ price: small.id }] });
  expect(await refusal(direct)).toMatchObject({
    message: expect.stringContaining('managed by the subscription schedule'),
  });
  await stripe.subscriptionSchedules.release(released.id);
  expect((await stripe.subscriptions.retrieve(subscription.id)).schedule).toBeNull();

  const schedule = await plan();
  await double.advance({ days: 29 });
  const priceNow = async () => (await stripe.subscriptions.retrieve(subscription.id)).items.data[0]?.price.id;
  expect(await priceNow()).toBe(price.id);
  await double.advance({ days: 1, hours: 2 });
  expect(await priceNow()).toBe(small.id);
  expect((await stripe.invoices.list({ subscription: subscription.id })).data.map(({ total }) => total)).toEqual([
    300, 1000,
  ]);
  await double.advance({ days: 31 });
  expect(await stripe.subscriptionSchedules.retrieve(schedule.id)).toMatchObject({
    status: 'released',
    released_subscription: subscription.id,
  });
  expect(await refusal(stripe.subscriptionSchedules.cancel(schedule.id))).toMatchObject({ status: 400 });
});

it('begins a subscription at a later instant and ends it with its schedule', async () => {
  const { double, stripe, customer, price } = await subscribed();
  const start_date = double.clock.now() + 10 * 86_400;
  const schedule = await stripe.subscriptionSchedules.create({
    customer: customer.id,
    start_date,
    end_behavior: 'cancel',
    phases: [{ items: [{ price: price.id, quantity: 3 }], duration: { interval: 'month' } }],
  });
  expect(schedule).toMatchObject({ status: 'not_started', subscription: null });
  await double.advance({ days: 10 });
  const running = await stripe.subscriptionSchedules.retrieve(schedule.id, { expand: ['subscription'] });
  expect(running).toMatchObject({ status: 'active', subscription: { status: 'active', start_date } });
  await double.advance({ days: 31 });
  expect(await stripe.subscriptionSchedules.retrieve(schedule.id, { expand: ['subscription'] })).toMatchObject({
    status: 'completed',
    subscription: { status: 'canceled' },
  });
});

it('ends a schedule with its subscription, also with one that was never paid', async () => {
  const { double, stripe, price } = await subscribed();
  const customer = await payer(stripe, 'pm_card_chargeCustomerFail');
  const { id } = await stripe.subscriptions.create({ customer: customer.id, items: [{ price: price.id }] });
  const schedule = await stripe.subscriptionSchedules.create({ from_subscription: id });
  const [phase] = schedule.phases;
  const items = [{ price: price.id, quantity: 5 }];
  const phases = [
    { items: [{ price: price.id }], start_date: phase?.start_date, end_date: phase?.end_date },
    { items },
  ];
  await stripe.subscriptionSchedules.update(schedule.id, { phases });
  await double.advance({ days: 40 });
  expect((await stripe.subscriptions.retrieve(id)).status).toBe('incomplete_expired');
  expect((await stripe.subscriptionSchedules.retrieve(schedule.id)).status).toBe('canceled');
  const twice = { customer: customer.id, phases: [{ items: [...items, ...items] }] };
  expect(await refusal(stripe.subscriptionSchedules.create(twice))).toMatchObject({ param: 'phases[0][items]' });
});

it('takes a payment behaviour also where nothing is charged', async () => {
  const { stripe, subscription, item } = await subscribed();
  const items = [{ id: item, metadata: { seats: 'none' } }];
  const changed = await stripe.subscriptions.update(subscription.id, {
    items,
    payment_behavior: 'error_if_incomplete',
  });
  expect(changed.items.data[0]?.metadata).toEqual({ seats: 'none' });
});

it('refuses a change whose payment would fail, and leaves everything as it was', async () => {
  const { double, stripe, customer, subscription, item } = await subscribed();
  double.card(customer.invoice_settings.default_payment_method as string, 'declines');
  const change = { items: [{ id: item, quantity: 4 }], proration_behavior: 'always_invoice' as const };
  const refused = await refusal(
    stripe.subscriptions.update(subscription.id, { ...change, payment_behavior: 'error_if_incomplete' }),
  );
  expect(refused).toMatchObject({ status: 402, code: 'card_declined' });
  expect(await stripe.subscriptions.retrieve(subscription.id)).toMatchObject({
    status: 'active',
    items: { data: [{ quantity: 1 }] },
  });
  expect((await stripe.invoices.list()).data).toHaveLength(1);
  const made = await stripe.subscriptions.update(subscription.id, change);
  expect(made).toMatchObject({ status: 'past_due', items: { data: [{ quantity: 4 }] } });
});
