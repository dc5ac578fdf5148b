import { createGrant } from '@tidegate/contracts/billing/grants';
import { getInvoice, listInvoices } from '@tidegate/contracts/billing/invoices';
import type { Stripe } from 'stripe';
import { openStripeWorld, type StripeWorld } from '../../../test/stripe-world.ts';
import { clock } from '../../kernel/subscription.rows.ts';
import { usageAmount } from '../../prices/usage-price.rules.ts';

const HOUR = 3_600_000;
let world: StripeWorld;
beforeEach(async () => {
  // On the half hour, so that periods begin and end within hours.
  const now = new Date(Math.floor(Date.now() / HOUR) * HOUR - HOUR / 2);
  world = await openStripeWorld({ now });
  vi.spyOn(clock, 'read').mockImplementation(() => world.stripe.clock.now() * 1_000);
});

const now = () => world.stripe.clock.now() * 1_000;
const EXPECTED = {
  flat: (quantity: number) =>
    usageAmount(
      {
        model: 'graduated',
        tiers: [
          { upTo: 1_000, unit: '0.004', flatMinor: 50 },
          { upTo: null, unit: '0.000125', flatMinor: 0 },
        ],
      },
      BigInt(quantity),
      'USD',
    ),
};

async function subscribed(plan = 'flat', interval: 'month' | 'year' = 'month') {
  const org = await world.organisation();
  await world.buy(org, { product: 'api', plan, interval });
  await world.settle();
  const customer = await world.customerOf(org);
  return { org, customer, begun: now() };
}

/** What Stripe has counted, by hour. */
async function counted(customer: string, meter = 'calls'): Promise<Record<string, number>> {
  const { data } = await world.dashboard.billing.meters.list();
  const id = data.find(({ event_name }) => event_name === `tidegate.api.${meter}`)?.id as string;
  const range = {
    start_time: Math.floor(now() / HOUR) * 3_600 - 86_400 * 35,
    end_time: Math.ceil(now() / HOUR) * 3_600,
  };
  const hours: Record<string, number> = {};
  for await (const { start_time, aggregated_value } of world.dashboard.billing.meters.listEventSummaries(id, {
    customer,
    ...range,
    value_grouping_window: 'hour',
    limit: 100,
  }))
    if (aggregated_value !== 0) hours[new Date(start_time * 1_000).toISOString()] = aggregated_value;
  return hours;
}
const sum = (hours: Record<string, number>) => Object.values(hours).reduce((all, one) => all + one, 0);
const reports = () =>
  world.stripe.requests.filter(({ operation }) => operation === 'POST /v1/billing/meter_events').length;
const linesOf = async (customer: string, reason: Stripe.Invoice.BillingReason) => {
  const { data } = await world.dashboard.invoices.list({ customer });
  return data
    .filter((one) => one.billing_reason === reason)
    .map(({ status, lines }) => ({ status, lines: lines.data }));
};
const used = (lines: Stripe.InvoiceLineItem[] = []) =>
  lines
    .filter(({ description }) => description?.includes('Calls'))
    .map(({ quantity, amount }) => ({ quantity, amount }));

test('what is beyond the limit is at Stripe hour by hour, and on the invoice of its period to the cent', async () => {
  const { org, customer, begun } = await subscribed();
  world.used['calls'] = [
    [begun, 60],
    [begun + 2 * HOUR, 90],
    [begun + 3 * HOUR, 1_500],
  ];
  world.paidBy.credits['calls'] = [[begun + 2 * HOUR, 30]];
  await world.stripe.advance({ hours: 6 });
  await world.reportUsage();
  expect(
    Object.entries(await counted(customer))
      .sort()
      .map(([, value]) => value),
  ).toEqual([20, 1_500]);
  const before = reports();
  await world.reportUsage();
  expect(reports()).toBe(before);
  // The last hour of the period, in which it ends, is reported while the invoice is a draft.
  const [subscription] = (await world.dashboard.subscriptions.list({ customer })).data;
  const end = (subscription?.items.data[0]?.current_period_end as number) * 1_000;
  world.used['calls'].push([end - 60_000, 7], [end, 1_000_000]);
  await world.stripe.advanceTo(end / 1_000 + 60);
  await world.settle();
  await world.reportUsage();
  await world.stripe.advance({ hours: 2 });
  const [renewal] = await linesOf(customer, 'subscription_cycle');
  expect(renewal?.status).toBe('paid');
  expect(used(renewal?.lines)).toEqual([{ quantity: 1_527, amount: Number(EXPECTED.flat(1_527)) }]);
  // And the line says what paid for the rest of what was used.
  await world.settle();
  await world.reportUsage();
  const { items } = await world.call(listInvoices, { limit: 10 }, org);
  const all = await Promise.all(items.map(({ id }) => world.call(getInvoice, { invoiceId: id }, org)));
  const [line, ...more] = all.flatMap(({ lines }) =>
    lines.filter(({ item, quantity }) => item === 'usage:calls' && quantity > 0),
  );
  expect(more).toEqual([]);
  expect(line).toMatchObject({
    quantity: 1_527,
    usage: { used: 1_657, covered: { plan: 100, rollover: 0, credits: 30 }, charged: 1_527 },
  });
});

test('an hour that was reported and not recorded, came late, or was corrected counts once, as it is now', async () => {
  const { org, customer, begun } = await subscribed('payg');
  const at = begun + 2 * HOUR;
  world.used['calls'] = [[at, 40]];
  await world.stripe.advance({ hours: 4 });
  await world.reportUsage();
  // It died before it could record what it had reported.
  await world.tenants.run(org, (tx) => tx.query('update stripe_usage_hours set sent_revision = 0'));
  await world.reportUsage();
  expect(await world.stripe.requests.at(-1)).toMatchObject({ operation: 'POST /v1/billing/meter_events', status: 400 });
  expect(sum(await counted(customer))).toBe(40);
  const before = reports();
  await world.reportUsage();
  expect(reports()).toBe(before);
  expect(await world.drifts(org)).toEqual([]);
  world.used['calls'].push([at + 1_000, 5]);
  await world.reportUsage();
  expect(sum(await counted(customer))).toBe(45);
  // Voided, and amended to less.
  world.used['calls'] = [[at, 3]];
  await world.reportUsage();
  expect(sum(await counted(customer))).toBe(3);
  world.used['calls'] = [];
  await world.reportUsage();
  expect(sum(await counted(customer))).toBe(0);
});

test('what Stripe has counted otherwise is found once a day, listed, and reported again', async () => {
  const { org, customer, begun } = await subscribed('payg');
  world.used['calls'] = [
    [begun, 40],
    [begun + 2 * HOUR, 2],
  ];
  await world.stripe.advance({ hours: 4 });
  await world.reportUsage();
  const foreign = (timestamp: number, value: string) =>
    world.dashboard.billing.meterEvents.create({
      event_name: 'tidegate.api.calls',
      payload: { stripe_customer_id: customer, value },
      timestamp: timestamp / 1_000,
    });
  await foreign(begun + 1_000, '999');
  await foreign(begun + HOUR, '7');
  await world.stripe.advance({ hours: 2 });
  await world.reportUsage({ whole: true });
  expect(sum(await counted(customer))).toBe(42);
  const drifts = await world.drifts(org);
  expect(drifts.map(({ what }) => what.split(' ').slice(0, 2))).toEqual([
    ['usage', 'tidegate.api.calls'],
    ['usage', 'tidegate.api.calls'],
  ]);
  await world.stripe.advance({ hours: 2 });
  await world.reportUsage({ whole: true });
  expect(await world.drifts(org)).toHaveLength(2);
});

/** Moves on until the invoice of the period that ends next is final. */
async function nextPeriod(customer: string): Promise<number> {
  const [subscription] = (await world.dashboard.subscriptions.list({ customer })).data;
  const end = subscription?.items.data[0]?.current_period_end as number;
  await world.stripe.advanceTo(end + 120);
  await world.settle();
  await world.reportUsage();
  await world.stripe.advance({ hours: 2 });
  await world.settle();
  return end * 1_000;
}

test('usage that comes after the invoice is on the next one with its own dates, and what was too much is given back', async () => {
  const { customer, begun } = await subscribed('flat');
  world.used['calls'] = [[begun, 200]];
  await world.stripe.advance({ hours: 3 });
  await world.reportUsage();
  const end = await nextPeriod(customer);
  const [first] = await linesOf(customer, 'subscription_cycle');
  expect(used(first?.lines)).toEqual([{ quantity: 100, amount: Number(EXPECTED.flat(100)) }]);
  world.used['calls'].push([end - HOUR, 60]);
  await world.reportUsage({ whole: true });
  await world.reportUsage({ whole: true });
  world.used['calls'].push([end - 2 * HOUR, -10], [end + HOUR, 130]);
  await world.reportUsage({ whole: true });
  const then = await nextPeriod(customer);
  const [second] = await linesOf(customer, 'subscription_cycle');
  const late = second?.lines.filter(({ description }) => description?.includes('later')) ?? [];
  expect(late.map(({ amount }) => amount).reduce((all, one) => all + one, 0)).toBe(
    Number(EXPECTED.flat(150) - EXPECTED.flat(100)),
  );
  expect(late.every(({ period }) => period.start === begun / 1_000 && period.end === end / 1_000)).toBe(true);
  expect(late).toHaveLength(2);
  expect(used(second?.lines.filter((line) => !late.includes(line)))).toEqual([
    { quantity: 30, amount: Number(EXPECTED.flat(30)) },
  ]);
  // What happens at the end belongs to the next period.
  world.used['calls'].push([then, 101]);
  await world.stripe.advance({ hours: 2 });
  await world.reportUsage({ whole: true });
  expect((await world.dashboard.invoiceItems.list({ customer, pending: true })).data).toEqual([]);
});

/** What was counted later than its invoice, wherever it is charged. */
async function chargedLater(customer: string): Promise<number> {
  const { data } = await world.dashboard.invoices.list({ customer, limit: 100 });
  const lines = data.filter(({ status }) => status === 'paid').flatMap((one) => one.lines.data);
  return lines.filter(({ description }) => description?.includes('later')).reduce((sum, { amount }) => sum + amount, 0);
}

test('a late charge is paid although the subscription was cancelled between its being stored and its being sent', async () => {
  const { org, customer, begun } = await subscribed('payg');
  world.used['calls'] = [[begun, 200]];
  await world.stripe.advance({ hours: 3 });
  await world.reportUsage();
  const end = await nextPeriod(customer);
  world.used['calls'].push([end - HOUR, 60]);
  world.stripe.faults.next({ kind: 'error' }, { on: 'POST /v1/invoiceitems', times: 20 });
  world.api.patienceMs = 10;
  await world.reportUsage({ whole: true });
  const [{ id = '' } = {}] = await world.subscriptions(org);
  // Nothing here knows it yet.
  await world.dashboard.subscriptions.cancel(id);
  world.stripe.faults.clear();
  await world.reportUsage({ whole: true });
  await world.settle();
  await world.reportUsage({ whole: true });
  await world.stripe.advance({ hours: 2 });
  expect(await chargedLater(customer)).toBe(60);
  await world.reportUsage({ whole: true });
  await world.stripe.advance({ hours: 2 });
  expect(await chargedLater(customer)).toBe(60);
  expect((await world.dashboard.invoiceItems.list({ customer, pending: true })).data).toEqual([]);
});

test('a late charge that waited for the next invoice of a subscription which then ended gets one of its own', async () => {
  const { org, customer, begun } = await subscribed('payg');
  world.used['calls'] = [[begun, 200]];
  const end = await nextPeriod(customer);
  world.used['calls'].push([end - HOUR, 60]);
  await world.reportUsage({ whole: true });
  expect((await world.dashboard.invoiceItems.list({ customer, pending: true })).data).toHaveLength(1);
  const [{ id = '' } = {}] = await world.subscriptions(org);
  await world.dashboard.subscriptions.cancel(id);
  await world.settle();
  // Long after the last event could come.
  await world.stripe.advance({ days: 40 });
  await world.reportUsage({ whole: true });
  await world.stripe.advance({ hours: 2 });
  expect(await chargedLater(customer)).toBe(60);
  expect(await world.reportUsage({ whole: true })).toBeUndefined();
});

test('a replica that was slow to learn the sums charges nothing a second time, and reports nothing older', async () => {
  const { org, customer, begun } = await subscribed('payg');
  world.used['calls'] = [[begun, 200]];
  const end = await nextPeriod(customer);
  world.used['calls'].push([end - HOUR, 60], [end + HOUR, 5]);
  await world.stripe.advance({ hours: 3 });
  const none = world.underway.sums;
  world.underway.sums = async () => {
    world.underway.sums = none;
    // Another takes over, and knows of more.
    world.used['calls']?.push([end + HOUR, 2]);
    await world.reportUsage({ whole: true });
  };
  await world.reportUsage({ whole: true });
  await world.reportUsage({ whole: true });
  const { data } = await world.dashboard.invoiceItems.list({ customer, pending: true });
  expect(data.map(({ amount }) => amount)).toEqual([60]);
  const rows = await world.tenants.read(org, (tx) =>
    tx.query('select charges, pending from stripe_usage_periods where invoiced is not null'),
  );
  expect(rows).toEqual([{ charges: 1, pending: null }]);
  expect(sum(await counted(customer))).toBe(207);
});

test('a late charge that Stripe refuses is listed, and keeps nothing else from being reported', async () => {
  const { org, customer, begun } = await subscribed('payg');
  world.used['calls'] = [[begun, 200]];
  const end = await nextPeriod(customer);
  world.used['calls'].push([end - HOUR, 60], [end + HOUR, 7]);
  await world.stripe.advance({ hours: 3 });
  await world.tenants.run(org, (tx) =>
    tx.query("update stripe_usage_periods set customer_id = 'cus_gone' where invoiced is not null"),
  );
  await world.reportUsage({ whole: true });
  expect(await world.drifts(org)).toMatchObject([{ ours: '60 USD', theirs: 'resource_missing' }]);
  expect(sum(await counted(customer))).toBeGreaterThan(0);
});

test('a limit by the day is charged by what is beyond it on each day', async () => {
  const { customer, begun } = await subscribed('flat');
  const midnight = Math.ceil(begun / (24 * HOUR)) * 24 * HOUR;
  world.used['jobs'] = [
    [midnight, 8],
    [midnight + 5 * HOUR, 9],
    [midnight + 24 * HOUR, 10],
    [midnight + 49 * HOUR, 25],
  ];
  await world.stripe.advanceTo(midnight / 1_000 + 86_400 * 3);
  await world.reportUsage({ whole: true });
  const hours = await counted(customer, 'jobs');
  expect(hours).toEqual({
    [new Date(midnight + 5 * HOUR).toISOString()]: 7,
    [new Date(midnight + 49 * HOUR).toISOString()]: 15,
  });
});

test('what was used before a plan is changed is charged at its price, and what comes after at the new one', async () => {
  const { org, customer, begun } = await subscribed('payg');
  world.used['calls'] = [[begun, 300]];
  await world.stripe.advance({ hours: 30 });
  await world.reportUsage();
  const ref = (await world.subscriptions(org))[0]?.id as string;
  const paid = { orgId: org, product: 'api', ref, plan: 'payg', planVersion: 1 };
  const to = { plan: 'flat', planVersion: 1, interval: 'month' as const, addons: [], at: 'now' as const };
  await world.payments.change(paid, to);
  await world.settle();
  const changed = now();
  const all = (await world.dashboard.invoices.list({ customer })).data.flatMap(({ lines }) => lines.data);
  expect(used(all).filter(({ quantity }) => quantity !== 0)).toEqual([{ quantity: 300, amount: 300 }]);
  // 200 more are beyond the limit of 100 at once: what was used before counts against it.
  world.used['calls'].push([changed + HOUR, 200]);
  await world.stripe.advance({ hours: 3 });
  await world.reportUsage();
  await nextPeriod(customer);
  const [renewal] = await linesOf(customer, 'subscription_cycle');
  expect(used(renewal?.lines)).toEqual([{ quantity: 200, amount: Number(EXPECTED.flat(200)) }]);
});

test('a limit that is raised while a period goes on takes back what was reported beyond the old one', async () => {
  const { org, customer, begun } = await subscribed('flat');
  world.used['calls'] = [[begun, 160]];
  await world.stripe.advance({ hours: 3 });
  await world.reportUsage();
  expect(sum(await counted(customer))).toBe(60);
  await world.call(createGrant, { organisationId: org, feature: 'calls', op: 'add', value: 50, reason: 'Goodwill' });
  await world.reportUsage();
  expect(sum(await counted(customer))).toBe(10);
});

test('while Stripe is away nothing is lost, and nothing is reported twice', async () => {
  const { customer, begun } = await subscribed('payg');
  world.used['calls'] = [[begun, 5]];
  await world.stripe.advance({ hours: 2 });
  await world.stripe.down();
  world.api.patienceMs = 10;
  await world.reportUsage();
  await world.stripe.up();
  world.used['calls'].push([begun + HOUR, 6]);
  await world.stripe.advance({ hours: 2 });
  await Promise.all([world.reportUsage(), world.reportUsage()]);
  expect(sum(await counted(customer))).toBe(11);
});

test('an hour that Stripe takes no more is listed for the operator, once', async () => {
  const { org } = await subscribed('payg');
  await world.stripe.advance({ hours: 2 });
  await world.tenants.run(org, (tx) =>
    tx.query(
      `insert into stripe_usage_hours (org_id, meter, stamp, period_start, quantity)
       select org_id, meter, $2, period_start, 9 from stripe_usage_periods where org_id = $1`,
      [org, new Date(now() - 36 * 24 * HOUR)],
    ),
  );
  await world.reportUsage();
  await world.reportUsage();
  expect(await world.drifts(org)).toMatchObject([{ ours: '9', theirs: 'timestamp_too_far_in_past' }]);
});

test('the invoice of its own that late usage gets is taxed as all others are', async () => {
  const now = new Date(Math.floor(Date.now() / HOUR) * HOUR - HOUR / 2);
  world = await openStripeWorld({ now, tax: true });
  const { org, customer, begun } = await subscribed('payg');
  world.used['calls'] = [[begun, 200]];
  const end = await nextPeriod(customer);
  world.used['calls'].push([end - HOUR, 60]);
  await world.reportUsage({ whole: true });
  const [{ id = '' } = {}] = await world.subscriptions(org);
  await world.dashboard.subscriptions.cancel(id);
  await world.settle();
  await world.stripe.advance({ days: 40 });
  await world.reportUsage({ whole: true });
  const { data } = await world.dashboard.invoices.list({ customer });
  expect(data[0]).toMatchObject({ subtotal: 60, automatic_tax: { enabled: true } });
  expect(data[0]?.total).toBe(72);
});
