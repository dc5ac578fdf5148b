import { getEntitlements } from '@tidegate/contracts/billing/entitlements';
import {
  applyPlans,
  diffPlans,
  exportPlans,
  listPlans,
  movePlans,
  validatePlans,
} from '@tidegate/contracts/billing/plans';
import { setSubscription } from '@tidegate/contracts/billing/subscriptions';
import { newId } from '@tidegate/database/ids';
import { type Fixture, openBilling, SHIPPED } from '../../test/fixture.ts';

let billing: Fixture;
beforeEach(async () => {
  billing = await openBilling();
});
afterEach(() => billing.close());

const generous = SHIPPED.replace('        bots: 5\n', '        bots: 6\n');

test('the first catalogue is version 1, and everybody can read it', async () => {
  expect(await billing.call(diffPlans, { yaml: SHIPPED })).toMatchObject({ catalogueVersion: 0, changed: true });
  expect(await billing.call(applyPlans, { yaml: SHIPPED })).toMatchObject({ appliedVersion: 1 });
  const { catalogueVersion, products, features } = await billing.call(listPlans, {});
  expect(catalogueVersion).toBe(1);
  expect(products[0]?.plans.map((plan) => [plan.plan, plan.version, plan.prices[0]?.amountMinor])).toEqual([
    ['free', 1, 0],
    ['pro', 1, 2_900],
    ['business', 1, 14_900],
  ]);
  expect(features).toContainEqual({
    key: 'api_calls',
    name: 'API calls',
    unit: 'call',
    description: '',
    product: null,
    per: 'month',
  });
});

test('the same content with other comments is no new version', async () => {
  await billing.call(applyPlans, { yaml: SHIPPED });
  const again = await billing.call(applyPlans, { yaml: `# a remark\n${SHIPPED}` });
  expect(again).toMatchObject({ appliedVersion: 1, changed: false });
  expect(new Set(again.changes.map((change) => change.change))).toEqual(new Set(['unchanged']));
});

test('only a changed plan gets a new version; the diff names the field and counts the subscriptions', async () => {
  await billing.call(applyPlans, { yaml: SHIPPED });
  await billing.call(getEntitlements, {});
  const { changes } = await billing.call(applyPlans, { yaml: generous });
  expect(changes.map((change) => [change.plan, change.change, change.toVersion])).toEqual([
    ['free', 'changed', 2],
    ['pro', 'unchanged', 1],
    ['business', 'unchanged', 1],
  ]);
  expect(changes[0]).toMatchObject({
    subscriptions: 1,
    fields: [{ field: 'features/bots/limit', before: '5', after: '6' }],
  });
});

test('running subscriptions keep their version until they are moved', async () => {
  await billing.call(applyPlans, { yaml: SHIPPED });
  const org = newId();
  await billing.call(getEntitlements, {}, org);
  await billing.call(applyPlans, { yaml: generous });
  await billing.refresh();
  expect(await billing.call(getEntitlements, {}, org)).toMatchObject({
    plans: { main: { planVersion: 1 } },
    features: { bots: { limit: 5 } },
  });
  expect(await billing.subscription(org)).toMatchObject({ planVersion: 1, latestVersion: 2 });
  expect(await billing.call(getEntitlements, {})).toMatchObject({
    plans: { main: { planVersion: 2 } },
    features: { bots: { limit: 6 } },
  });

  expect(await billing.call(movePlans, { from: 'main.free', dryRun: true })).toMatchObject({
    subscriptions: 1,
    version: 2,
  });
  expect(await billing.call(movePlans, { from: 'main.free' })).toMatchObject({ subscriptions: 1 });
  await billing.refresh();
  expect(await billing.call(getEntitlements, {}, org)).toMatchObject({
    plans: { main: { planVersion: 2 } },
    features: { bots: { limit: 6 } },
  });
  // What the newest version of the own plan includes was suggested in between.
  const suggested = (await billing.announced(org)).map(({ version, upgrade }) => [version, upgrade['bots']?.plan]);
  expect(suggested).toEqual([
    [1, 'pro'],
    [2, 'free'],
    [3, 'pro'],
  ]);
  expect(await billing.call(movePlans, { from: 'main.free' })).toMatchObject({ subscriptions: 0 });
});

test('a cheaper offer of more becomes the suggested upgrade of everybody, without a change of plan', async () => {
  await billing.call(applyPlans, { yaml: SHIPPED });
  const org = newId();
  expect((await billing.call(getEntitlements, {}, org)).upgrade['bots']).toMatchObject({ plan: 'pro', limit: 25 });
  await billing.call(applyPlans, { yaml: SHIPPED.replace(' bots: 25\n', ' bots: 5\n') });
  await billing.refresh();
  expect((await billing.announced(org)).map(({ version, upgrade }) => [version, upgrade['bots']?.plan])).toEqual([
    [1, 'pro'],
    [2, 'business'],
  ]);
});

test('a catalogue that changes nothing for an organisation announces nothing', async () => {
  await billing.call(applyPlans, { yaml: SHIPPED });
  const org = newId();
  await billing.call(getEntitlements, {}, org);
  await billing.call(applyPlans, { yaml: SHIPPED.replace('For people who run', 'For those who run') });
  await billing.refresh();
  expect(await billing.announced(org)).toHaveLength(1);
});

test('a plan that leaves the catalogue stays with those who have it, and is offered to nobody', async () => {
  await billing.call(applyPlans, { yaml: SHIPPED });
  const withoutBusiness = SHIPPED.slice(0, SHIPPED.indexOf('    business:'));
  expect((await billing.call(applyPlans, { yaml: withoutBusiness })).changes[2]).toMatchObject({
    plan: 'business',
    change: 'removed',
  });
  expect((await billing.call(listPlans, {})).products[0]?.plans.map((plan) => plan.plan)).toEqual(['free', 'pro']);
});

test('two catalogues applied at once become two versions, one after the other; an expected version is kept to', async () => {
  await billing.call(applyPlans, { yaml: SHIPPED });
  const applied = await Promise.all(
    [6, 7, 8].map((bots) => billing.call(applyPlans, { yaml: SHIPPED.replace(' bots: 5\n', ` bots: ${bots}\n`) })),
  );
  expect(applied.map((one) => one.appliedVersion).sort()).toEqual([2, 3, 4]);
  await expect(billing.call(applyPlans, { yaml: SHIPPED, expectedVersion: 2 })).rejects.toMatchObject({
    code: 'catalogue_changed',
    data: { catalogueVersion: 4 },
  });
});

test('a catalogue with faults is refused and changes nothing', async () => {
  const broken = SHIPPED.replace('servers: 2', 'servers: lots');
  for (const operation of [validatePlans, diffPlans, applyPlans]) {
    await expect(billing.call(operation, { yaml: broken })).rejects.toMatchObject({
      code: 'catalogue_invalid',
      data: { errors: [{ field: '/plans/main/free/features/servers', line: 56 }] },
    });
  }
  expect(await billing.call(validatePlans, { yaml: SHIPPED })).toMatchObject({
    products: ['main'],
    plans: ['main.free', 'main.pro', 'main.business'],
  });
});

test('a catalogue that re-kinds what running subscriptions have is refused by diff and apply, with its line', async () => {
  const own = SHIPPED.replace('features:\n', 'features:\n  reports: { kind: metered, name: Reports }\n').replaceAll(
    '      features:\n',
    '      features:\n        reports: 5\n',
  );
  await billing.call(applyPlans, { yaml: own });
  const other = own.replace('reports: { kind: metered', 'reports: { kind: static');
  for (const operation of [diffPlans, applyPlans]) {
    await expect(billing.call(operation, { yaml: other })).rejects.toMatchObject({
      code: 'catalogue_invalid',
      data: { errors: [{ field: '/features/reports/kind', code: 'kind_changed', line: 15 }] },
    });
  }
});

test('an applied catalogue can be exported to the letter, and so can earlier versions', async () => {
  const first = `# ours\r\n${SHIPPED}`;
  await billing.call(applyPlans, { yaml: first });
  await billing.call(applyPlans, { yaml: generous });
  expect(await billing.call(exportPlans, {})).toMatchObject({ catalogueVersion: 2, yaml: generous });
  const { yaml } = await billing.call(exportPlans, { version: 1 });
  expect(yaml).toBe(first);
  expect(await billing.call(applyPlans, { yaml })).toMatchObject({ appliedVersion: 3 });
  await expect(billing.call(exportPlans, { version: 9 })).rejects.toMatchObject({ code: 'not_found' });
});

test('an applied catalogue and moved subscriptions wake the refresh loop; an unknown plan is refused', async () => {
  await billing.call(applyPlans, { yaml: SHIPPED });
  await billing.call(movePlans, { from: 'main.free', dryRun: true });
  expect(billing.woken).toEqual(['refresh-entitlements']);
  await billing.call(movePlans, { from: 'main.free' });
  expect(billing.woken).toHaveLength(2);
  await expect(billing.call(movePlans, { from: 'main.gold' })).rejects.toMatchObject({
    code: 'unknown_plan',
    data: { product: 'main', plans: ['free', 'pro', 'business'] },
  });
});

test('what older code computed is computed again, and says then what only newer code knows', async () => {
  const plans = '    plans: [pro]\n    prices: { EUR: { month: 500 }, USD: { month: 500 } }\n';
  const addon = `addons:\n  extra_bot:\n    name: Extra bot\n    product: main\n${plans}    features: { bots: 1 }\n`;
  await billing.call(applyPlans, { yaml: `${SHIPPED}${addon}` });
  const org = newId();
  const now = await billing.call(getEntitlements, {}, org);
  const named = {
    product: 'main',
    plan: 'pro',
    planName: 'Pro',
    addon: 'extra_bot',
    addonName: 'Extra bot',
    limit: 26,
  };
  expect(now).toMatchObject({ version: 1, addon: { bots: named } });
  await billing.refresh();
  expect(await billing.announced(org)).toHaveLength(1);
  // As the release before leaves it: without the add-on, and computed with the catalogue in force.
  await billing.tenants.run(org, (tx) =>
    tx.query(`update entitlements set form = 0, snapshot = snapshot - 'addon' where org_id = $1`, [org]),
  );
  await billing.refresh();
  expect((await billing.announced(org)).at(-1)).toMatchObject({ version: 2, addon: { bots: named } });
  await billing.refresh();
  expect(await billing.announced(org)).toHaveLength(2);
});

test('one organisation whose entitlements cannot be computed does not stop those behind it', async () => {
  await billing.call(applyPlans, { yaml: SHIPPED });
  const orgs = [newId(), newId(), newId()].sort();
  for (const org of orgs) await billing.call(getEntitlements, {}, org);
  const [broken = '', ...others] = orgs;
  const anchor = (at: string) =>
    billing.tenants.run(broken, (tx) => tx.query('update period_steps set anchor = $1', [at]));
  await anchor('infinity');
  await billing.call(applyPlans, { yaml: SHIPPED.replace(' bots: 25\n', ' bots: 5\n') });
  await billing.refresh();
  for (const org of others) expect(await billing.announced(org)).toHaveLength(2);
  expect(await billing.announced(broken)).toHaveLength(1);
  await anchor('2026-01-01');
  await billing.refresh();
  expect(await billing.announced(broken)).toHaveLength(2);
});

test('of each who changes a subscription only the newest changes are stored, and none of another is pushed out', async () => {
  await billing.call(applyPlans, { yaml: SHIPPED });
  const org = newId();
  await billing.call(getEntitlements, {}, org);
  await billing.tenants.run(org, (tx) =>
    tx.query(
      `insert into subscription_changes (org_id, id, changed_at, changed_by, after)
       select $1, gen_random_uuid(), now() - make_interval(days => n), 'user', '{}' from generate_series(1, 1100) n`,
      [org],
    ),
  );
  await billing.call(setSubscription, { organisationId: org, plan: 'pro' });
  const kept = await billing.tenants.read(org, (tx) =>
    tx.query<{ changed_by: string }>('select changed_by from subscription_changes order by changed_at desc'),
  );
  expect(kept.filter((one) => one.changed_by === 'user')).toHaveLength(1_000);
  expect(kept.filter((one) => one.changed_by === 'sign-up')).toHaveLength(1);
});
