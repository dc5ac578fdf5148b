import { monthly, refusal, stripeWithClient } from '../test-stripe.ts';
import { amountOf, scaled, share, split, units } from './amounts.rules.ts';

const product_data = { name: 'Calls' };

it('keeps unit prices exact, in decimals below a cent', async () => {
  const { stripe } = await stripeWithClient();
  const price = await stripe.prices.create({ currency: 'USD', product_data, unit_amount_decimal: '0.25' as never });
  expect(price).toMatchObject({ currency: 'usd', unit_amount: null, type: 'one_time' });
  expect(String(price.unit_amount_decimal)).toBe('0.25');
});

it('hands a lookup key over when asked, and not otherwise', async () => {
  const { stripe } = await stripeWithClient();
  const lookup_key = 'monitoring.pro.v1.usd.month';
  const terms = { currency: 'usd', recurring: { interval: 'month' as const }, product_data, lookup_key };
  const old = await stripe.prices.create({ ...terms, unit_amount: 1000 });
  expect(await refusal(stripe.prices.create({ ...terms, unit_amount: 1200 }))).toMatchObject({ param: 'lookup_key' });
  const young = await stripe.prices.create({ ...terms, unit_amount: 1200, transfer_lookup_key: true });
  const { data } = await stripe.prices.list({ lookup_keys: [lookup_key] });
  expect(data.map(({ id }) => id)).toEqual([young.id]);
  expect((await stripe.prices.retrieve(old.id)).lookup_key).toBeNull();
});

it('refuses what the description lets pass', async () => {
  const { stripe } = await stripeWithClient();
  const recurring = { interval: 'month' as const };
  const create = (terms: object) =>
    refusal(stripe.prices.create({ currency: 'usd', product_data, unit_amount: 1, ...terms }));
  expect(await create({ currency: 'zzz' })).toMatchObject({ param: 'currency' });
  expect(await create({ product_data: undefined })).toMatchObject({ param: 'product' });
  expect(await create({ product_data: undefined, product: 'prod_no' })).toMatchObject({ code: 'resource_missing' });
  expect(await create({ unit_amount: -1 })).toMatchObject({ param: 'unit_amount' });
  expect(await create({ unit_amount: 0.5 })).toMatchObject({ code: 'parameter_invalid_integer' });
  expect(await create({ unit_amount: undefined, unit_amount_decimal: '1e-3' })).toMatchObject({
    code: 'invalid_decimal',
  });
  expect(await create({ recurring: { ...recurring, usage_type: 'metered' } })).toMatchObject({
    param: 'recurring[meter]',
  });
  expect(await create({ recurring: { interval: 'month', interval_count: 37 } })).toMatchObject({ status: 400 });
  expect(await create({ tiers: [{ up_to: 'inf', unit_amount: 1 }] })).toMatchObject({ param: 'tiers' });
});

it('shows tiers only when they are expanded', async () => {
  const { stripe } = await stripeWithClient();
  const price = await stripe.prices.create({
    currency: 'usd',
    product_data,
    recurring: { interval: 'month' },
    billing_scheme: 'tiered',
    tiers_mode: 'graduated',
    tiers: [
      { up_to: 10, unit_amount: 100 },
      { up_to: 'inf', unit_amount: 50 },
    ],
  });
  expect(price).not.toHaveProperty('tiers');
  const shown = await stripe.prices.retrieve(price.id, { expand: ['tiers'] });
  expect(shown.tiers).toMatchObject([
    { up_to: 10, unit_amount: 100 },
    { up_to: null, unit_amount: 50 },
  ]);
});

it('charges packages, graduated and volume tiers to the cent', async () => {
  const { double, stripe } = await stripeWithClient();
  const kept = (id: string) => double.account().store.get('price', id);
  const tiered = async (tiers_mode: 'graduated' | 'volume') => {
    const { id } = await stripe.prices.create({
      currency: 'usd',
      product_data,
      recurring: { interval: 'month' },
      billing_scheme: 'tiered',
      tiers_mode,
      tiers: [
        { up_to: 10, unit_amount: 100 },
        { up_to: 20, unit_amount: 80, flat_amount: 500 },
        { up_to: 'inf', unit_amount: 50 },
      ],
    });
    return kept(id);
  };
  const graduated = await tiered('graduated');
  const volume = await tiered('volume');
  const charged = (price: typeof volume) => [0, 1, 10, 11, 20, 21].map((quantity) => amountOf(price, units(quantity)));
  expect(charged(graduated)).toEqual([0, 100, 1000, 1580, 2300, 2350]);
  expect(charged(volume)).toEqual([0, 100, 1000, 1380, 2100, 1050]);
  const packages = {
    ...kept((await monthly(stripe, 1000)).id),
    transform_quantity: { divide_by: 1000, round: 'up' as const },
  };
  expect([0, 1, 1000, 1001].map((quantity) => amountOf(packages, units(quantity)))).toEqual([0, 1000, 1000, 2000]);
  const cents = { ...packages, transform_quantity: null, unit_amount_decimal: '0.1' };
  expect([4, 5, 15, 25].map((quantity) => amountOf(cents, units(quantity)))).toEqual([0, 1, 2, 3]);
  expect(amountOf(cents, scaled('49.999999999999'))).toBe(5);
});

it('rounds shares half away from zero and splits totals without loss', () => {
  expect([share(1000, 1, 2), share(5, 1, 2), share(-5, 1, 2), share(1, 1, 3)]).toEqual([500, 3, -3, 0]);
  expect(split(100, [1, 1, 1])).toEqual([34, 33, 33]);
  expect(split(7, [0, 5, 2])).toEqual([0, 5, 2]);
});
