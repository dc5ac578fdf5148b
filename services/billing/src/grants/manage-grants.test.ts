import { getEntitlements } from '@tidegate/contracts/billing/entitlements';
import { createGrant, deleteGrant, listGrants, organisationBilling } from '@tidegate/contracts/billing/grants';
import { applyPlans } from '@tidegate/contracts/billing/plans';
import { setSubscription } from '@tidegate/contracts/billing/subscriptions';
import { newId } from '@tidegate/database/ids';
import { type Fixture, openBilling } from '../../test/fixture.ts';
import { SHOP } from '../../test/shop.ts';

let billing: Fixture;
beforeAll(async () => {
  billing = await openBilling();
  await billing.call(applyPlans, { yaml: SHOP });
});
afterAll(() => billing.close());

const give = (organisationId: string, feature: string, value: unknown, more = {}) =>
  billing.call(createGrant, { organisationId, feature, value, reason: 'a promise of sales', ...more });
const features = async (org: string) => (await billing.call(getEntitlements, {}, org)).features;
const inMs = (ms: number) => new Date(Date.now() + ms).toISOString();

test('what an operator gives is in force at once, and gone at its end to the second, without a request', async () => {
  const org = await billing.create();
  await give(org, 'servers', 4, { until: inMs(60_000) });
  await give(org, 'bots', null, { op: 'max' });
  expect(await features(org)).toMatchObject({ servers: { limit: 5 }, bots: { limit: null, product: 'trading' } });
  expect(billing.woken).toContain('apply-due-changes');
  await billing.pass(org, 55_000);
  const next = (await billing.due()) as number;
  expect(next).toBeLessThanOrEqual(5_000);
  expect((await features(org))['servers']).toMatchObject({ limit: 5 });
  await billing.pass(org, 6_000);
  await billing.due();
  expect((await features(org))['servers']).toMatchObject({ limit: 1 });
});

test('it may begin later', async () => {
  const org = await billing.create();
  await give(org, 'reports', 'premium', { op: 'max', from: inMs(60_000) });
  expect((await features(org))['reports']).toMatchObject({ level: 'none' });
  await billing.pass(org, 61_000);
  await billing.due();
  expect((await features(org))['reports']).toMatchObject({ level: 'premium' });
});

test('it can be taken back', async () => {
  const org = await billing.create();
  const { id } = await give(org, 'servers', 9, { op: 'set' });
  expect((await features(org))['servers']).toMatchObject({ limit: 9 });
  await billing.call(deleteGrant, { organisationId: org, grantId: id, reason: 'by mistake' });
  expect((await features(org))['servers']).toMatchObject({ limit: 1 });
  await expect(billing.call(deleteGrant, { organisationId: org, grantId: id })).rejects.toMatchObject({
    code: 'not_found',
  });
});

test.each([
  ['an unknown feature', 'rockets', 1, {}, '/feature'],
  ['a value of another kind', 'servers', true, {}, '/value'],
  ['an unlimited number of days', 'monitoring_retention_days', null, {}, '/value'],
  ['an end in the past', 'servers', 1, { until: '2020-01-01T00:00:00Z' }, '/until'],
  [
    'an end before the beginning',
    'servers',
    1,
    { from: '2050-01-02T00:00:00Z', until: '2050-01-01T00:00:00Z' },
    '/until',
  ],
])('%s is refused', async (_what, feature, value, more, field) => {
  const org = await billing.create();
  await expect(give(org, feature, value, more)).rejects.toMatchObject({ data: { errors: [{ field }] } });
});

test('the whole story of an organisation is one answer: what it has, and who changed what, when and why', async () => {
  const org = await billing.create();
  const set = { organisationId: org, product: 'monitoring', plan: 'pro', reason: 'paid by transfer' };
  await billing.call(setSubscription, set);
  const { id } = await give(org, 'servers', 2);
  await billing.call(deleteGrant, { organisationId: org, grantId: id });
  await give(org, 'servers', 3);
  const story = await billing.call(organisationBilling, { organisationId: org });
  expect(story).toMatchObject({
    subscriptions: [{ product: 'monitoring', plan: 'pro', provider: 'manual' }],
    grants: [{ feature: 'servers', value: 3, reason: 'a promise of sales', by: 'user' }],
    entitlements: { features: { servers: { limit: 23 } } },
    changes: [
      { action: 'granted', reason: 'a promise of sales', after: { value: 3 } },
      { action: 'grant_removed', before: { value: 2 } },
      { action: 'granted' },
      { action: 'changed', by: 'user', reason: 'paid by transfer', before: { plan: 'free' }, after: { plan: 'pro' } },
      { action: 'opened', by: 'sign-up', after: { plan: 'free' } },
    ],
  });
  const paged = await billing.call(organisationBilling, { organisationId: org, limit: 2 });
  const rest = await billing.call(organisationBilling, { organisationId: org, limit: 200, cursor: paged.nextCursor });
  expect([...paged.changes, ...rest.changes]).toEqual(story.changes);
  await expect(billing.call(organisationBilling, { organisationId: newId() })).rejects.toMatchObject({
    code: 'not_found',
  });
  expect((await billing.call(listGrants, { organisationId: org })).items).toEqual(story.grants);
});
