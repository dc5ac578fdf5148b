import { listInvoices } from '@tidegate/contracts/billing/invoices';
import { listStripeEvents, replayStripeEvent } from '@tidegate/contracts/billing/webhook';
import { until as eventually } from '@tidegate/testing/until';
import { openStripeWorld, type StripeWorld } from '../../../test/stripe-world.ts';
import { lockAccount } from '../../invoices/invoice.rows.ts';
import { lockBilling } from '../../kernel/subscription.rows.ts';

let world: StripeWorld;
const open = async (options?: Parameters<typeof openStripeWorld>[0]) => {
  world = await openStripeWorld(options);
  return world;
};

/** A customer with a card, as checkout leaves one, whose subscription was made in the dashboard. */
async function payer(card = 'pm_card_visa') {
  const org = await world.organisation();
  const customer = await world.customers.of(org, world.api.settings as never);
  const { id } = await world.dashboard.paymentMethods.attach(card, { customer });
  await world.dashboard.customers.update(customer, { invoice_settings: { default_payment_method: id } });
  return { org, customer, method: id };
}

async function priceOf(key: string): Promise<string> {
  const { data } = await world.dashboard.prices.list({ lookup_keys: [key] });
  return data[0]?.id as string;
}

test.each([
  ['in order', {}],
  ['shuffled', { shuffle: true }],
  [
    'three times each, shuffled, at once, all of the same second',
    { shuffle: true, copies: 3, atOnce: true, sameSecond: true },
  ],
])('events that come %s end in the same state', async (_how, chaos) => {
  await open();
  world.stripe.webhooks.hold();
  const { org, customer } = await payer();
  const subscription = await world.dashboard.subscriptions.create({
    customer,
    items: [{ price: await priceOf('main.pro.v1.usd.month') }],
  });
  await world.dashboard.subscriptions.update(subscription.id, {
    items: [{ id: subscription.items.data[0]?.id as string, price: await priceOf('main.business.v1.usd.month') }],
  });
  await world.stripe.webhooks.release(chaos);
  await world.settle();
  expect(await world.plan(org)).toMatchObject({ plan: 'business', status: 'active' });
  const waiting = (await world.events()).filter(({ state }) => state !== 'done' && state !== 'ignored');
  expect(waiting).toEqual([]);
  expect((await world.facts(org)).filter(({ kind }) => kind === 'invoice_paid')).toHaveLength(1);
});

test('events of an organisation that is purged meanwhile wait for nobody, and expire', async () => {
  await open();
  const { org, customer } = await payer();
  await world.dashboard.customers.update(customer, { metadata: { seen: 'yes' } });
  await world.stripe.settled();
  expect((await world.events()).some(({ state }) => state === 'pending')).toBe(true);
  await world.tenants.run(org, (tx) => tx.query('delete from stripe_customers where org_id = $1', [org]));
  await world.settle();
  expect(new Set((await world.events()).map(({ state }) => state))).not.toContain('pending');
});

test('a copy takes its locks in the order in which changes do, so neither ends the other', async () => {
  await open();
  const { org, customer } = await payer();
  world.stripe.webhooks.hold();
  await world.dashboard.subscriptions.create({ customer, items: [{ price: await priceOf('main.pro.v1.usd.month') }] });
  const [locked, waits] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const change = world.tenants.run(org, async (tx) => {
    await lockBilling(tx, org);
    locked.resolve();
    await waits.promise;
    await lockAccount(tx, org);
  });
  await locked.promise;
  const copy = world.sync.sync(customer);
  const waiting = "select 1 from pg_locks where locktype = 'advisory' and not granted";
  await eventually(async () => (await world.tenants.as({}, (tx) => tx.query(waiting))).length > 0);
  waits.resolve();
  await Promise.all([change, copy]);
  expect(await world.plan(org)).toMatchObject({ plan: 'pro' });
});

test('what is over stays over, whatever comes late', async () => {
  await open();
  const { org, customer } = await payer();
  world.stripe.webhooks.hold();
  const subscription = await world.dashboard.subscriptions.create({
    customer,
    items: [{ price: await priceOf('main.pro.v1.usd.month') }],
  });
  await world.dashboard.subscriptions.cancel(subscription.id);
  await world.sync.sync(customer);
  expect(await world.plan(org)).toMatchObject({ plan: 'free' });
  await world.stripe.webhooks.release({ shuffle: true, copies: 2 });
  await world.settle();
  expect(await world.plan(org)).toMatchObject({ plan: 'free' });
});

test('a slow fetch never overwrites what a later one has found', async () => {
  await open();
  const { org, customer } = await payer();
  world.stripe.webhooks.hold();
  const subscription = await world.dashboard.subscriptions.create({
    customer,
    items: [{ price: await priceOf('main.pro.v1.usd.month') }],
  });
  let arrive = () => {};
  const until = new Promise<void>((resolve) => {
    arrive = resolve;
  });
  // The first fetch gets its answer of before only after the second was stored.
  world.stripe.faults.next({ kind: 'slow', until, when: 'after_effect' }, { on: 'GET /v1/subscriptions' });
  const asked = world.stripe.requests.length;
  const slow = world.sync.sync(customer);
  await eventually(() =>
    world.stripe.requests.slice(asked).some(({ operation }) => operation === 'GET /v1/subscriptions'),
  );
  await world.dashboard.subscriptions.update(subscription.id, {
    items: [{ id: subscription.items.data[0]?.id as string, price: await priceOf('main.business.v1.usd.month') }],
  });
  await world.sync.sync(customer);
  arrive();
  await slow;
  expect(await world.plan(org)).toMatchObject({ plan: 'business' });
});

test('thin events do the same as snapshots', async () => {
  await open({ payload: 'thin' });
  const org = await world.organisation();
  await world.buy(org);
  const customer = await world.customerOf(org);
  const [subscription] = (await world.dashboard.subscriptions.list({ customer })).data;
  await world.settle();
  await world.dashboard.subscriptions.cancel(subscription?.id as string);
  await world.settle();
  expect(await world.plan(org)).toMatchObject({ plan: 'free' });
});

test('without a single webhook the list of events leads to the same state', async () => {
  await open();
  world.stripe.webhooks.drop(() => true);
  const { org, customer } = await payer();
  await world.dashboard.subscriptions.create({ customer, items: [{ price: await priceOf('main.pro.v1.usd.month') }] });
  await world.settle();
  expect(await world.plan(org)).toMatchObject({ plan: 'free' });
  await world.find();
  await world.settle();
  expect(await world.plan(org)).toMatchObject({ plan: 'pro', status: 'active' });
  const before = (await world.events()).length;
  await world.find();
  expect(await world.events()).toHaveLength(before);
});

test('while Stripe is away nothing is lost, nobody’s plan changes and invoices are listed; then it is caught up with', async () => {
  await open();
  const org = await world.organisation();
  await world.buy(org);
  await world.settle();
  const customer = await world.customerOf(org);
  const [subscription] = (await world.dashboard.subscriptions.list({ customer })).data;
  world.stripe.webhooks.hold();
  await world.dashboard.subscriptions.update(subscription?.id as string, { cancel_at_period_end: true });
  await world.stripe.webhooks.release();
  await world.stripe.down();
  world.api.patienceMs = 100;
  await world.makeDue();
  await world.copy();
  expect(await world.plan(org)).toMatchObject({ plan: 'pro', status: 'active' });
  expect((await world.call(listInvoices, {}, org)).items).toHaveLength(1);
  await expect(world.checkout(await world.organisation())).rejects.toMatchObject({ code: 'unavailable' });
  expect(await world.dirty()).toHaveLength(1);
  expect((await world.events()).some(({ state }) => state === 'dead')).toBe(false);
  await world.stripe.up();
  world.api.patienceMs = 10_000;
  await world.settle();
  expect((await world.subscriptions(org))[0]?.state.cancelAt).not.toBe(null);
});

test('a customer that cannot be copied is tried twelve times, then shown, and copied when an operator says so', async () => {
  await open();
  const { org, customer } = await payer();
  await world.settle();
  await world.dashboard.subscriptions.create({ customer, items: [{ price: await priceOf('main.pro.v1.usd.month') }] });
  await world.stripe.settled();
  world.breakCopies(true);
  for (let turn = 0; turn < 12; turn += 1) {
    await world.makeDue();
    await world.copy();
  }
  const { items } = await world.ask(listStripeEvents, { state: 'dead' });
  expect(items.length).toBeGreaterThan(0);
  expect(items[0]).toMatchObject({
    attempts: 12,
    organisationId: org,
    reason: expect.stringContaining('broken on purpose'),
  });
  expect(await world.dirty()).toEqual([]);
  world.breakCopies(false);
  await world.ask(replayStripeEvent, { eventId: items[0]?.eventId });
  await world.settle();
  expect(await world.plan(org)).toMatchObject({ plan: 'pro' });
});

test('the daily comparison finds what differs from Stripe, says so and heals it', async () => {
  await open();
  const org = await world.organisation();
  await world.buy(org);
  await world.settle();
  await world.compare();
  expect(await world.drifts(org)).toEqual([]);
  await world.tenants.run(org, (tx) =>
    tx.query(`update stripe_subscriptions set state = jsonb_set(state, '{status}', '"past_due"'), status = 'past_due'`),
  );
  await world.compare();
  expect(await world.drifts(org)).toEqual([
    { what: expect.stringMatching(/^subscription sub_\w+ status$/), ours: 'past_due', theirs: 'active' },
  ]);
  await world.compare();
  expect(await world.drifts(org)).toHaveLength(1);
});

test('what the comparison alone finds of money and cards is a difference as well', async () => {
  await open();
  const org = await world.organisation();
  await world.buy(org);
  await world.settle();
  const customer = await world.customerOf(org);
  await world.compare();
  await world.tenants.run(org, async (tx) => {
    await tx.query(`update stripe_customers set payment = jsonb_set(payment, '{delinquent}', 'true')`, []);
  });
  // Webhooks are lost, and nobody has read the list of events.
  world.endpoint.away = true;
  const [charge] = (await world.dashboard.charges.list({ customer })).data;
  await world.dashboard.refunds.create({ charge: charge?.id as string });
  await world.compare();
  const drifts = await world.drifts(org);
  expect(drifts.map(({ what }) => what)).toEqual(
    expect.arrayContaining([`customer ${customer} payment`, `fact charge:${charge?.id}:refunded:2900`]),
  );
  await world.compare();
  expect(await world.drifts(org)).toHaveLength(drifts.length);
});

test('a comparison that failed is made again within the hour, one that was made is not', async () => {
  await open();
  const org = await world.organisation();
  await world.buy(org);
  await world.settle();
  const copied = async () => {
    const before = world.stripe.requests.length;
    await world.compare({ hours: 2 });
    return world.stripe.requests.length > before;
  };
  world.breakCopies(true);
  await world.compare();
  world.breakCopies(false);
  expect(await copied()).toBe(true);
  expect(await copied()).toBe(false);
});

test('a refund and a dispute are facts, once each, and take no access away', async () => {
  await open();
  const org = await world.organisation();
  await world.buy(org);
  await world.settle();
  const customer = await world.customerOf(org);
  const [charge] = (await world.dashboard.charges.list({ customer })).data;
  await world.dashboard.refunds.create({ charge: charge?.id as string });
  await world.settle();
  for (const { id } of (await world.dashboard.events.list({ type: 'charge.refunded' })).data)
    await world.stripe.webhooks.resend(id);
  await world.settle();
  expect((await world.facts(org)).filter(({ kind }) => kind === 'refunded')).toMatchObject([
    { data: { refunded: 2900, whole: true, currency: 'USD' } },
  ]);
  expect(await world.plan(org)).toMatchObject({ plan: 'pro', status: 'active' });
});

test('organisations see their own invoices only', async () => {
  await open();
  const [mine, theirs] = [await world.organisation(), await world.organisation()];
  await world.buy(mine);
  await world.settle();
  expect((await world.call(listInvoices, {}, mine)).items).toHaveLength(1);
  expect((await world.call(listInvoices, {}, theirs)).items).toEqual([]);
});
