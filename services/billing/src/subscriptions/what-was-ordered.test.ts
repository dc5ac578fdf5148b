import { listDoublePayments } from '@tidegate/contracts/billing/operator';
import { applyPlans, movePlans } from '@tidegate/contracts/billing/plans';
import {
  cancelSubscription,
  changeSubscription,
  planOrdered,
  resumeSubscription,
  setSubscription,
} from '@tidegate/contracts/billing/subscriptions';
import { type Fixture, openBilling } from '../../test/fixture.ts';
import { SHOP } from '../../test/shop.ts';
import { openStripeWorld } from '../../test/stripe-world.ts';

let billing: Fixture;
beforeAll(async () => {
  billing = await openBilling();
  await billing.call(applyPlans, { yaml: SHOP });
});
afterAll(() => billing.close());

const product = { product: 'monitoring' };
const set = (organisationId: string, plan: string, more = {}) =>
  billing.call(setSubscription, { organisationId, ...product, plan, ...more });
const choose = (org: string, plan: string, more = {}) =>
  billing.call(changeSubscription, { ...product, plan, ...more }, org);
const resume = (org: string) => billing.call(resumeSubscription, product, org);
const monitoring = (org: string) => billing.subscription(org, 'monitoring');
async function customer(): Promise<string> {
  const org = await billing.create();
  await set(org, 'pro', { addons: [{ addon: 'extra_servers', quantity: 4 }] });
  return org;
}
/** To the second after the end of what is paid for. */
async function nextPeriod(org: string): Promise<void> {
  await billing.pass(org, Date.parse((await monitoring(org)).periodEnd) - Date.now() + 1_000);
  await billing.due();
}

test('what an operator ordered for the end of the period, its customer takes back neither by resuming, nor by choosing, nor by cancelling and resuming', async () => {
  const org = await customer();
  await set(org, 'starter', { at: 'period_end' });
  const { next } = await monitoring(org);
  expect(next).toMatchObject({ plan: 'starter' });
  for (const attempt of [() => resume(org), () => choose(org, 'pro'), () => choose(org, 'pro', { at: 'period_end' })]) {
    await expect(attempt()).rejects.toMatchObject({ code: 'conflict' });
  }
  await billing.call(cancelSubscription, product, org);
  await expect(resume(org)).rejects.toMatchObject({ code: 'conflict' });
  expect(await monitoring(org)).toMatchObject({ next: { plan: 'free' } });
  await set(org, 'pro');
  expect(await monitoring(org)).toMatchObject({ next: null, cancelAt: null });
});

test('a customer who has cancelled goes on, also when the operator has scheduled a move since; the move stays', async () => {
  const org = await customer();
  await billing.call(cancelSubscription, product, org);
  await billing.call(movePlans, { from: 'monitoring.pro', to: 'monitoring.starter', at: 'period_end' });
  await resume(org);
  expect(await monitoring(org)).toMatchObject({ cancelAt: null, next: { plan: 'starter' } });
  await expect(resume(org)).rejects.toMatchObject({ code: 'conflict' });
});

test('an operator ends a subscription when what is paid for ends, or at once, as they say', async () => {
  const org = await customer();
  await set(org, 'pro', { status: 'canceled', at: 'period_end' });
  expect(await monitoring(org)).toMatchObject({ plan: 'pro', cancelAt: (await monitoring(org)).periodEnd });
  await expect(resume(org)).rejects.toMatchObject({ code: 'conflict' });
  await nextPeriod(org);
  expect(await monitoring(org)).toMatchObject({ plan: 'free', cancelAt: null });
  const other = await customer();
  await set(other, 'pro', { status: 'canceled' });
  expect(await monitoring(other)).toMatchObject({ plan: 'free' });
});

test('another number of an add-on, or another add-on, that is ordered for the end of the period is had from then on', async () => {
  const org = await customer();
  await choose(org, 'pro', {
    at: 'period_end',
    addons: [
      { addon: 'extra_servers', quantity: 1 },
      { addon: 'archive', quantity: 1 },
    ],
  });
  const had = async () => (await monitoring(org)).addons.map(({ addon, quantity }) => [addon, quantity]);
  expect(await had()).toEqual([['extra_servers', 4]]);
  await nextPeriod(org);
  expect(await had()).toEqual([
    ['archive', 1],
    ['extra_servers', 1],
  ]);
  await choose(org, 'pro', { at: 'period_end', addons: [] });
  await resume(org);
  await nextPeriod(org);
  expect(await had()).toHaveLength(2);
});

test('a plan that is ordered twice is one order, and is announced once', async () => {
  const org = await billing.create();
  const order = () => billing.call(changeSubscription, { product: 'trading', plan: 'free' }, org);
  for (let times = 0; times < 3; times += 1) await order();
  await Promise.all([order(), order()]);
  expect(await billing.emitted(planOrdered, org)).toHaveLength(1);
  await billing.call(cancelSubscription, { product: 'trading' }, org);
  await order();
  expect(await billing.emitted(planOrdered, org)).toHaveLength(2);
});

test('who pays by Stripe and chooses what costs nothing gives up what is paid for, when it ends', async () => {
  const world = await openStripeWorld();
  const org = await world.organisation();
  await world.buy(org);
  await world.settle();
  const { subscriptions } = await world.call(changeSubscription, { product: 'main', plan: 'free' }, org);
  const main = subscriptions.find((one) => one.product === 'main');
  expect(main).toMatchObject({ plan: 'pro', status: 'active', cancelAt: main?.periodEnd, next: { plan: 'free' } });
  await world.call(resumeSubscription, { product: 'main' }, org);
  expect(await world.subscription(org, 'main')).toMatchObject({ cancelAt: null, next: null });
});

test('of several products on one subscription at Stripe the one that will end says so, and the other does not', async () => {
  const world = await openStripeWorld({ now: new Date() });
  const org = await world.organisation();
  await world.buy(org);
  await world.settle();
  const [row] = await world.subscriptions(org);
  const { data } = await world.dashboard.prices.list({ lookup_keys: ['extra.plus.v1.usd.month'] });
  await world.dashboard.subscriptionItems.create({ subscription: row?.id as string, price: data[0]?.id as string });
  await world.settle();
  await world.call(cancelSubscription, { product: 'main' }, org);
  const main = await world.subscription(org, 'main');
  expect(main).toMatchObject({ plan: 'pro', cancelAt: main.periodEnd, next: { plan: 'free' } });
  expect(await world.subscription(org, 'extra')).toMatchObject({ plan: 'plus', cancelAt: null, next: null });
});

test('a product that is paid twice is shown to the operator until one of the two is over', async () => {
  const world = await openStripeWorld({ now: new Date() });
  const org = await world.organisation();
  await world.buy(org);
  await world.settle();
  const { data } = await world.dashboard.prices.list({ lookup_keys: ['main.business.v1.usd.month'] });
  const customerId = await world.customerOf(org);
  const [method] = (await world.dashboard.customers.listPaymentMethods(customerId)).data;
  const second = await world.dashboard.subscriptions.create({
    customer: customerId,
    default_payment_method: method?.id as string,
    items: [{ price: data[0]?.id as string }],
  });
  await world.settle();
  const shown = async () => (await world.call(listDoublePayments, {})).items;
  expect(await shown()).toMatchObject([{ organisationId: org, product: 'main', subscriptionId: second.id }]);
  const [before] = await shown();
  await world.compare();
  expect(await shown()).toEqual([before]);
  await world.dashboard.subscriptions.cancel(second.id);
  await world.settle();
  expect(await shown()).toEqual([]);
});
