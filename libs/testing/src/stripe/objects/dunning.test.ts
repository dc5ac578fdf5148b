import type Stripe from 'stripe';
import { intentOf, monthly, payer, refusal, stripeWithClient } from '../test-stripe.ts';

async function subscribed(options = {}) {
  const { double, stripe } = await stripeWithClient({ now: new Date('2026-04-01T00:00:00Z'), ...options });
  const customer = await payer(stripe);
  const price = await monthly(stripe, 1000);
  const subscription = await stripe.subscriptions.create({ customer: customer.id, items: [{ price: price.id }] });
  const card = customer.invoice_settings.default_payment_method as string;
  const status = async () => (await stripe.subscriptions.retrieve(subscription.id)).status;
  return { double, stripe, customer, price, subscription, card, status };
}

it('drafts a renewal for an hour, then finalises and collects it', async () => {
  const { double, stripe, subscription } = await subscribed();
  await double.advance({ days: 30 });
  const [draft] = (await stripe.invoices.list({ subscription: subscription.id, limit: 1 })).data;
  expect(draft).toMatchObject({ status: 'draft', billing_reason: 'subscription_cycle', number: null });
  await double.advance({ hours: 1 });
  const paid = await stripe.invoices.retrieve(draft?.id ?? '');
  expect(paid).toMatchObject({
    status: 'paid',
    amount_paid: 1000,
    hosted_invoice_url: expect.stringContaining('/invoices/'),
  });
  expect(await (await fetch(paid.invoice_pdf ?? '')).text()).toContain('%PDF');
});

it.each([
  ['cancel', 'canceled'],
  ['unpaid', 'unpaid'],
  ['past_due', 'past_due'],
] as const)(
  'retries a failed renewal after 3, 5 and 7 days and then does as set: %s',
  async (whenUncollected, final) => {
    const { double, stripe, subscription, card, status } = await subscribed({ whenUncollected });
    double.card(card, 'declines');
    await double.advance({ days: 30, hours: 1 });
    expect(await status()).toBe('past_due');
    const attempts = async () =>
      (await stripe.invoices.list({ subscription: subscription.id, limit: 1 })).data[0]?.attempt_count;
    const counts = [await attempts()];
    for (const days of [3, 5, 6]) {
      await double.advance({ days });
      counts.push(await attempts());
    }
    expect([counts, await status()]).toEqual([[1, 2, 3, 3], 'past_due']);
    await double.advance({ days: 1 });
    expect([await attempts(), await status()]).toEqual([4, final]);
    const { data } = await stripe.events.list({ type: 'invoice.payment_failed', limit: 100 });
    expect(data).toHaveLength(4);
  },
);

it('is active again when a mended card is retried, and when an unpaid invoice is paid by hand', async () => {
  const { double, stripe, card, status, subscription } = await subscribed({ whenUncollected: 'unpaid' });
  double.card(card, 'declines');
  await double.advance({ days: 31 });
  double.card(card, 'pays');
  await double.advance({ days: 3 });
  expect(await status()).toBe('active');
  double.card(card, 'declines');
  await double.advance({ days: 50 });
  expect(await status()).toBe('unpaid');
  double.card(card, 'pays');
  const [open] = (await stripe.invoices.list({ subscription: subscription.id, status: 'open' })).data;
  await stripe.invoices.pay(open?.id ?? '');
  expect(await status()).toBe('active');
});

it('answers 402 for a payment that is declined, and marks an invoice paid outside of Stripe', async () => {
  const { double, stripe, card, status, subscription } = await subscribed();
  double.card(card, 'declines');
  await double.advance({ days: 31 });
  const [open] = (await stripe.invoices.list({ subscription: subscription.id, status: 'open' })).data;
  expect(await refusal(stripe.invoices.pay(open?.id ?? ''))).toMatchObject({
    status: 402,
    type: 'StripeCardError',
    code: 'card_declined',
  });
  const paid = await stripe.invoices.pay(open?.id ?? '', { paid_out_of_band: true });
  expect(paid).toMatchObject({ status: 'paid', amount_paid_off_stripe: 1000 });
  expect(await status()).toBe('active');
  expect(await refusal(stripe.invoices.pay(open?.id ?? ''))).toMatchObject({ code: 'invoice_already_paid' });
  expect(await refusal(stripe.invoices.voidInvoice(open?.id ?? ''))).toMatchObject({ status: 400 });
});

it('stays incomplete when the first payment fails and expires after 23 hours', async () => {
  const { double, stripe, price } = await subscribed();
  const customer = await payer(stripe, 'pm_card_chargeCustomerFail');
  const items = [{ price: price.id }];
  expect(
    await refusal(
      stripe.subscriptions.create({ customer: customer.id, items, payment_behavior: 'error_if_incomplete' }),
    ),
  ).toMatchObject({ status: 402 });
  const subscription = await stripe.subscriptions.create({ customer: customer.id, items });
  expect(subscription.status).toBe('incomplete');
  await double.advance({ hours: 22, minutes: 59 });
  expect((await stripe.subscriptions.retrieve(subscription.id)).status).toBe('incomplete');
  await double.advance({ minutes: 1 });
  const expired = await stripe.subscriptions.retrieve(subscription.id, { expand: ['latest_invoice'] });
  expect(expired).toMatchObject({ status: 'incomplete_expired', latest_invoice: { status: 'void' } });
  expect(await refusal(stripe.subscriptions.update(expired.id, { items }))).toMatchObject({ status: 400 });
});

it('waits for its customer at the bank, who may fail and try again', async () => {
  const { double, stripe, price } = await subscribed();
  const customer = await payer(stripe, 'pm_card_authenticationRequired');
  const subscription = await stripe.subscriptions.create({
    customer: customer.id,
    items: [{ price: price.id }],
    expand: ['latest_invoice.confirmation_secret'],
  });
  const invoice = subscription.latest_invoice as Stripe.Invoice;
  const intent = await intentOf(stripe, invoice);
  expect([subscription.status, intent.status, invoice.confirmation_secret?.client_secret]).toEqual([
    'incomplete',
    'requires_action',
    intent.client_secret,
  ]);
  const bank = intent.next_action?.redirect_to_url?.url ?? '';
  expect(await double.visit(bank, { outcome: 'fail' })).toMatchObject({ status: 402 });
  await stripe.paymentIntents.confirm(intent.id, {
    payment_method: customer.invoice_settings.default_payment_method as string,
  });
  expect(await double.visit(bank, { outcome: 'pass' })).toMatchObject({ status: 200 });
  expect((await stripe.subscriptions.retrieve(subscription.id)).status).toBe('active');
});

it.each([
  ['create_invoice', 'past_due'],
  ['pause', 'paused'],
  ['cancel', 'canceled'],
] as const)('ends a trial without a card as set: %s', async (missing_payment_method, status) => {
  const { double, stripe, price } = await subscribed();
  const customer = await stripe.customers.create({});
  const subscription = await stripe.subscriptions.create({
    customer: customer.id,
    items: [{ price: price.id }],
    trial_period_days: 14,
    trial_settings: { end_behavior: { missing_payment_method } },
    expand: ['latest_invoice'],
  });
  expect(subscription).toMatchObject({ status: 'trialing', latest_invoice: { status: 'paid', total: 0 } });
  await double.advance({ days: 11 });
  expect((await stripe.events.list({ type: 'customer.subscription.trial_will_end' })).data).toHaveLength(1);
  await double.advance({ days: 3, hours: 1 });
  expect((await stripe.subscriptions.retrieve(subscription.id)).status).toBe(status);
});

it('charges at the end of a trial with a card, from the trial’s end on, and at once when the trial is ended', async () => {
  const { double, stripe, price, customer } = await subscribed();
  const create = () =>
    stripe.subscriptions.create({ customer: customer.id, items: [{ price: price.id }], trial_period_days: 7 });
  const [waits, ends] = [await create(), await create()];
  const ended = await stripe.subscriptions.update(ends.id, { trial_end: 'now', expand: ['latest_invoice'] });
  expect(ended).toMatchObject({ status: 'active', latest_invoice: { amount_paid: 1000 } });
  await double.advance({ days: 7, hours: 1 });
  const charged = await stripe.subscriptions.retrieve(waits.id, { expand: ['latest_invoice'] });
  expect(charged).toMatchObject({
    status: 'active',
    billing_cycle_anchor: waits.trial_end,
    latest_invoice: { amount_paid: 1000, status: 'paid' },
  });
});

it('is past due when an invoice that was sent is not paid by its date', async () => {
  const { double, stripe, price } = await subscribed();
  const { id } = await stripe.customers.create({});
  const subscription = await stripe.subscriptions.create({
    customer: id,
    items: [{ price: price.id }],
    collection_method: 'send_invoice',
    days_until_due: 14,
  });
  expect(subscription.status).toBe('active');
  await double.advance({ days: 14 });
  expect((await stripe.subscriptions.retrieve(subscription.id)).status).toBe('past_due');
  await stripe.invoices.pay(subscription.latest_invoice as string, { paid_out_of_band: true });
  expect((await stripe.subscriptions.retrieve(subscription.id)).status).toBe('active');
});

it('finalises an invoice after three days when invoice.created was never answered', async () => {
  const { double, stripe, subscription } = await subscribed();
  double.webhooks.to({ url: 'http://127.0.0.1:1/', secret: 'whsec_x', events: ['invoice.created'] });
  await double.advance({ days: 30, hours: 71 });
  const latest = async () => (await stripe.invoices.list({ subscription: subscription.id, limit: 1 })).data[0];
  expect(await latest()).toMatchObject({ status: 'draft' });
  await double.advance({ hours: 1 });
  expect(await latest()).toMatchObject({ status: 'paid' });
});
