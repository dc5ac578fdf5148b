import { getCosts } from '@tidegate/contracts/billing/costs';
import { applyPlans, listPlans } from '@tidegate/contracts/billing/plans';
import { setSubscription } from '@tidegate/contracts/billing/subscriptions';
import { newId } from '@tidegate/database/ids';
import { type Fixture, openBilling } from '../../test/fixture.ts';
import { SHOP } from '../../test/shop.ts';
import { addItems, type NewItem } from '../invoices/invoice-item.rows.ts';
import { markProfile } from './profile.rows.ts';
import { monthAfter, monthOf, startOf } from './revenue.rules.ts';

let billing: Fixture;
const month = monthOf(Date.now());
const withCost = SHOP.replace(
  'server_minutes: { kind: metered, name: server_minutes, product: monitoring }',
  "server_minutes: { kind: metered, name: server_minutes, product: monitoring, cost: { EUR: '0.0005', USD: '0.001' } }",
);
beforeAll(async () => {
  billing = await openBilling();
  await billing.call(applyPlans, { yaml: withCost });
});
afterAll(() => billing.close());

test('what was used in a month stands against what recurs at its end, by organisation, plan and meter, and as CSV', async () => {
  const [ada, bob] = [await billing.create(), await billing.create()];
  const known = { name: 'Ada', at: new Date().toISOString() };
  await billing.tenants.system('catalogue', (tx) => markProfile(tx, ada, known));
  await billing.call(setSubscription, { organisationId: ada, product: 'monitoring', plan: 'pro', reason: 'x' });
  // Of every organisation, at the start of this month, and before it.
  billing.used['server_minutes'] = [
    [startOf(month), 10_000],
    [startOf(month) - 1, 99],
  ];
  const said = await billing.call(getCosts, {});
  expect(said).toMatchObject({ currency: 'EUR', month, unknown: 0 });
  expect(said.organisations).toEqual([
    { organisationId: bob, name: '', plans: ['monitoring.free'], mrrMinor: 0, usageMinor: 0, cost: '5', margin: '-5' },
    {
      organisationId: ada,
      name: 'Ada',
      plans: ['monitoring.pro'],
      mrrMinor: 4_900,
      usageMinor: 0,
      cost: '5',
      margin: '44',
    },
  ]);
  expect(said.plans).toEqual([
    { product: 'monitoring', plan: 'free', organisations: 1, mrrMinor: 0, usageMinor: 0, cost: '5', margin: '-5' },
    { product: 'monitoring', plan: 'pro', organisations: 1, mrrMinor: 4_900, usageMinor: 0, cost: '5', margin: '44' },
  ]);
  expect(said.meters).toEqual([{ meter: 'server_minutes', unitCost: '0.0005', quantity: '20000', cost: '10' }]);
  const one = await billing.call(getCosts, { organisationId: ada, format: 'csv', table: 'organisations' });
  expect(one.csv).toBe(
    `organisationId,name,plans,mrrMinor,usageMinor,cost,margin\r\n${ada},Ada,monitoring.pro,4900,0,5,44\r\n`,
  );
  expect((await billing.call(getCosts, { currency: 'USD', limit: 1 })).organisations).toMatchObject([{ cost: '10' }]);
  await expect(billing.call(getCosts, { month: monthAfter(month) })).rejects.toMatchObject({
    data: { errors: [{ field: '/month' }] },
  });
});

test('what use and packages were charged for counts as brought; what recurs, another currency and an earlier month do not', async () => {
  const org = await billing.create();
  billing.used['server_minutes'] = [[startOf(month), 10_000]];
  billing.paidBy.credits['server_minutes'] = [];
  const line = (item: string, amountMinor: bigint, more: Partial<NewItem> = {}): NewItem => ({
    effectKey: newId(),
    product: 'monitoring',
    item,
    description: item,
    quantity: 1,
    currency: 'EUR',
    amountMinor,
    periodStart: new Date(startOf(month)).toISOString(),
    periodEnd: new Date().toISOString(),
    by: 'test',
    ...more,
  });
  await billing.tenants.run(org, async (tx) => {
    await addItems(tx, org, [
      line('usage:server_minutes', 1_234n, { discountMinor: 34n }),
      line('usage:api_calls', -200n),
      line('package:calls', 1_000n, { product: null }),
      line('plan:pro', 7_777n),
      line('usage:server_minutes', 99_999n, { currency: 'USD' }),
    ]);
  });
  const said = await billing.call(getCosts, { organisationId: org });
  expect(said.organisations).toEqual([
    {
      organisationId: org,
      name: '',
      plans: ['monitoring.free'],
      mrrMinor: 0,
      usageMinor: 2_000,
      cost: '5',
      margin: '15',
    },
  ]);
  expect(said.plans).toMatchObject([
    { product: null, plan: null, usageMinor: 1_000, margin: '10' },
    { product: 'monitoring', plan: 'free', usageMinor: 1_000, margin: '5' },
  ]);
  const [before] = (await billing.call(getCosts, { organisationId: org, month: monthOf(startOf(month) - 1) }))
    .organisations;
  expect(before?.usageMinor ?? 0).toBe(0);
});

test('what prepaid units, or units of an earlier month, paid for costs the operator as much as the rest', async () => {
  const org = await billing.create();
  billing.used['server_minutes'] = [[startOf(month), 10_000]];
  billing.paidBy.credits['server_minutes'] = [[startOf(month), 8_000]];
  billing.paidBy.rollover['server_minutes'] = [[startOf(month), 2_000]];
  const said = await billing.call(getCosts, { organisationId: org });
  expect(said.meters).toMatchObject([{ quantity: '10000', cost: '5' }]);
});

test('what something costs the operator is shown to no customer', async () => {
  expect(JSON.stringify(await billing.call(listPlans, {}))).not.toContain('0.0005');
});

test.each([
  ["cost: { EUR: '1e-3' }", '/features/server_minutes/cost/EUR'],
  ['cost: { XXX1: 1 }', '/features/server_minutes/cost'],
])('%s is refused, where it stands', async (written, field) => {
  const yaml = withCost.replace(/cost: \{[^}]*\}/, written);
  await expect(billing.call(applyPlans, { yaml })).rejects.toMatchObject({
    data: { errors: [expect.objectContaining({ field: expect.stringContaining(field) })] },
  });
});

test('a feature that is not metered costs nothing by the unit', async () => {
  const yaml = SHOP.replace(
    'bots: { kind: counted, name: bots, product: trading }',
    "bots: { kind: counted, name: bots, product: trading, cost: { EUR: '1' } }",
  );
  await expect(billing.call(applyPlans, { yaml })).rejects.toMatchObject({
    data: { errors: [{ field: '/features/bots/cost', code: 'unknown_field' }] },
  });
});
