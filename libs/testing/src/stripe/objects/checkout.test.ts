import type Stripe from 'stripe';
import { monthly, payer, refusal, stripeWithClient } from '../test-stripe.ts';

const success_url = 'https://app.example/done';

async function open(stripe: Stripe, more: Partial<Stripe.Checkout.SessionCreateParams> = {}) {
  const price = await monthly(stripe, 4900);
  return stripe.checkout.sessions.create({
    mode: 'subscription',
    success_url,
    line_items: [{ price: price.id, quantity: 1 }],
    ...more,
  });
}

it('stays open after a declined card and completes with another', async () => {
  const { double, stripe } = await stripeWithClient();
  const session = await open(stripe);
  const declined = await double.visit(session.url ?? '', { card: 'decline' });
  expect(declined).toMatchObject({ status: 402, body: { error: { code: 'card_declined' } } });
  expect(await stripe.checkout.sessions.retrieve(session.id)).toMatchObject({ status: 'open', subscription: null });
  expect(await double.visit(session.url ?? '', { card: '4242' })).toMatchObject({ status: 303 });
  expect(await double.visit(session.url ?? '', { card: '4242' })).toMatchObject({ status: 400 });
  expect((await stripe.subscriptions.list()).data).toHaveLength(1);
});

it('asks the bank for a card with 3-D Secure, and completes only when its holder passes', async () => {
  const { double, stripe } = await stripeWithClient();
  const session = await open(stripe);
  const { body } = await double.visit(session.url ?? '', { card: '3ds' });
  expect(body.requires_action).toBe(true);
  expect(await double.visit(body.url ?? '', { outcome: 'fail' })).toMatchObject({ status: 402 });
  const again = await double.visit(session.url ?? '', { card: '3ds' });
  expect(await double.visit(again.body.url ?? '', { outcome: 'pass' })).toMatchObject({
    status: 303,
    location: success_url,
  });
  const [subscription] = (await stripe.subscriptions.list()).data;
  await double.advance({ days: 32 });
  expect((await stripe.subscriptions.retrieve(subscription?.id ?? '')).status).toBe('active');
});

it('expires after a day, or when asked, and emits one event', async () => {
  const { double, stripe } = await stripeWithClient();
  const [one, other] = [await open(stripe), await open(stripe)];
  await stripe.checkout.sessions.expire(one.id);
  expect(await refusal(stripe.checkout.sessions.expire(one.id))).toMatchObject({ status: 400 });
  await double.advance({ hours: 24 });
  expect(await stripe.checkout.sessions.retrieve(other.id)).toMatchObject({ status: 'expired', url: null });
  expect((await stripe.events.list({ type: 'checkout.session.expired' })).data).toHaveLength(2);
});

it('finds the sessions of a customer, and keeps whose they are', async () => {
  const { stripe } = await stripeWithClient();
  const customer = await payer(stripe);
  const session = await open(stripe, {
    customer: customer.id,
    client_reference_id: 'org-1',
    metadata: { org: 'org-1' },
  });
  await open(stripe);
  const { data } = await stripe.checkout.sessions.list({ customer: customer.id, status: 'open' });
  expect(data).toMatchObject([{ id: session.id, client_reference_id: 'org-1', metadata: { org: 'org-1' } }]);
});

it('begins a trial, without a card where none is needed', async () => {
  const { double, stripe } = await stripeWithClient();
  const session = await open(stripe, {
    payment_method_collection: 'if_required',
    subscription_data: { trial_period_days: 14 },
  });
  expect(session.amount_total).toBe(0);
  await double.visit(session.url ?? '', {});
  const done = await stripe.checkout.sessions.retrieve(session.id, { expand: ['subscription'] });
  expect(done).toMatchObject({
    payment_status: 'no_payment_required',
    subscription: { status: 'trialing', default_payment_method: null },
  });
  const withCard = await open(stripe, { subscription_data: { trial_period_days: 14 } });
  expect(await double.visit(withCard.url ?? '', {})).toMatchObject({ status: 400 });
});

it('takes promotion codes, counts them and refuses used-up ones', async () => {
  const { double, stripe } = await stripeWithClient();
  const coupon = await stripe.coupons.create({ percent_off: 25, duration: 'forever' });
  await stripe.promotionCodes.create({
    promotion: { type: 'coupon', coupon: coupon.id },
    code: 'SPRING',
    max_redemptions: 1,
  });
  const session = await open(stripe, { allow_promotion_codes: true });
  await double.visit(session.url ?? '', { card: '4242', promotion_code: 'spring' });
  const done = await stripe.checkout.sessions.retrieve(session.id, { expand: ['subscription.discounts', 'invoice'] });
  expect(done).toMatchObject({
    amount_total: 3675,
    total_details: { amount_discount: 1225 },
    invoice: { amount_paid: 3675 },
  });
  const { data } = await stripe.promotionCodes.list({ code: 'SPRING' });
  expect(data[0]).toMatchObject({ active: false, times_redeemed: 1 });
  const second = await open(stripe, { allow_promotion_codes: true });
  expect(await double.visit(second.url ?? '', { card: '4242', promotion_code: 'SPRING' })).toMatchObject({
    status: 400,
  });
});

it('sells one-off prices, alone and beside a subscription', async () => {
  const { double, stripe } = await stripeWithClient();
  const setup = await stripe.prices.create({ currency: 'usd', unit_amount: 500_000, product_data: { name: 'Set-up' } });
  const once = await stripe.checkout.sessions.create({
    mode: 'payment',
    success_url,
    line_items: [{ price: setup.id, quantity: 1 }],
    invoice_creation: { enabled: true },
  });
  await double.visit(once.url ?? '', { card: '4242' });
  const paid = await stripe.checkout.sessions.retrieve(once.id, { expand: ['invoice'] });
  expect(paid).toMatchObject({ payment_status: 'paid', invoice: { amount_paid: 500_000, billing_reason: 'manual' } });
  const plain = await stripe.checkout.sessions.create({
    mode: 'payment',
    success_url,
    line_items: [{ price: setup.id, quantity: 2 }],
  });
  await double.visit(plain.url ?? '', { card: '4242' });
  expect(await stripe.checkout.sessions.retrieve(plain.id, { expand: ['payment_intent'] })).toMatchObject({
    payment_intent: { amount_received: 1_000_000 },
  });

  const month = await monthly(stripe, 50_000);
  const both = await open(stripe, {
    line_items: [
      { price: month.id, quantity: 1 },
      { price: setup.id, quantity: 1 },
    ],
  });
  await double.visit(both.url ?? '', { card: '4242' });
  await double.advance({ days: 32 });
  const { subscription } = await stripe.checkout.sessions.retrieve(both.id);
  const { data } = await stripe.invoices.list({ subscription: subscription as string });
  expect(data.map(({ total }) => total)).toEqual([50_000, 550_000]);
});

it('adds tax when the session asks for it', async () => {
  const { double, stripe } = await stripeWithClient({ taxPercent: 19 });
  const session = await open(stripe, { automatic_tax: { enabled: true } });
  expect(session).toMatchObject({ amount_subtotal: 4900, amount_total: 5831, total_details: { amount_tax: 931 } });
  await double.visit(session.url ?? '', { card: '4242' });
  const [invoice] = (await stripe.invoices.list()).data;
  expect(invoice).toMatchObject({ total_excluding_tax: 4900, amount_paid: 5831, total_taxes: [{ amount: 931 }] });
});

it('refuses what the page cannot sell', async () => {
  const { stripe } = await stripeWithClient();
  const price = await monthly(stripe, 100);
  const eur = await stripe.prices.create({
    currency: 'eur',
    unit_amount: 1,
    recurring: { interval: 'month' },
    product_data: { name: 'x' },
  });
  const line_items = [{ price: price.id, quantity: 1 }];
  const create = (more: object) => refusal(open(stripe, more));
  expect(await create({ line_items: [{ price: price.id, quantity: -1 }] })).toMatchObject({
    param: 'line_items[0][quantity]',
  });
  expect(await create({ line_items: [{ price: price.id, quantity: 0.5 }] })).toMatchObject({
    code: 'parameter_invalid_integer',
  });
  expect(await create({ line_items: [{ price: price.id }] })).toMatchObject({ param: 'line_items[0][quantity]' });
  expect(await create({ line_items: [...line_items, { price: eur.id, quantity: 1 }] })).toMatchObject({
    param: 'line_items',
  });
  expect(await create({ mode: 'payment' })).toMatchObject({ param: 'line_items[0][price]' });
  expect(await create({ customer: 'cus_1', customer_email: 'a@b.c' })).toMatchObject({ param: 'customer_email' });
  expect(await create({ expires_at: 1 })).toMatchObject({ param: 'expires_at' });
  expect(await create({ success_url: undefined })).toMatchObject({ param: 'success_url' });
});

it('lets a customer cancel, stay and change the card in the portal', async () => {
  const { double, stripe } = await stripeWithClient();
  const session = await open(stripe);
  await double.visit(session.url ?? '', { card: '4242' });
  const [subscription] = (await stripe.subscriptions.list()).data;
  const customer = subscription?.customer as string;
  const portal = await stripe.billingPortal.sessions.create({ customer, return_url: 'https://app.example/back' });
  const status = async () => stripe.subscriptions.retrieve(subscription?.id ?? '');
  expect(await double.visit(portal.url, { action: 'cancel' })).toMatchObject({ location: 'https://app.example/back' });
  expect(await status()).toMatchObject({
    status: 'active',
    cancel_at_period_end: true,
    cancel_at: subscription?.items.data[0]?.current_period_end,
  });
  await double.visit(portal.url, { action: 'keep' });
  expect(await status()).toMatchObject({ cancel_at_period_end: false, cancel_at: null, canceled_at: null });
  await double.visit(portal.url, { action: 'card', card: '5555555555554444' });
  const method = await stripe.paymentMethods.retrieve((await status()).default_payment_method as string);
  expect(method.card).toMatchObject({ brand: 'mastercard', last4: '4444' });
  const flow = { type: 'subscription_cancel' as const, subscription_cancel: { subscription: subscription?.id ?? '' } };
  expect(await stripe.billingPortal.sessions.create({ customer, flow_data: flow })).toMatchObject({
    flow: { type: 'subscription_cancel' },
  });
});
