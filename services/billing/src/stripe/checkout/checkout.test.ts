import { createPortal, finishCheckout } from '@tidegate/contracts/billing/checkout';
import { listInvoices } from '@tidegate/contracts/billing/invoices';
import { changeSubscription } from '@tidegate/contracts/billing/subscriptions';
import { stripeParts } from '../../../test/stripe-fixture.ts';
import { openStripeWorld, type StripeWorld } from '../../../test/stripe-world.ts';

let world: StripeWorld;
beforeEach(async () => {
  world = await openStripeWorld();
});

test('who comes back from the page has the plan, before any webhook', async () => {
  world.stripe.webhooks.hold();
  const org = await world.organisation();
  expect(await world.buy(org)).toEqual({ status: 'complete', paid: true });
  expect(await world.plan(org)).toMatchObject({ plan: 'pro', status: 'active', access: 'full' });
  await world.stripe.webhooks.release();
  await world.settle();
  expect(await world.plan(org)).toMatchObject({ plan: 'pro' });
  expect((await world.call(listInvoices, {}, org)).items).toMatchObject([
    { provider: 'stripe', status: 'paid', currency: 'USD', totalMinor: 2900, dueMinor: 0, pdfUrl: expect.any(String) },
  ]);
});

test('who does not come back has the plan as well: the webhook brings it', async () => {
  const org = await world.organisation();
  const { url } = await world.checkout(org);
  await world.stripe.visit(url, { card: '4242' });
  await world.settle();
  expect(await world.plan(org)).toMatchObject({ plan: 'pro' });
});

test('a card that is declined buys nothing', async () => {
  const org = await world.organisation();
  await expect(world.buy(org, {}, '4000000000000002')).rejects.toThrow('402');
  await world.settle();
  expect(await world.plan(org)).toMatchObject({ plan: 'free' });
});

test('the same choice is one page, from two clicks at once and from two tabs; another choice closes it', async () => {
  const org = await world.organisation();
  const clicks = await Promise.all([world.checkout(org), world.checkout(org)]);
  const later = await world.checkout(org);
  expect(new Set([...clicks, later].map(({ url }) => url)).size).toBe(1);
  expect((await world.dashboard.customers.list()).data).toHaveLength(1);
  const other = await world.checkout(org, { plan: 'business' });
  expect(other.url).not.toBe(later.url);
  const sessions = (await world.dashboard.checkout.sessions.list()).data;
  expect(sessions.filter(({ status }) => status === 'open').map(({ id }) => id)).toEqual([other.sessionId]);
});

test('of different choices at the same moment one page stays open', async () => {
  const org = await world.organisation();
  await world.customers.of(org, world.api.settings as never);
  const choices = [{ plan: 'pro' }, { plan: 'business' }, { plan: 'pro', interval: 'year' as const }];
  const answers = await Promise.allSettled(choices.map((choice) => world.checkout(org, choice)));
  const given = answers.flatMap((one) => (one.status === 'fulfilled' ? one.value.sessionId : []));
  const sessions = (await world.dashboard.checkout.sessions.list()).data;
  const open = sessions.filter(({ status }) => status === 'open').map(({ id }) => id);
  expect(open).toHaveLength(1);
  expect(given).toContain(open[0]);
});

test('what has ended is bought again on a page of its own, however long ago it was bought', async () => {
  const org = await world.organisation();
  await world.buy(org);
  const customer = await world.customerOf(org);
  const [first] = (await world.dashboard.subscriptions.list({ customer })).data;
  await world.dashboard.subscriptions.cancel(first?.id as string);
  await world.settle();
  await world.tenants.run(org, (tx) =>
    tx.query("update stripe_calls set started_at = started_at - interval '45 days' where org_id = $1", [org]),
  );
  await world.buy(org);
  expect(await world.plan(org)).toMatchObject({ plan: 'pro', status: 'active' });
});

test('what is paid for is not sold again', async () => {
  const org = await world.organisation();
  await world.buy(org);
  await expect(world.checkout(org, { plan: 'business' })).rejects.toMatchObject({ code: 'already_subscribed' });
  expect(await world.checkout(org, { product: 'extra', plan: 'plus' })).toMatchObject({ url: expect.any(String) });
});

test.each([{}, { plan: 'business' }])(
  'what was paid a moment ago is not sold again, though no webhook has come: %j',
  async (order) => {
    world.stripe.webhooks.hold();
    const org = await world.organisation();
    const { url } = await world.checkout(org);
    await world.stripe.visit(url, { card: '4242' });
    await expect(world.checkout(org, order)).rejects.toMatchObject({ code: 'already_subscribed' });
    expect(await world.plan(org)).toMatchObject({ plan: 'pro' });
  },
);

test('add-ons and what is paid once are on the first invoice, each with its price', async () => {
  const org = await world.organisation();
  await world.buy(org, { addons: [{ addon: 'more_bots', quantity: 2 }] });
  await world.buy(org, { product: 'extra', plan: 'basic' });
  await world.settle();
  const { items } = await world.call(listInvoices, {}, org);
  expect(items.map(({ totalMinor }) => totalMinor).sort()).toEqual([3900, 6000]);
});

test('a trial needs no card where the plan says so, and is given once', async () => {
  const org = await world.organisation();
  expect(await world.buy(org, { plan: 'tried' }, '')).toEqual({ status: 'complete', paid: true });
  expect(await world.plan(org)).toMatchObject({ plan: 'tried', status: 'trialing' });
  const [subscription] = await world.subscriptions(org);
  await world.dashboard.subscriptions.cancel(subscription?.id as string);
  await world.settle();
  const { sessionId } = await world.checkout(org, { plan: 'tried' });
  const session = await world.dashboard.checkout.sessions.retrieve(sessionId);
  expect(session.amount_total).toBe(1900);
});

test('whoever comes back from the payment comes to the page of the organisation that bought', async () => {
  const org = await world.organisation();
  const { sessionId } = await world.checkout(org);
  const { success_url, cancel_url } = await world.dashboard.checkout.sessions.retrieve(sessionId);
  expect(success_url).toBe(`http://localhost:3000/o/${org}/billing?checkout={CHECKOUT_SESSION_ID}`);
  expect(cancel_url).toBe(`http://localhost:3000/o/${org}/billing?checkout=cancelled`);
});

test('whoever has tried a product without buying it is charged at once when they buy it', async () => {
  const org = await world.organisation();
  await world.call(changeSubscription, { product: 'main', plan: 'tried', trial: true }, org);
  const { sessionId } = await world.checkout(org, { plan: 'tried' });
  expect((await world.dashboard.checkout.sessions.retrieve(sessionId)).amount_total).toBe(1900);
});

test.each([
  [{ plan: 'free' }, 'not_for_sale'],
  [{ plan: 'given' }, 'not_for_sale'],
  [{ plan: 'none' }, 'unknown_plan'],
  [{ product: 'none' }, 'unknown_plan'],
  [{ plan: 'business', currency: 'EUR' }, 'not_for_sale'],
  [{ plan: 'tried', interval: 'year' as const }, 'not_for_sale'],
  [
    {
      addons: [
        { addon: 'more_bots', quantity: 3 },
        { addon: 'more_bots', quantity: 3 },
      ],
    },
    'not_for_sale',
  ],
  [{ addons: [{ addon: 'none' }] }, 'not_for_sale'],
  [{ promotionCode: 'NOTHING' }, 'promotion_code_invalid'],
])('%j is refused: %s', async (order, code) => {
  await expect(world.checkout(await world.organisation(), order)).rejects.toMatchObject({ code });
  expect((await world.dashboard.checkout.sessions.list()).data).toEqual([]);
});

test('a promotion code takes its part of the price', async () => {
  const coupon = await world.dashboard.coupons.create({ percent_off: 20, duration: 'once' });
  await world.dashboard.promotionCodes.create({ promotion: { type: 'coupon', coupon: coupon.id }, code: 'BYHAND20' });
  const org = await world.organisation();
  await world.buy(org, { promotionCode: 'BYHAND20' });
  expect((await world.call(listInvoices, {}, org)).items).toMatchObject([
    { subtotalMinor: 2900, discountMinor: 580, totalMinor: 2320 },
  ]);
});

test('once something is paid, everything is paid in its currency', async () => {
  const org = await world.organisation();
  await world.buy(org, { currency: 'EUR' });
  await world.settle();
  await expect(world.checkout(org, { product: 'extra', plan: 'plus', currency: 'USD' })).rejects.toMatchObject({
    code: 'other_currency',
  });
});

test('a session of somebody else is not found', async () => {
  const [mine, theirs] = [await world.organisation(), await world.organisation()];
  await world.buy(mine);
  const { sessionId } = await world.checkout(theirs);
  await expect(world.ask(finishCheckout, { sessionId }, mine)).rejects.toMatchObject({ code: 'not_found' });
  await expect(world.ask(finishCheckout, { sessionId: 'cs_test_none' }, mine)).rejects.toMatchObject({
    code: 'not_found',
  });
});

test('the portal is of the organisation’s own customer', async () => {
  const org = await world.organisation();
  const { url } = await world.ask(createPortal, {}, org);
  expect(url).toContain(world.stripe.origin);
  expect(await world.ask(createPortal, { page: 'payment_method' }, org)).toMatchObject({ url: expect.any(String) });
  expect((await world.dashboard.customers.list()).data).toHaveLength(1);
});

test('without Stripe it is said that nothing can be paid, and nothing else changes', async () => {
  const without = await stripeParts(world, { secretKey: undefined });
  const org = await world.organisation();
  const answer = { code: 'payments_not_configured', status: 409 };
  await expect(without.ask(createPortal, {}, org)).rejects.toMatchObject(answer);
  await expect(without.ask(finishCheckout, { sessionId: 'cs_test_1' }, org)).rejects.toMatchObject(answer);
  expect(await without.copy()).toBe(undefined);
  expect(await without.find()).toBe(undefined);
  expect(await world.plan(org)).toMatchObject({ plan: 'free' });
});
