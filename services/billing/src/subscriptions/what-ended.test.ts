import { organisationBilling } from '@tidegate/contracts/billing/grants';
import { applyPlans, movePlans } from '@tidegate/contracts/billing/plans';
import { previewChange } from '@tidegate/contracts/billing/preview';
import { cancelSubscription, setSubscription } from '@tidegate/contracts/billing/subscriptions';
import { type Fixture, openBilling } from '../../test/fixture.ts';
import { SHOP } from '../../test/shop.ts';

/* Of a product without a default plan nothing takes the place of what has ended: the row stays, and says what it was. */
const CATALOGUE = SHOP.replace('addons:\n', () => {
  const [, features] = /basic:\n[\s\S]*? {6}(features:\n[\s\S]*?)addons:\n/.exec(SHOP) ?? [];
  return `    yearly:\n      name: Yearly\n      prices: { EUR: { month: 2900, year: 29000 } }\n      ${features}addons:\n`;
});
const product = 'trading';

let billing: Fixture;
beforeAll(async () => {
  billing = await openBilling();
  await billing.call(applyPlans, { yaml: CATALOGUE });
});
afterAll(() => billing.close());

const set = (organisationId: string, plan: string, more: object = {}) =>
  billing.call(setSubscription, { organisationId, product, plan, ...more });
async function afterYear() {
  const org = await billing.create();
  await set(org, 'yearly', { interval: 'year' });
  await billing.call(cancelSubscription, { product, at: 'now' }, org);
  expect(await billing.subscription(org, product)).toMatchObject({ plan: 'yearly', status: 'canceled' });
  return org;
}

test('after a yearly plan that has ended one is had that is sold by the month only', async () => {
  const org = await afterYear();
  expect(await billing.call(previewChange, { product, plan: 'basic' }, org)).toMatchObject({ interval: 'month' });
  await set(org, 'basic');
  expect(await billing.subscription(org, product)).toMatchObject({
    plan: 'basic',
    status: 'active',
    interval: 'month',
  });
});

test('what comes after it begins at once, also when it is ordered for the end of a period', async () => {
  const org = await afterYear();
  await set(org, 'basic', { at: 'period_end' });
  expect(await billing.subscription(org, product)).toMatchObject({ plan: 'basic', status: 'active', next: null });
});

test('it is ended once, however often it is said', async () => {
  const org = await afterYear();
  const history = async () => (await billing.call(organisationBilling, { organisationId: org })).changes.length;
  const before = await billing.subscription(org, product);
  const length = await history();
  for (const at of ['now', 'period_end']) await set(org, 'yearly', { status: 'canceled', at });
  expect(await billing.subscription(org, product)).toEqual(before);
  expect(await history()).toBe(length);
});

test('a move of its plan leaves it out, counts only what goes on, and is not refused for its year', async () => {
  const ended = await afterYear();
  const monthly = await billing.create();
  await set(monthly, 'yearly', { interval: 'month' });
  await billing.call(applyPlans, {
    yaml: CATALOGUE.replace('month: 2900, year: 29000', 'month: 3000').replace(/bots: 3/g, 'bots: 4'),
  });
  const order = { from: 'trading.yearly' };
  expect(await billing.call(movePlans, { ...order, dryRun: true })).toMatchObject({ subscriptions: 1, stay: 0 });
  for (const at of ['period_end', 'now']) {
    expect(await billing.call(movePlans, { ...order, at })).toMatchObject({ subscriptions: 1, stay: 0 });
  }
  expect(await billing.subscription(monthly, product)).toMatchObject({ planVersion: 2 });
  expect(await billing.subscription(ended, product)).toMatchObject({ planVersion: 1, status: 'canceled', next: null });
});
