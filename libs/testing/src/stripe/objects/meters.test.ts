import Stripe from 'stripe';
import { clientOf, payer, refusal, stripeWithClient } from '../test-stripe.ts';

const NOW = '2026-04-10T12:30:00Z';
const HOUR = 3600;

async function metered(event_time_window?: 'hour') {
  const { double, stripe } = await stripeWithClient({ now: new Date(NOW) });
  const meter = await stripe.billing.meters.create({
    display_name: 'Calls',
    event_name: 'calls',
    default_aggregation: { formula: 'sum' },
    ...(event_time_window ? { event_time_window } : {}),
  });
  const customer = await payer(stripe);
  const now = Date.parse(NOW) / 1000;
  const send = (value: number | string, identifier?: string, timestamp = now, event_name = 'calls') =>
    stripe.billing.meterEvents.create({
      event_name,
      payload: { value: String(value), stripe_customer_id: customer.id },
      timestamp,
      ...(identifier ? { identifier } : {}),
    });
  const total = async (from = now - 40 * 86_400, to = now + HOUR) => {
    const range = { customer: customer.id, start_time: from - (from % 60), end_time: to - (to % 60) };
    return (await stripe.billing.meters.listEventSummaries(meter.id, range)).data[0]?.aggregated_value;
  };
  return { double, stripe, meter, customer, now, send, total };
}

it('counts an identifier once in 24 hours', async () => {
  const { double, send, total } = await metered();
  await send(5, 'a');
  expect(await refusal(send(5, 'a'))).toMatchObject({ code: 'resource_already_exists' });
  await double.advance({ hours: 24 });
  await send(5, 'a');
  expect(await total()).toBe(10);
});

it('takes the last value of an hour for the whole hour when the meter is made so', async () => {
  const { send, total, now, stripe, meter, customer } = await metered('hour');
  const hour = now - (now % HOUR);
  await send(5, 'a', hour + 10);
  await send(9, 'b', hour + 5);
  await send(2, 'c', hour - 1);
  expect(await total()).toBe(11);
  const { data } = await stripe.billing.meters.listEventSummaries(meter.id, {
    customer: customer.id,
    start_time: hour - HOUR,
    end_time: hour + HOUR,
    value_grouping_window: 'hour',
  });
  expect(data.map(({ aggregated_value }) => aggregated_value)).toEqual([9, 2]);
});

it('takes events from 35 days ago to 5 minutes ahead, and no value but a decimal', async () => {
  const { now, send, total } = await metered();
  await send(1, 'old', now - 35 * 86_400);
  await send('0.25', 'ahead', now + 300);
  expect(await refusal(send(1, 'older', now - 35 * 86_400 - 1))).toMatchObject({ code: 'timestamp_too_far_in_past' });
  expect(await refusal(send(1, 'future', now + 301))).toMatchObject({ code: 'timestamp_in_future' });
  for (const value of ['1e3', 'NaN', '0x10', ''])
    expect(await refusal(send(value))).toMatchObject({ code: 'meter_event_invalid_value' });
  expect(await total()).toBe(1.25);
});

it('takes an event back within 24 hours only', async () => {
  const { double, stripe, send, total } = await metered();
  const cancel = (identifier: string) =>
    stripe.billing.meterEventAdjustments.create({ event_name: 'calls', type: 'cancel', cancel: { identifier } });
  await send(3, 'a');
  await send(4, 'b');
  await cancel('a');
  expect(await total()).toBe(4);
  await double.advance({ hours: 24 });
  expect(await refusal(cancel('b'))).toMatchObject({ status: 400 });
});

it('bills usage after the period, with what comes in the hour before the invoice is final', async () => {
  const { double, stripe, meter, customer, now, send } = await metered('hour');
  const price = await stripe.prices.create({
    currency: 'usd',
    unit_amount_decimal: '0.5' as never,
    recurring: { interval: 'month', usage_type: 'metered', meter: meter.id },
    product_data: { name: 'Calls' },
  });
  const subscription = await stripe.subscriptions.create({
    customer: customer.id,
    items: [{ price: price.id }],
    expand: ['latest_invoice'],
  });
  expect(subscription).toMatchObject({ status: 'active', latest_invoice: { total: 0 } });
  await send(100, 'a');
  await double.advance({ days: 30 });
  const end = now + 30 * 86_400;
  await send(31, 'in time', end - 1);
  const preview = await stripe.invoices.createPreview({ subscription: subscription.id });
  expect(preview.lines.data[0]).toMatchObject({ amount: 0, quantity: 0 });
  await double.advance({ hours: 1 });
  await send(7, 'late', end - 3601);
  const [invoice] = (await stripe.invoices.list({ subscription: subscription.id, limit: 1 })).data;
  expect(invoice).toMatchObject({
    status: 'paid',
    amount_paid: 66,
    lines: { data: [{ amount: 66, quantity: 131, period: { start: now, end } }] },
  });
});

it('reports an unknown customer or meter only by a thin event', async () => {
  const { double, stripe, send } = await metered();
  const payload = { value: '1', stripe_customer_id: 'cus_no' };
  await stripe.billing.meterEvents.create({ event_name: 'calls', payload });
  await send(1, 'x', undefined, 'other');
  const types = double
    .account()
    .store.all('v2.core.event')
    .map(({ type }) => type);
  expect(types).toEqual(
    expect.arrayContaining(['v1.billing.meter.error_report_triggered', 'v1.billing.meter.no_meter_found']),
  );
});

it('takes the second version’s events, and its stream with the token of a session only', async () => {
  const { double, stripe, customer, total } = await metered();
  const event = { event_name: 'calls', payload: { value: '2', stripe_customer_id: customer.id } };
  const made = await stripe.v2.billing.meterEvents.create({ ...event, identifier: 'v2' });
  expect(made).toMatchObject({
    object: 'v2.billing.meter_event',
    identifier: 'v2',
    timestamp: '2026-04-10T12:30:00.000Z',
  });
  await expect(stripe.v2.billing.meterEventStream.create({ events: [event] })).rejects.toBeInstanceOf(
    Stripe.errors.StripeAuthenticationError,
  );
  const session = await stripe.v2.billing.meterEventSession.create();
  const stream = clientOf(double, session.authentication_token);
  await stream.v2.billing.meterEventStream.create({ events: [event, event] });
  expect(await total()).toBe(6);
  await double.advance({ minutes: 15 });
  await expect(stream.v2.billing.meterEventStream.create({ events: [event] })).rejects.toBeInstanceOf(
    Stripe.errors.StripeAuthenticationError,
  );
});

it('changes nothing of a meter but its name and its state', async () => {
  const { stripe, meter } = await metered('hour');
  const other = { event_time_window: 'day' } as object;
  expect(await refusal(stripe.billing.meters.update(meter.id, other))).toMatchObject({ code: 'parameter_unknown' });
  const twin = { display_name: 'x', event_name: 'calls', default_aggregation: { formula: 'sum' as const } };
  expect(await refusal(stripe.billing.meters.create(twin))).toMatchObject({ param: 'event_name' });
  expect((await stripe.billing.meters.deactivate(meter.id)).status).toBe('inactive');
  expect((await stripe.billing.meters.reactivate(meter.id)).status).toBe('active');
});
