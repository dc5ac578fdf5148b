import { listInvoices } from '@tidegate/contracts/billing/invoices';
import { applyPlans } from '@tidegate/contracts/billing/plans';
import { previewChange } from '@tidegate/contracts/billing/preview';
import { publishPrices } from '@tidegate/contracts/billing/publish';
import { changeSubscription } from '@tidegate/contracts/billing/subscriptions';
import { CATALOGUE, openStripeWorld, type StripeWorld } from '../../../test/stripe-world.ts';
import { lookupKeyOf, readLookupKey, type Sold } from '../prices/lookup-key.rules.ts';
import { chargeable, fromStripe, toStripe } from '../prices/stripe-amount.rules.ts';

let world: StripeWorld;
const changes = async (input: { dryRun?: boolean } = {}) => {
  const answer = await world.ask(publishPrices, input);
  return answer.changes.filter(({ change }) => change !== 'unchanged').map(({ name, change }) => `${change} ${name}`);
};

test('published once, nothing is left to do; a new version of a plan gets prices of its own', async () => {
  world = await openStripeWorld();
  expect(await changes()).toEqual([]);
  await world.call(applyPlans, { yaml: CATALOGUE.replace('month: 2900, year: 29000', 'month: 3100, year: 31000') });
  const wanted = ['create main.pro.v2.usd.month', 'create main.pro.v2.usd.year', 'create main.pro.v2.eur.month'].sort();
  expect((await changes({ dryRun: true })).sort()).toEqual(wanted);
  expect((await changes()).sort()).toEqual(wanted);
  expect(await changes()).toEqual([]);
});

test('an add-on that is sold by the month only costs twelve months with a plan that is paid by the year, as it does by hand', async () => {
  world = await openStripeWorld();
  await world.call(applyPlans, { yaml: CATALOGUE.replace('month: 500, year: 5000', 'month: 500') });
  expect((await changes()).sort()).toEqual(
    ['create main.addon.more_bots.v2.usd.month', 'create main.addon.more_bots.v2.usd.year'].sort(),
  );
  expect(await changes()).toEqual([]);
  const org = await world.organisation();
  await world.buy(org, { interval: 'year', addons: [{ addon: 'more_bots', quantity: 2 }] });
  await world.settle();
  const totals = async () => (await world.call(listInvoices, {}, org)).items.map(({ totalMinor }) => totalMinor);
  expect(await totals()).toEqual([29_000 + 2 * 6_000]);
  const other = await world.organisation();
  await world.buy(other, { addons: [{ addon: 'more_bots', quantity: 1 }] });
  await world.settle();
  const yearly = { product: 'main', plan: 'pro', interval: 'year' };
  const { dueNow } = await world.call(previewChange, yearly, other);
  expect(dueNow?.totalMinor).toBeGreaterThan(30_000);
  await world.call(changeSubscription, yearly, other);
  expect(await world.subscription(other)).toMatchObject({ interval: 'year' });
});

test('a price that was made by hand with another amount loses its key, and whoever has it is still understood', async () => {
  world = await openStripeWorld();
  const org = await world.organisation();
  await world.buy(org);
  const { data } = await world.dashboard.prices.list({ lookup_keys: ['main.pro.v1.usd.month'] });
  await world.dashboard.prices.create({
    product: data[0]?.product as string,
    currency: 'usd',
    unit_amount: 1,
    recurring: { interval: 'month' },
    lookup_key: 'main.pro.v1.usd.month',
    transfer_lookup_key: true,
  });
  expect(await changes()).toEqual(['replace main.pro.v1.usd.month']);
  await world.sync.sync(await world.customerOf(org));
  expect(await world.plan(org)).toMatchObject({ plan: 'pro', status: 'active' });
  expect(await changes()).toEqual([]);
});

test('what was half published is finished by the next attempt', async () => {
  world = await openStripeWorld();
  await world.dashboard.products.update('tidegate.main.pro', { name: 'Something else', active: false });
  const { data } = await world.dashboard.prices.list({ lookup_keys: ['main.pro.v1.usd.year'] });
  await world.dashboard.prices.update(data[0]?.id as string, { active: false });
  expect(await changes()).toEqual(['update tidegate.main.pro', 'update main.pro.v1.usd.year']);
  expect(await changes()).toEqual([]);
});

const shared = { product: 'monitoring', version: 3, currency: 'USD' };
test.each<[Sold, string]>([
  [{ kind: 'plan', plan: 'pro', interval: 'month', ...shared }, 'monitoring.pro.v3.usd.month'],
  [{ kind: 'plan', plan: 'addon', interval: 'year', ...shared }, 'monitoring.addon.v3.usd.year'],
  [{ kind: 'addon', addon: 'explain_pro', interval: 'year', ...shared }, 'monitoring.addon.explain_pro.v3.usd.year'],
  [{ kind: 'setup', plan: 'pro', ...shared }, 'monitoring.pro.v3.usd.setup'],
])('%j has the key %s', (sold, key) => {
  expect(lookupKeyOf(sold)).toBe(key);
  expect(readLookupKey(key)).toEqual(sold);
});

test.each([
  '',
  'pro',
  'a.b.v0.usd.month',
  'a.b.v1.USD.month',
  'a.b.v1.usd.week',
  'a.addon.b.v1.usd.setup',
  'a.b.c.v1.usd.month',
])('%j is no key of ours', (key) => expect(readLookupKey(key)).toBe(undefined));

test('amounts are counted as Stripe counts them, exactly', () => {
  expect(toStripe(2900, 'USD')).toBe(2900);
  expect(toStripe(500, 'JPY')).toBe(500);
  expect(toStripe(1_250, 'KWD')).toBe(1_250);
  expect(toStripe(500, 'ISK')).toBe(50_000);
  expect(fromStripe(50_000, 'ISK')).toBe(500);
  expect(toStripe(500, 'MGA')).toBe(5);
  expect(() => toStripe(501, 'MGA')).toThrow('cannot charge');
  expect(() => toStripe(9_999, 'KWD')).toThrow('write 9990 or 10000');
  expect(chargeable(9_994n, 'KWD')).toBe(9_990);
  expect(chargeable(-9_996n, 'KWD')).toBe(-10_000);
  expect(chargeable(549n, 'MGA')).toBe(500);
  expect(chargeable(9_994n, 'USD')).toBe(9_994);
  expect(() => toStripe(Number.MAX_SAFE_INTEGER, 'ISK')).toThrow('exact');
});
