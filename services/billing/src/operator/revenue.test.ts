import { getRevenue } from '@tidegate/contracts/billing/operator';
import { applyPlans } from '@tidegate/contracts/billing/plans';
import { changeSubscription, setSubscription } from '@tidegate/contracts/billing/subscriptions';
import { type Fixture, openBilling } from '../../test/fixture.ts';
import { SHOP } from '../../test/shop.ts';
import { monthAfter, monthOf } from './revenue.rules.ts';

let billing: Fixture;
beforeAll(async () => {
  billing = await openBilling();
  await billing.call(applyPlans, { yaml: SHOP });
});
afterAll(() => billing.close());

const thisMonth = monthOf(Date.now());
const set = (organisationId: string, plan: string, more = {}) =>
  billing.call(setSubscription, { organisationId, product: 'monitoring', plan, reason: 'a transfer', ...more });
/** As if what was just written down had happened in the middle of the month so many months ago. */
const ago = (org: string, months: number) =>
  billing.tenants.as({}, (tx) =>
    tx.query("update revenue_facts set at = $2 where customer = $1 and at > now() - interval '10 minutes'", [
      org,
      `${monthAfter(thisMonth, -months)}-15T00:00:00Z`,
    ]),
  );
const revenue = (more = {}) => billing.call(getRevenue, { from: monthAfter(thisMonth, -3), to: thisMonth, ...more });

test('figures follow what was written down with each change: by month, plan and cohort, in each currency, and as CSV', async () => {
  const [ada, bob] = [await billing.create(), await billing.create()];
  await billing.call(changeSubscription, { product: 'monitoring', plan: 'pro', trial: true }, ada);
  await ago(ada, 3);
  await ago(bob, 3);
  await set(ada, 'pro', { interval: 'year' });
  await ago(ada, 2);
  await set(bob, 'starter');
  await ago(bob, 2);
  await set(ada, 'starter', { interval: 'month' });
  await ago(ada, 1);
  await set(bob, 'starter', { status: 'canceled' });
  await ago(bob, 1);
  await set(bob, 'starter');

  const figures = await revenue();
  expect(figures).toMatchObject({ currency: 'EUR', to: thisMonth });
  expect(figures.mrr).toMatchObject([
    { startMinor: 0, endMinor: 0, customerChurnRate: null },
    { newMinor: 5983, customersNew: 2, endMinor: 5983 },
    { contractionMinor: 2183, churnMinor: 1900, customersLost: 1, endMinor: 1900, customerChurnRate: '0.5000' },
    { reactivationMinor: 1900, customersReactivated: 1, endMinor: 3800, customersAtEnd: 2 },
  ]);
  expect(figures.trials.slice(0, 2)).toMatchObject([
    { begun: 1, ended: 0, conversionRate: null },
    { begun: 0, ended: 1, converted: 1, conversionRate: '1.0000' },
  ]);
  expect(figures.plans.filter(({ month }) => month === thisMonth)).toEqual([
    {
      month: thisMonth,
      product: 'monitoring',
      productName: 'Monitoring',
      plan: 'starter',
      planName: 'starter',
      subscriptions: 2,
      mrrMinor: 3800,
    },
  ]);
  expect(figures.cohorts.map(({ signedUp, paying }) => [signedUp, paying])).toEqual([
    [2, 0],
    [2, 2],
    [2, 1],
    [2, 2],
  ]);
  expect((await revenue({ currency: 'USD' })).mrr.every(({ endMinor }) => endMinor === 0)).toBe(true);

  const { csv } = await revenue({ format: 'csv', table: 'trials' });
  const [first, second] = [monthAfter(thisMonth, -3), monthAfter(thisMonth, -2)];
  expect(csv?.split('\r\n').slice(0, 3)).toEqual([
    'month,begun,ended,converted,conversionRate',
    `${first},1,0,0,`,
    `${second},0,1,1,1.0000`,
  ]);
});

test.each([
  ['a month that has not begun', { to: monthAfter(thisMonth, 1) }, '/to'],
  ['an end before the beginning', { from: thisMonth, to: monthAfter(thisMonth, -1) }, '/from'],
  ['more than three years', { from: monthAfter(thisMonth, -36), to: thisMonth }, '/from'],
])('%s is refused', async (_what, input, field) => {
  await expect(revenue(input)).rejects.toMatchObject({ data: { errors: [{ field }] } });
});
