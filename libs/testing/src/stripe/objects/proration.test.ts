import type Stripe from 'stripe';
import { payer, stripeWithClient } from '../test-stripe.ts';
import { moved, periodAt } from './periods.rules.ts';

const at = (text: string) => Date.parse(text) / 1000;
const day = (instant: number) => new Date(instant * 1000).toISOString().slice(0, 10);

async function selling(stripe: Stripe, unit_amount: number, interval: 'month' | 'year' = 'month') {
  return stripe.prices.create({
    currency: 'usd',
    unit_amount,
    recurring: { interval },
    product_data: { name: `${unit_amount}` },
  });
}

/** What the preview says, and what is charged when the change is made at the same instant. */
async function previewedAndCharged(
  stripe: Stripe,
  subscription: Stripe.Subscription,
  item: { price?: string; quantity?: number },
) {
  const items = [{ id: subscription.items.data[0]?.id, ...item }];
  const details = { items, proration_behavior: 'always_invoice' as const };
  const preview = await stripe.invoices.createPreview({ subscription: subscription.id, subscription_details: details });
  const before = (await stripe.invoices.list({ customer: subscription.customer as string })).data.length;
  const changed = await stripe.subscriptions.update(subscription.id, { ...details, expand: ['latest_invoice'] });
  const invoice = changed.latest_invoice as Stripe.Invoice;
  const amounts = (one: Stripe.Invoice) =>
    one.lines.data.map((line) => [line.amount, line.discount_amounts?.[0]?.amount ?? 0]);
  expect([before, preview.amount_due, preview.total, amounts(preview)]).toEqual([
    1,
    invoice.amount_due,
    invoice.total,
    amounts(invoice),
  ]);
  return { changed, invoice };
}

async function subscribed(
  now: string,
  price: number,
  more: Partial<Stripe.SubscriptionCreateParams> = {},
  interval: 'month' | 'year' = 'month',
) {
  const { double, stripe } = await stripeWithClient({ now: new Date(now) });
  const customer = await payer(stripe);
  const { id } = await selling(stripe, price, interval);
  const { quantity = 1, ...rest } = more as { quantity?: number };
  const subscription = await stripe.subscriptions.create({
    customer: customer.id,
    items: [{ price: id, quantity }],
    ...rest,
  });
  return { double, stripe, customer, subscription };
}

it('charges 5 for the upgrade from 10 to 20 at half of the period, as the preview says', async () => {
  const { double, stripe, subscription } = await subscribed('2026-04-01T00:00:00Z', 1000);
  await double.advance({ days: 15 });
  const { invoice, changed } = await previewedAndCharged(stripe, subscription, {
    price: (await selling(stripe, 2000)).id,
  });
  expect(invoice).toMatchObject({ status: 'paid', amount_paid: 500, billing_reason: 'subscription_update' });
  expect(invoice.lines.data.map(({ amount }) => amount)).toEqual([-500, 1000]);
  expect(invoice.lines.data[0]?.parent).toMatchObject({
    subscription_item_details: { proration: true, subscription: subscription.id },
  });
  expect(changed.items.data[0]).toMatchObject({
    current_period_end: at('2026-05-01T00:00:00Z'),
    price: { unit_amount: 2000 },
  });
});

it('credits to the second: a second of a 31-day month at 2,678,400 cents is one cent', async () => {
  const { double, stripe, subscription } = await subscribed('2026-05-01T00:00:00Z', 2_678_400);
  await double.advance({ days: 30, hours: 23, minutes: 59, seconds: 59 });
  const { invoice } = await previewedAndCharged(stripe, subscription, {
    price: (await selling(stripe, 2 * 2_678_400)).id,
  });
  expect(invoice.lines.data.map(({ amount }) => amount)).toEqual([-1, 2]);
});

it('charges 3 to 7 seats, and gives 7 to 3 back to the balance', async () => {
  const { double, stripe, customer, subscription } = await subscribed('2026-04-01T00:00:00Z', 500, {
    quantity: 3,
  } as object);
  await double.advance({ days: 10 });
  const { invoice } = await previewedAndCharged(stripe, subscription, { quantity: 7 });
  expect(invoice).toMatchObject({ amount_due: 1333, lines: { data: [{ amount: -1000 }, { amount: 2333 }] } });
  const item = subscription.items.data[0]?.id;
  await stripe.subscriptions.update(subscription.id, {
    items: [{ id: item, quantity: 3 }],
    proration_behavior: 'always_invoice',
  });
  const { data } = await stripe.invoices.list({ limit: 1 });
  expect(data[0]).toMatchObject({ total: -1333, amount_due: 0, status: 'paid', ending_balance: -1333 });
  expect((await stripe.customers.retrieve(customer.id)) as Stripe.Customer).toMatchObject({ balance: -1333 });
  await double.advance({ days: 21 });
  const renewal = (await stripe.invoices.list({ limit: 1 })).data[0];
  expect(renewal).toMatchObject({
    billing_reason: 'subscription_cycle',
    total: 1500,
    amount_due: 167,
    amount_paid: 167,
  });
  expect((await stripe.customers.retrieve(customer.id)) as Stripe.Customer).toMatchObject({ balance: 0 });
});

it('restarts the period when the interval changes, monthly to annual and back', async () => {
  const { double, stripe, subscription } = await subscribed('2026-04-01T00:00:00Z', 1000);
  await double.advance({ days: 15 });
  const annual = await selling(stripe, 10_000, 'year');
  const { invoice, changed } = await previewedAndCharged(stripe, subscription, { price: annual.id });
  expect(invoice.lines.data.map(({ amount }) => amount)).toEqual([-500, 10_000]);
  expect(invoice).toMatchObject({ amount_paid: 9500, status: 'paid' });
  const item = changed.items.data[0];
  expect(
    [changed.billing_cycle_anchor, item?.current_period_start, item?.current_period_end].map((one) => day(one ?? 0)),
  ).toEqual(['2026-04-16', '2026-04-16', '2027-04-16']);
  await double.advance({ days: 73 });
  const back = await stripe.subscriptions.update(subscription.id, {
    items: [{ id: item?.id, price: subscription.items.data[0]?.price.id }],
    expand: ['latest_invoice'],
  });
  expect((back.latest_invoice as Stripe.Invoice).lines.data.map(({ amount }) => amount)).toEqual([-8000, 1000]);
  expect(back.latest_invoice).toMatchObject({ total: -7000, ending_balance: -7000 });
});

it('takes a coupon off the charge and gives its part back with the credit', async () => {
  const { double, stripe, customer } = await subscribed('2026-04-01T00:00:00Z', 1000);
  const coupon = await stripe.coupons.create({ percent_off: 20, duration: 'forever' });
  const price = await selling(stripe, 3000);
  const subscription = await stripe.subscriptions.create({
    customer: customer.id,
    items: [{ price: price.id }],
    discounts: [{ coupon: coupon.id }],
    expand: ['latest_invoice'],
  });
  expect(subscription.latest_invoice).toMatchObject({
    subtotal: 3000,
    total: 2400,
    total_discount_amounts: [{ amount: 600 }],
  });
  await double.advance({ days: 15 });
  const details = {
    items: [{ id: subscription.items.data[0]?.id, price: (await selling(stripe, 6000)).id }],
    proration_behavior: 'always_invoice' as const,
  };
  const preview = await stripe.invoices.createPreview({ subscription: subscription.id, subscription_details: details });
  const changed = await stripe.subscriptions.update(subscription.id, { ...details, expand: ['latest_invoice'] });
  const lines = (changed.latest_invoice as Stripe.Invoice).lines.data;
  expect(lines.map((line) => [line.amount, line.discount_amounts?.[0]?.amount])).toEqual([
    [-1500, -300],
    [3000, 600],
  ]);
  expect([preview.amount_due, (changed.latest_invoice as Stripe.Invoice).amount_paid]).toEqual([1200, 1200]);
});

it('uses a coupon for one invoice up, and one for two months after two', async () => {
  const { double, stripe, customer } = await subscribed('2026-04-01T00:00:00Z', 100);
  const once = await stripe.coupons.create({ amount_off: 300, currency: 'usd', duration: 'once' });
  const twice = await stripe.coupons.create({ percent_off: 50, duration: 'repeating', duration_in_months: 2 });
  const price = await selling(stripe, 1000);
  const [first, second] = await Promise.all(
    [once, twice].map((coupon) =>
      stripe.subscriptions.create({
        customer: customer.id,
        items: [{ price: price.id }],
        discounts: [{ coupon: coupon.id }],
      }),
    ),
  );
  await double.advance({ days: 62 });
  const totals = async (id?: string) =>
    (await stripe.invoices.list({ subscription: id })).data.map(({ total }) => total);
  expect(await totals(first?.id)).toEqual([1000, 1000, 700]);
  expect(await totals(second?.id)).toEqual([1000, 500, 500]);
  expect((await stripe.subscriptions.retrieve(second?.id ?? '')).discounts).toEqual([]);
});

it('leaves prorations for the next invoice, or makes none, as the request says', async () => {
  const { double, stripe, subscription } = await subscribed('2026-04-01T00:00:00Z', 1000);
  await double.advance({ days: 15 });
  const item = subscription.items.data[0]?.id;
  await stripe.subscriptions.update(subscription.id, {
    items: [{ id: item, quantity: 3 }],
    proration_behavior: 'none',
  });
  await stripe.subscriptions.update(subscription.id, { items: [{ id: item, quantity: 5 }] });
  expect((await stripe.invoices.list()).data).toHaveLength(1);
  const upcoming = await stripe.invoices.createPreview({ subscription: subscription.id });
  expect(upcoming.lines.data.map(({ amount }) => amount)).toEqual([-500, 2500, 5000]);
  await double.advance({ days: 15, hours: 1 });
  expect((await stripe.invoices.list({ limit: 1 })).data[0]).toMatchObject({
    total: upcoming.total,
    amount_paid: 7000,
  });
  expect((await stripe.invoiceItems.list({ pending: true })).data).toEqual([]);
});

it('keeps the day of the anchor over short months and leap days', async () => {
  const ends = (start: string, interval: 'month' | 'year', times: number) =>
    Array.from({ length: times }, (_, i) => day(moved(at(start), { interval, interval_count: 1 }, i + 1)));
  expect(ends('2027-01-31T10:00:00Z', 'month', 4)).toEqual(['2027-02-28', '2027-03-31', '2027-04-30', '2027-05-31']);
  expect(ends('2028-02-29T10:00:00Z', 'year', 4)).toEqual(['2029-02-28', '2030-02-28', '2031-02-28', '2032-02-29']);
  const { double, stripe, subscription } = await subscribed('2027-01-31T10:00:00Z', 1000);
  await double.advanceTo(new Date('2027-03-31T12:00:00Z'));
  const { data } = await stripe.invoices.list({ subscription: subscription.id });
  expect(data.map((one) => day(one.lines.data[0]?.period.end ?? 0))).toEqual([
    '2027-04-30',
    '2027-03-31',
    '2027-02-28',
  ]);
  for (const anchor of ['2027-01-31T10:00:00Z', '2028-02-29T23:59:59Z'].map(at))
    for (let instant = anchor, n = 0; n < 60; n += 1) {
      const period = periodAt(anchor, { interval: 'month', interval_count: 1 }, instant);
      expect([period.start, period.start <= instant && instant < period.end]).toEqual([instant, true]);
      instant = period.end;
    }
});

it('prorates on Feb 29 and Jan 31 anchors as it previews', async () => {
  for (const now of ['2028-02-29T12:00:00Z', '2027-01-31T12:00:00Z']) {
    const { double, stripe, subscription } = await subscribed(now, 1000);
    await double.advance({ days: 7, seconds: 1 });
    await previewedAndCharged(stripe, subscription, { price: (await selling(stripe, 3333)).id });
  }
});

it('runs a yearly and a monthly item beside each other, each with its own period', async () => {
  const { double, stripe, customer } = await subscribed('2026-04-01T00:00:00Z', 100);
  const [yearly, monthly] = [await selling(stripe, 12_000, 'year'), await selling(stripe, 500)];
  const subscription = await stripe.subscriptions.create({
    customer: customer.id,
    items: [{ price: yearly.id }, { price: monthly.id, quantity: 2 }],
  });
  expect(subscription.items.data.map((item) => day(item.current_period_end))).toEqual(['2027-04-01', '2026-05-01']);
  await double.advance({ days: 62 });
  const { data } = await stripe.invoices.list({ subscription: subscription.id });
  expect(data.map(({ total }) => total)).toEqual([1000, 1000, 13_000]);
});

it('writes nothing for a preview', async () => {
  const { double, stripe, subscription, customer } = await subscribed('2026-04-01T00:00:00Z', 1000);
  await double.advance({ days: 3 });
  const counts = async () => [
    (await stripe.events.list({ limit: 100 })).data.length,
    (await stripe.invoices.list()).data.length,
    (await stripe.invoiceItems.list()).data.length,
    (await stripe.subscriptions.retrieve(subscription.id)).items.data[0]?.quantity,
  ];
  const before = await counts();
  const items = [{ id: subscription.items.data[0]?.id, quantity: 9 }];
  await stripe.invoices.createPreview({ subscription: subscription.id, subscription_details: { items } });
  const price = subscription.items.data[0]?.price.id;
  const fresh = await stripe.invoices.createPreview({
    customer: customer.id,
    subscription_details: { items: [{ price, quantity: 2 }] },
  });
  expect(fresh).toMatchObject({ amount_due: 2000, billing_reason: 'subscription_create' });
  expect(await counts()).toEqual(before);
});
