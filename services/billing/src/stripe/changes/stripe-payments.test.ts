import { listInvoices } from '@tidegate/contracts/billing/invoices';
import { previewChange } from '@tidegate/contracts/billing/preview';
import {
  cancelSubscription,
  changeSubscription,
  resumeSubscription,
  setSubscription,
} from '@tidegate/contracts/billing/subscriptions';
import type { ProblemError } from '@tidegate/contracts/kernel/problem';
import { openStripeWorld, type StripeWorld } from '../../../test/stripe-world.ts';

let world: StripeWorld;
beforeEach(async () => {
  // The clock stands still, so that half a month is half a month.
  world = await openStripeWorld({ now: new Date() });
});

const monthly = { planVersion: 1, interval: 'month' as const, addons: [] };
async function subscribed(order: Parameters<StripeWorld['buy']>[1] = {}) {
  const org = await world.organisation();
  await world.buy(org, order);
  await world.settle();
  const [row] = await world.subscriptions(org);
  const ref = row?.id as string;
  return { org, paid: { orgId: org, product: 'main', ref, plan: order?.plan ?? 'pro', planVersion: 1 } };
}
const totals = async (org: string) =>
  (await world.call(listInvoices, {}, org)).items.map(({ totalMinor }) => totalMinor);
const stateOf = async (org: string) => (await world.subscriptions(org))[0]?.state;

test('an upgrade is in force and its difference charged before it is answered; repeated it charges nothing', async () => {
  const { org, paid } = await subscribed();
  await world.stripe.advance({ days: 15 });
  const to = { plan: 'business', ...monthly, at: 'now' as const };
  await world.payments.change(paid, to);
  expect(await world.plan(org)).toMatchObject({ plan: 'business', status: 'active' });
  const charged = await totals(org);
  expect(charged).toHaveLength(2);
  expect(charged[0]).toBeGreaterThan(3_000);
  expect(charged[0]).toBeLessThan(4_000);
  await world.payments.change(paid, to);
  expect(await totals(org)).toEqual(charged);
});

test('a card that is declined leaves the plan as it is', async () => {
  const { org, paid } = await subscribed();
  const customer = await world.customerOf(org);
  const [method] = (await world.dashboard.customers.listPaymentMethods(customer)).data;
  world.stripe.card(method?.id as string, 'declines');
  const upgrade = world.payments.change(paid, { plan: 'business', ...monthly, at: 'now' });
  await expect(upgrade).rejects.toMatchObject({ code: 'payment_refused', status: 402 });
  await world.settle();
  expect(await world.plan(org)).toMatchObject({ plan: 'pro' });
});

test('a card that is declined leaves a downgrade that was ordered as it is', async () => {
  const { org, paid } = await subscribed({ plan: 'business' });
  await world.payments.change(paid, { plan: 'pro', ...monthly, at: 'period_end' });
  const { next } = (await stateOf(org)) ?? {};
  const [method] = (await world.dashboard.customers.listPaymentMethods(await world.customerOf(org))).data;
  world.stripe.card(method?.id as string, 'declines');
  const addons = [{ addon: 'more_bots', version: 1, quantity: 1 }];
  const more = world.payments.change(paid, { plan: 'business', ...monthly, addons, at: 'now' });
  await expect(more).rejects.toMatchObject({ code: 'payment_refused' });
  await world.settle();
  expect((await stateOf(org))?.next).toEqual(next);
  expect(next).toMatchObject({ items: [{ quantity: 1 }] });
});

/** Whose card the bank wants to hear its holder for, from now on. */
async function guarded(order: Parameters<StripeWorld['buy']>[1] = {}) {
  const made = await subscribed(order);
  const [method] = (await world.dashboard.customers.listPaymentMethods(await world.customerOf(made.org))).data;
  return { ...made, guard: () => world.stripe.card(method?.id as string, 'authenticates') };
}
/** What a customer is told who has to confirm a payment. */
async function pageFor(org: string, asked: object): Promise<{ url: string; expiresAt: string }> {
  const refused = await world.call(changeSubscription, { product: 'main', ...asked }, org).then(
    () => undefined,
    (error: unknown) => error as ProblemError,
  );
  expect(refused).toMatchObject({ code: 'payment_needs_holder', status: 402, data: { url: expect.any(String) } });
  return refused?.data as { url: string; expiresAt: string };
}

test('where the bank asks for the holder of the card a change is in force when they have confirmed it, for what the preview said', async () => {
  const { org, guard } = await guarded();
  await world.stripe.advance({ days: 15 });
  guard();
  const { dueNow } = await world.call(previewChange, { product: 'main', plan: 'business' }, org);
  const page = await pageFor(org, { plan: 'business' });
  expect(Date.parse(page.expiresAt)).toBeGreaterThan(world.stripe.clock.now() * 1_000);
  await world.settle();
  expect(await world.plan(org)).toMatchObject({ plan: 'pro', status: 'active', access: 'full' });
  // Asked for again it is the same page.
  expect((await pageFor(org, { plan: 'business' })).url).toBe(page.url);
  expect((await world.stripe.visit(page.url, { outcome: 'pass' })).status).toBe(200);
  await world.settle();
  expect(await world.plan(org)).toMatchObject({ plan: 'business', status: 'active' });
  expect(await totals(org)).toEqual([dueNow?.totalMinor, 2900]);
});

test('what nobody confirms is given up: the plan stays, nothing is owed, and another choice has a page of its own', async () => {
  const { org, guard } = await guarded();
  guard();
  const page = await pageFor(org, { plan: 'business' });
  const other = await pageFor(org, { plan: 'pro', addons: [{ addon: 'more_bots', quantity: 2 }] });
  expect(other.url).not.toBe(page.url);
  await world.stripe.advance({ days: 1 });
  await world.settle();
  expect(await world.plan(org)).toMatchObject({ plan: 'pro', status: 'active', access: 'full' });
  expect(await stateOf(org)).toMatchObject({ items: [{ quantity: 1 }] });
  const { items } = await world.call(listInvoices, {}, org);
  expect(items.map(({ status }) => status)).toEqual(['void', 'void', 'paid']);
});

test('a downgrade that was ordered stays ordered when nobody confirms, and gives way when somebody does', async () => {
  const { org, paid, guard } = await guarded({ plan: 'business' });
  await world.payments.change(paid, { plan: 'pro', ...monthly, at: 'period_end' });
  const { next } = (await stateOf(org)) ?? {};
  guard();
  const more = { plan: 'business', addons: [{ addon: 'more_bots', quantity: 1 }], at: 'now' };
  await pageFor(org, more);
  await world.restoreOrders();
  expect((await stateOf(org))?.next).toBe(null);
  await world.stripe.advance({ days: 1 });
  await world.settle();
  await world.restoreOrders();
  expect(await stateOf(org)).toMatchObject({ next, items: [{ quantity: 1 }] });
  const { url } = await pageFor(org, more);
  await world.stripe.visit(url, { outcome: 'pass' });
  await world.settle();
  await world.restoreOrders();
  expect(await stateOf(org)).toMatchObject({ next: null, items: [{ quantity: 1 }, { quantity: 1 }] });
});

test('an operator, who is not the holder of the card, is refused', async () => {
  const { org, guard } = await guarded();
  guard();
  const order = { organisationId: org, product: 'main', plan: 'business', reason: 'x' };
  await expect(world.call(setSubscription, order)).rejects.toMatchObject({ code: 'payment_refused' });
  await world.settle();
  expect(await world.plan(org)).toMatchObject({ plan: 'pro' });
});

test.each(['before_effect', 'after_effect'] as const)(
  'of a change whose answer never comes (%s) no order is lost',
  async (when) => {
    const { org, paid } = await subscribed({ plan: 'business' });
    await world.payments.change(paid, { plan: 'pro', ...monthly, at: 'period_end' });
    const { next } = (await stateOf(org)) ?? {};
    expect(next).not.toBe(null);
    world.api.patienceMs = 1;
    // The library asks again by itself when a connection was closed, and would be told what its first attempt was.
    for (const at of [when, 'before_effect'] as const)
      world.stripe.faults.next({ kind: 'drop', when: at }, { on: 'POST /v1/subscriptions/{id}' });
    const addons = [{ addon: 'more_bots', version: 1, quantity: 1 }];
    const more = world.payments.change(paid, { plan: 'business', ...monthly, addons, at: 'now' });
    await expect(more).rejects.toMatchObject({ code: 'unavailable' });
    world.api.patienceMs = 10_000;
    world.stripe.faults.clear();
    await world.settle();
    expect((await stateOf(org))?.next).toBe(null);
    await world.restoreOrders();
    await world.restoreOrders();
    // Had it been made, the order would have given way to it.
    expect((await stateOf(org))?.next).toEqual(when === 'before_effect' ? next : null);
    await world.stripe.advance({ days: 32 });
    await world.settle();
    expect(await world.plan(org)).toMatchObject({ plan: when === 'before_effect' ? 'pro' : 'business' });
  },
);

test('whoever asks again after an answer that never came changes what was ordered, as if it had never been lost', async () => {
  const { org, paid } = await subscribed({ plan: 'business' });
  await world.payments.change(paid, { plan: 'pro', ...monthly, at: 'period_end' });
  const { next } = (await stateOf(org)) ?? {};
  world.api.patienceMs = 1;
  world.stripe.faults.next({ kind: 'drop', when: 'before_effect' }, { times: 2, on: 'POST /v1/subscriptions/{id}' });
  const addons = [{ addon: 'more_bots', version: 1, quantity: 1 }];
  const more = () => world.payments.change(paid, { plan: 'business', ...monthly, addons, at: 'now' });
  await expect(more()).rejects.toMatchObject({ code: 'unavailable' });
  world.api.patienceMs = 10_000;
  const [method] = (await world.dashboard.customers.listPaymentMethods(await world.customerOf(org))).data;
  world.stripe.card(method?.id as string, 'declines');
  await expect(more()).rejects.toMatchObject({ code: 'payment_refused' });
  await world.settle();
  expect((await stateOf(org))?.next).toEqual(next);
});

test('a trial is of its plan: a larger one is paid for at once, and without a card not had', async () => {
  const org = await world.organisation();
  await world.buy(org, { plan: 'tried' }, '');
  await world.settle();
  const [row] = await world.subscriptions(org);
  const paid = { orgId: org, product: 'main', ref: row?.id as string, plan: 'tried', planVersion: 1 };
  const larger = world.payments.change(paid, { plan: 'business', ...monthly, at: 'now' });
  await expect(larger).rejects.toMatchObject({ code: 'payment_refused' });
  await world.settle();
  expect(await world.plan(org)).toMatchObject({ plan: 'tried', status: 'trialing' });
});

test('a downgrade comes at the end of the period, costs nothing until then, and can be taken back', async () => {
  const { org, paid } = await subscribed({ plan: 'business' });
  const to = { plan: 'pro', ...monthly, at: 'period_end' as const };
  await world.payments.change(paid, to);
  await world.payments.change(paid, to);
  expect(await world.plan(org)).toMatchObject({ plan: 'business' });
  const { data } = await world.dashboard.prices.list({ lookup_keys: ['main.pro.v1.usd.month'] });
  expect((await stateOf(org))?.next?.items).toMatchObject([{ priceId: data[0]?.id }]);
  expect(await totals(org)).toEqual([9900]);
  await world.payments.resume(paid, { byHolder: true });
  expect((await stateOf(org))?.next).toBe(null);
  await world.payments.change(paid, to);
  await world.stripe.advance({ days: 32 });
  await world.settle();
  expect(await world.plan(org)).toMatchObject({ plan: 'pro' });
  expect(await totals(org)).toEqual([2900, 9900]);
});

test('add-ons come, change their number and go, each charged by what differs', async () => {
  const { org, paid } = await subscribed();
  const withBots = (quantity: number) => ({
    plan: 'pro',
    ...monthly,
    addons: quantity > 0 ? [{ addon: 'more_bots', version: 1, quantity }] : [],
    at: 'now' as const,
  });
  const quantities = async () => (await stateOf(org))?.items.map(({ quantity }) => quantity);
  await world.payments.change(paid, withBots(2));
  expect(await quantities()).toEqual([1, 2]);
  await world.payments.change(paid, withBots(3));
  expect(await quantities()).toEqual([1, 3]);
  await world.payments.change(paid, withBots(0));
  expect(await quantities()).toEqual([1]);
  expect(await totals(org)).toContain(1000);
});

test('a cancellation at the end of the period keeps the plan until then; it can be taken back', async () => {
  const { org, paid } = await subscribed();
  await world.payments.cancel(paid, 'period_end');
  expect(await world.plan(org)).toMatchObject({ plan: 'pro', status: 'active' });
  expect((await stateOf(org))?.cancelAt).not.toBe(null);
  await world.payments.resume(paid, { byHolder: true });
  expect((await stateOf(org))?.cancelAt).toBe(null);
  await world.payments.cancel(paid, 'period_end');
  await world.stripe.advance({ days: 32 });
  await world.settle();
  expect(await world.plan(org)).toMatchObject({ plan: 'free' });
});

test('a cancellation now, and a pause until it is resumed', async () => {
  const { org, paid } = await subscribed();
  await world.payments.pause(paid);
  expect(await world.plan(org)).toMatchObject({ plan: 'pro', access: 'read_only' });
  await world.payments.resume(paid, { byHolder: true });
  expect(await world.plan(org)).toMatchObject({ plan: 'pro', access: 'full' });
  await world.payments.cancel(paid, 'now');
  expect(await world.plan(org)).toMatchObject({ plan: 'free' });
});

test('a renewal that cannot be collected is past due, and paid it is active again', async () => {
  const { org } = await subscribed();
  const customer = await world.customerOf(org);
  const [method] = (await world.dashboard.customers.listPaymentMethods(customer)).data;
  world.stripe.card(method?.id as string, 'declines');
  await world.stripe.advance({ days: 32 });
  await world.settle();
  expect(await stateOf(org)).toMatchObject({ status: 'past_due' });
  expect((await world.facts(org)).map(({ kind }) => kind)).toContain('payment_failed');
  world.stripe.card(method?.id as string, 'pays');
  const [open] = (await world.dashboard.invoices.list({ customer, status: 'open' })).data;
  await world.dashboard.invoices.pay(open?.id as string);
  await world.settle();
  expect(await world.plan(org)).toMatchObject({ plan: 'pro', status: 'active' });
});

test('a cancellation whose answer is lost is no refusal', async () => {
  const { org, paid } = await subscribed();
  world.stripe.faults.next({ kind: 'drop', when: 'after_effect' }, { on: 'DELETE /v1/subscriptions/{id}' });
  await world.payments.cancel(paid, 'now');
  expect(await world.plan(org)).toMatchObject({ plan: 'free' });
});

test('two products on one subscription are changed and cancelled apart', async () => {
  const { org, paid } = await subscribed();
  const { data } = await world.dashboard.prices.list({ lookup_keys: ['extra.plus.v1.usd.month'] });
  await world.dashboard.subscriptionItems.create({ subscription: paid.ref, price: data[0]?.id as string });
  await world.settle();
  await world.payments.change(paid, { plan: 'business', ...monthly, at: 'now' });
  expect((await stateOf(org))?.items.map(({ lookupKey }) => lookupKey).sort()).toEqual([
    'extra.plus.v1.usd.month',
    'main.business.v1.usd.month',
  ]);
  await world.payments.cancel(paid, 'now');
  expect((await stateOf(org))?.items.map(({ lookupKey }) => lookupKey)).toEqual(['extra.plus.v1.usd.month']);
});

test('a customer upgrades, is refused for a declined card, cancels and comes back, by the operations of the API', async () => {
  const { org } = await subscribed();
  const upgraded = await world.call(changeSubscription, { product: 'main', plan: 'business' }, org);
  expect(upgraded.subscriptions).toMatchObject([
    { product: 'main', plan: 'business', status: 'active', provider: 'stripe' },
  ]);
  const customer = await world.customerOf(org);
  const [method] = (await world.dashboard.customers.listPaymentMethods(customer)).data;
  world.stripe.card(method?.id as string, 'declines');
  await expect(
    world.call(
      changeSubscription,
      { product: 'main', plan: 'business', addons: [{ addon: 'more_bots', quantity: 1 }] },
      org,
    ),
  ).rejects.toMatchObject({ code: 'payment_refused' });
  const cancelled = await world.call(cancelSubscription, { product: 'main' }, org);
  expect(cancelled.subscriptions[0]?.cancelAt).not.toBe(null);
  const resumed = await world.call(resumeSubscription, { product: 'main' }, org);
  expect(resumed.subscriptions[0]?.cancelAt).toBe(null);
});

test('while Stripe does not answer a change is refused with when to come back, and nothing has changed', async () => {
  const { org } = await subscribed();
  world.api.patienceMs = 100;
  await world.stripe.down();
  await expect(world.call(changeSubscription, { product: 'main', plan: 'business' }, org)).rejects.toMatchObject({
    code: 'unavailable',
    data: { retryAfterSeconds: expect.any(Number) },
  });
  await world.stripe.up();
  expect(await world.plan(org)).toMatchObject({ plan: 'pro' });
});
