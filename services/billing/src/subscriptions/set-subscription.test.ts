import { currentEntitlements, type Entitlements, getEntitlements } from '@tidegate/contracts/billing/entitlements';
import { applyPlans, movePlans } from '@tidegate/contracts/billing/plans';
import { setSubscription } from '@tidegate/contracts/billing/subscriptions';
import { newId } from '@tidegate/database/ids';
import { until } from '@tidegate/testing/until';
import { type Fixture, openBilling, SHIPPED } from '../../test/fixture.ts';

const DAY_MS = 86_400_000;
let billing: Fixture;
beforeAll(async () => {
  billing = await openBilling();
  await billing.call(applyPlans, { yaml: SHIPPED });
});
afterAll(() => billing.close());

test('an organisation starts on the default plan; concurrent requests create one subscription', async () => {
  const org = newId();
  const answers = await Promise.all(Array.from({ length: 10 }, () => billing.call(getEntitlements, {}, org)));
  for (const answer of answers) expect(answer).toEqual(answers[0]);
  expect(answers[0]).toMatchObject({
    orgId: org,
    version: 1,
    plans: { main: { plan: 'free', planName: 'Free', access: 'full' } },
  });
  expect(await billing.announced(org)).toHaveLength(1);
  const { orgId: organisationId, ...same } = answers[0] as Entitlements;
  expect(await billing.call(currentEntitlements, {}, org)).toEqual({ organisationId, ...same });
});

test('periods are counted from the instant the organisation was created', async () => {
  const org = await billing.create('2026-01-31T10:00:00.123Z');
  const subscription = await billing.subscription(org);
  expect(subscription).toMatchObject({ plan: 'free', status: 'active', startedAt: '2026-01-31T10:00:00.000Z' });
  expect(subscription.periodStart).toMatch(/T10:00:00\.000Z$/);
  // Heard again later, it stays.
  await billing.create('2026-03-01T00:00:00.000Z', org);
  expect(await billing.subscription(org)).toEqual(subscription);
});

test("an operator changes an organisation's plan: limits change at once, what is counted continues", async () => {
  const org = newId();
  const before = await billing.call(getEntitlements, {}, org);
  const set = await billing.call(setSubscription, {
    organisationId: org,
    plan: 'pro',
    interval: 'year',
    reason: 'agreed',
  });
  expect(set).toMatchObject({
    organisationId: org,
    subscriptions: [{ plan: 'pro', planVersion: 1, interval: 'year', provider: 'manual' }],
  });
  const after = await billing.call(getEntitlements, {}, org);
  expect(after).toMatchObject({ version: 2, plans: { main: { plan: 'pro' } }, features: { servers: { limit: 10 } } });
  expect(after.periods['shared']).toEqual(before.periods['shared']);
  expect(after.upgrade['servers']).toMatchObject({ plan: 'business', limit: 100 });
});

describe('an organisation that signed up eleven months ago', () => {
  const signedUp = new Date(Date.now() - 335 * DAY_MS).toISOString();
  const set = async (organisationId: string, plan: string, interval?: string) => {
    await billing.call(setSubscription, { organisationId, plan, ...(interval && { interval }) });
    return billing.subscription(organisationId);
  };
  const length = ({ periodStart, periodEnd }: { periodStart: string; periodEnd: string }) =>
    (Date.parse(periodEnd) - Date.parse(periodStart)) / DAY_MS;

  test.each(['year', 'month'])('has a whole %s from the moment it begins to pay', async (interval) => {
    const org = await billing.create(signedUp);
    const before = Date.now();
    const paid = await set(org, 'pro', interval);
    expect(Date.parse(paid.periodStart)).toBeGreaterThanOrEqual(before - 1_000);
    expect(length(paid)).toBeGreaterThanOrEqual(interval === 'year' ? 365 : 28);
    const anchor = (await billing.call(getEntitlements, {}, org)).periods['shared']?.at(-1)?.anchor;
    expect(anchor?.slice(0, 19)).toBe(signedUp.slice(0, 19));
  });

  test('has a whole year of a plan that it buys while it is on a year of another', async () => {
    const org = await billing.create(signedUp);
    await set(org, 'pro', 'year');
    await billing.pass(org, 300 * DAY_MS);
    expect((await set(org, 'pro')).periodStart).toMatch(new Date(Date.now() - 300 * DAY_MS).toISOString().slice(0, 10));
    const before = Date.now();
    const bought = await set(org, 'business');
    expect(bought).toMatchObject({ interval: 'year', plan: 'business' });
    expect(length(bought)).toBeGreaterThanOrEqual(365);
    expect(Date.parse(bought.periodStart)).toBeGreaterThanOrEqual(before - 1_000);
    // The same again changes nothing, also not when it ends.
    expect(await set(org, 'business', 'year')).toEqual(bought);
  });

  test('keeps its interval when nobody names one, and its month when only the plan changes', async () => {
    const org = await billing.create(signedUp);
    await set(org, 'pro');
    await billing.pass(org, 3 * DAY_MS);
    const month = await billing.subscription(org);
    expect(await set(org, 'business')).toMatchObject({ interval: 'month', periodStart: month.periodStart });
    await set(org, 'pro', 'year');
    expect(await set(org, 'business')).toMatchObject({ interval: 'year' });
    // What costs nothing is not had by the year.
    expect(await set(org, 'free', 'year')).toMatchObject({ interval: 'month' });
  });
});

test('what an operator ends at once leaves the plan that follows its months: nothing is counted by the year', async () => {
  const org = await billing.create(new Date(Date.now() - 40 * DAY_MS).toISOString());
  const order = { organisationId: org, plan: 'pro', interval: 'year' };
  await billing.call(setSubscription, order);
  await billing.call(setSubscription, { ...order, status: 'canceled' });
  const { plan, interval, periodStart, periodEnd } = await billing.subscription(org);
  expect({ plan, interval }).toEqual({ plan: 'free', interval: 'month' });
  expect(Date.parse(periodEnd) - Date.parse(periodStart)).toBeLessThanOrEqual(31 * DAY_MS);
  const { periods } = await billing.call(getEntitlements, {}, org);
  expect(periods['main']?.at(-1)).toMatchObject({ months: 1 });
});

test('a plan is sold only by the intervals for which it has a price', async () => {
  const org = newId();
  await billing.call(getEntitlements, {}, org);
  await billing.call(setSubscription, { organisationId: org, plan: 'pro', interval: 'year' });
  const monthly = SHIPPED.replace('month: 2900, year: 29000', 'month: 2900').replace('3200, year: 32000', '3200');
  await billing.call(applyPlans, { yaml: monthly });
  try {
    for (const [interval, detail] of [
      ['year', /Pro is sold by the month only\.$/],
      [undefined, /name the interval/],
    ] as const) {
      await expect(
        billing.call(setSubscription, { organisationId: org, plan: 'pro', ...(interval && { interval }) }),
      ).rejects.toMatchObject({
        code: 'interval_not_offered',
        data: { plan: 'pro', interval: 'year', intervals: ['month'] },
        detail: expect.stringMatching(detail),
      });
    }
    for (const dryRun of [true, false]) {
      await expect(billing.call(movePlans, { from: 'main.pro', dryRun })).rejects.toMatchObject({
        code: 'interval_not_offered',
        detail: expect.stringMatching(/^\d+ of the subscriptions are paid by the year/),
      });
    }
    expect(await billing.subscription(org)).toMatchObject({ planVersion: 1, interval: 'year' });
  } finally {
    await billing.call(applyPlans, { yaml: SHIPPED });
  }
});

test('concurrent changes leave versions without gaps or repetitions, and the last one announced is in force', async () => {
  const org = newId();
  await billing.call(getEntitlements, {}, org);
  const plans = Array.from({ length: 24 }, (_, index) => ['pro', 'business', 'free'][index % 3]);
  // On a slow machine no connection is free in time for the last ones: whoever is told so asks again.
  await Promise.all(plans.map((plan) => until(() => billing.call(setSubscription, { organisationId: org, plan }))));
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

test('an unknown plan and an unknown organisation are distinguished', async () => {
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

test('an organisation whose plan is being set up is asked to retry', async () => {
  await expect(billing.call(currentEntitlements, {})).rejects.toMatchObject({ code: 'unavailable' });
});
