import { publishPrices } from '@tidegate/contracts/billing/publish';
import { openStripeWorld, type StripeWorld } from '../../../test/stripe-world.ts';
import { usageAmount } from '../../prices/usage-price.rules.ts';
import { inMinorUnits, usageTerms } from '../prices/usage-amount.rules.ts';
import { meterOf } from '../prices/usage-sold.rules.ts';

let world: StripeWorld;
const priceOf = async (key: string) => {
  const { data } = await world.dashboard.prices.list({ lookup_keys: [key], expand: ['data.tiers'] });
  return data[0];
};

test('meters count by the hour, and what is beyond a limit has its exact price', async () => {
  world = await openStripeWorld();
  const meters = (await world.dashboard.billing.meters.list()).data;
  expect(meters.map(({ event_name, event_time_window }) => `${event_name} ${event_time_window}`).sort()).toEqual([
    'tidegate.api.calls hour',
    'tidegate.api.jobs hour',
  ]);
  const calls = meters.find(({ event_name }) => event_name === 'tidegate.api.calls');
  const flat = await priceOf('api.flat.v1.usd.usage.calls.month');
  expect(flat).toMatchObject({
    billing_scheme: 'tiered',
    tiers_mode: 'graduated',
    recurring: { interval: 'month', usage_type: 'metered', meter: calls?.id },
  });
  expect(flat?.tiers?.map((tier) => [tier.up_to, String(tier.unit_amount_decimal), tier.flat_amount])).toEqual([
    [1000, '0.4', 50],
    [null, '0.0125', null],
  ]);
  expect(await priceOf('api.flat.v1.usd.usage.jobs.month')).toMatchObject({
    unit_amount: 300,
    transform_quantity: { divide_by: 10, round: 'up' },
  });
  // A plan that costs nothing but its usage has a price that says which it is.
  expect(await priceOf('api.payg.v1.usd.month')).toMatchObject({ unit_amount: 0 });
  const again = await world.ask(publishPrices, {});
  expect(again.changes.filter(({ change }) => change !== 'unchanged')).toEqual([]);
});

test('a meter that counts in another way is refused before anything is changed, and shown by a dry run', async () => {
  world = await openStripeWorld();
  const [meter] = (await world.dashboard.billing.meters.list()).data;
  await world.dashboard.billing.meters.deactivate(meter?.id as string);
  await world.dashboard.billing.meters.create({
    event_name: meter?.event_name as string,
    display_name: 'By the day',
    default_aggregation: { formula: 'sum' },
    event_time_window: 'day',
  });
  await world.dashboard.products.update('tidegate.main.pro', { name: 'Another' });
  const { changes } = await world.ask(publishPrices, { dryRun: true });
  expect(changes.find(({ name }) => name === meter?.event_name)).toMatchObject({ kind: 'meter', change: 'refused' });
  await expect(world.ask(publishPrices, {})).rejects.toMatchObject({
    code: 'meter_differs',
    data: { meters: [meter?.event_name] },
  });
  expect(await world.dashboard.products.retrieve('tidegate.main.pro')).toMatchObject({ name: 'Another' });
});

test.each([
  ['0.01', 'USD', '1'],
  ['0.000001', 'USD', '0.0001'],
  ['12.5', 'USD', '1250'],
  ['0', 'USD', '0'],
  ['0.5', 'JPY', '0.5'],
  ['0.0001', 'KWD', '0.1'],
  ['3', 'ISK', '300'],
])('%s %s a unit is %s of the smallest units', (unit, currency, minor) => {
  expect(inMinorUnits(unit, currency)).toBe(minor);
});

test('an own amount and that of Stripe’s terms are the same for tiers, packages and single units', () => {
  expect(usageTerms({ model: 'package', size: 1000, amountMinor: 900 }, 'USD')).toEqual({
    billing_scheme: 'per_unit',
    unit_amount: 900,
    transform_quantity: { divide_by: 1000, round: 'up' },
  });
  expect(usageAmount({ model: 'unit', unit: '0.0004' }, 1_000n, 'USD')).toBe(40n);
  expect(usageTerms({ model: 'unit', unit: '0.0004' }, 'USD')).toMatchObject({ unit_amount_decimal: '0.04' });
});

test('names of meters are at most as long as Stripe takes, and differ', () => {
  const long = 'f'.repeat(63);
  const [one, other] = [
    meterOf({ product: 'p'.repeat(60), feature: long }),
    meterOf({ product: 'p'.repeat(61), feature: long }),
  ];
  expect([one.length, other.length]).toEqual([100, 100]);
  expect(one).not.toBe(other);
});
