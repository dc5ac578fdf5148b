import { currentEntitlements, type Entitlements, getEntitlements } from '@tidegate/contracts/billing/entitlements';
import { applyPlans } from '@tidegate/contracts/billing/plans';
import { getSubscription, setSubscription } from '@tidegate/contracts/billing/subscriptions';
import { newId } from '@tidegate/database/ids';
import { type Fixture, openBilling, SHIPPED } from '../../test/fixture.ts';
import { openSubscription } from './open-subscription.ts';

let billing: Fixture;
beforeAll(async () => {
  billing = await openBilling();
  await billing.call(applyPlans, { yaml: SHIPPED });
});
afterAll(() => billing.close());

test('an organisation begins on the default plan; asking for it at once from everywhere makes one subscription', async () => {
  const org = newId();
  const answers = await Promise.all(Array.from({ length: 10 }, () => billing.call(getEntitlements, {}, org)));
  expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
  expect(answers[0]).toMatchObject({ orgId: org, version: 1, plan: 'free', planName: 'Free', access: 'full' });
  expect(await billing.announced(org)).toHaveLength(1);
  const { orgId: organisationId, ...same } = answers[0] as Entitlements;
  expect(await billing.call(currentEntitlements, {}, org)).toEqual({ organisationId, ...same });
});

test('periods are counted from the instant the organisation was made', async () => {
  const org = newId();
  const emit = async () => undefined;
  await billing.tenants.run(org, (tx) => openSubscription(tx, emit, org, '2026-01-31T10:00:00.123Z'));
  const subscription = await billing.call(getSubscription, {}, org);
  expect(subscription).toMatchObject({ plan: 'free', status: 'active', periodAnchor: '2026-01-31T10:00:00.123Z' });
  expect(subscription.periodStart).toMatch(/T10:00:00\.123Z$/);
  // Asked again later, the anchor stays.
  await billing.tenants.run(org, (tx) => openSubscription(tx, emit, org, '2026-03-01T00:00:00.000Z'));
  expect((await billing.call(getSubscription, {}, org)).periodAnchor).toBe('2026-01-31T10:00:00.123Z');
});

test('an operator puts an organisation on another plan: limits change at once, the anchor does not', async () => {
  const org = newId();
  const before = await billing.call(getEntitlements, {}, org);
  const set = await billing.call(setSubscription, { organisationId: org, plan: 'pro', interval: 'year' });
  expect(set).toMatchObject({ organisationId: org, plan: 'pro', planVersion: 1, interval: 'year' });
  expect(Date.parse(set.periodEnd) - Date.parse(set.periodStart)).toBeGreaterThan(364 * 86_400_000);
  const after = await billing.call(getEntitlements, {}, org);
  expect(after).toMatchObject({ version: 2, plan: 'pro', features: { servers: { limit: 10 } } });
  expect(after.periodAnchor).toBe(before.periodAnchor);
  expect(after.upgrade['servers']).toMatchObject({ plan: 'business', limit: 100 });
});

test('many changes at once leave versions without gap or repetition, and the last one announced is the one in force', async () => {
  const org = newId();
  await billing.call(getEntitlements, {}, org);
  const plans = Array.from({ length: 24 }, (_, index) => ['pro', 'business', 'free'][index % 3]);
  await Promise.all(plans.map((plan) => billing.call(setSubscription, { organisationId: org, plan })));
  const announced = await billing.announced(org);
  expect(announced.map((snapshot) => snapshot.version)).toEqual(announced.map((_, index) => index + 1));
  expect(announced.at(-1)).toEqual(await billing.call(getEntitlements, {}, org));
});

test('the same plan again announces nothing', async () => {
  const org = newId();
  await billing.call(getEntitlements, {}, org);
  await billing.call(setSubscription, { organisationId: org, plan: 'free' });
  expect(await billing.announced(org)).toHaveLength(1);
});

test('an unknown plan and an unknown organisation are told apart', async () => {
  const org = newId();
  await billing.call(getEntitlements, {}, org);
  await expect(billing.call(setSubscription, { organisationId: org, plan: 'gold' })).rejects.toMatchObject({
    code: 'unknown_plan',
    data: { plans: ['free', 'pro', 'business'] },
  });
  await expect(billing.call(setSubscription, { organisationId: newId(), plan: 'pro' })).rejects.toMatchObject({
    code: 'not_found',
  });
});

test('an organisation whose plan is being set up is asked to come back', async () => {
  await expect(billing.call(getSubscription, {})).rejects.toMatchObject({ code: 'unavailable' });
  await expect(billing.call(currentEntitlements, {})).rejects.toMatchObject({ code: 'unavailable' });
});
