import { join } from 'node:path';
import { currentEntitlements, type Entitlements, getEntitlements } from '@tidegate/contracts/billing/entitlements';
import { applyPlans, movePlans } from '@tidegate/contracts/billing/plans';
import { getSubscription, setSubscription } from '@tidegate/contracts/billing/subscriptions';
import { newId } from '@tidegate/database/ids';
import { schemaBefore } from '@tidegate/testing/upgrade';
import { type Fixture, openBilling, SHIPPED } from '../../test/fixture.ts';
import { openSubscription } from './open-subscription.ts';

let billing: Fixture;
beforeAll(async () => {
  billing = await openBilling();
  await billing.call(applyPlans, { yaml: SHIPPED });
});
afterAll(() => billing.close());

test('an organisation starts on the default plan; concurrent requests create one subscription', async () => {
  const org = newId();
  const answers = await Promise.all(Array.from({ length: 10 }, () => billing.call(getEntitlements, {}, org)));
  expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
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

test("an operator changes an organisation's plan: limits change at once, the anchor does not", async () => {
  const org = newId();
  const before = await billing.call(getEntitlements, {}, org);
  const set = await billing.call(setSubscription, { organisationId: org, plan: 'pro', interval: 'year' });
  expect(set).toMatchObject({ organisationId: org, plan: 'pro', planVersion: 1, interval: 'year' });
  const after = await billing.call(getEntitlements, {}, org);
  expect(after).toMatchObject({ version: 2, plans: { main: { plan: 'pro' } }, features: { servers: { limit: 10 } } });
  expect(after.periods).toEqual(before.periods);
  expect(after.upgrade['servers']).toMatchObject({ plan: 'business', limit: 100 });
});

describe('an organisation that signed up eleven months ago', () => {
  const DAY_MS = 86_400_000;
  const signedUp = new Date(Date.now() - 335 * DAY_MS).toISOString();
  async function oldOrganisation(): Promise<string> {
    const org = newId();
    await billing.tenants.run(org, (tx) => openSubscription(tx, async () => undefined, org, signedUp));
    return org;
  }
  const set = (organisationId: string, plan: string, interval?: string) =>
    billing.call(setSubscription, { organisationId, plan, ...(interval && { interval }) });
  const length = ({ periodStart, periodEnd }: { periodStart: string; periodEnd: string }) =>
    (Date.parse(periodEnd) - Date.parse(periodStart)) / DAY_MS;

  test('has a whole year from the moment it chooses to pay by the year', async () => {
    const org = await oldOrganisation();
    const before = Date.now();
    const yearly = await set(org, 'pro', 'year');
    expect(Date.parse(yearly.periodStart)).toBeGreaterThanOrEqual(before - 1_000);
    expect(length(yearly)).toBeGreaterThanOrEqual(365);
    expect(yearly).toMatchObject({ periodAnchor: signedUp, intervalSince: yearly.periodStart });
    expect((await billing.call(getEntitlements, {}, org)).periods['shared']?.at(-1)?.anchor).toBe(signedUp);
    expect(await billing.call(getSubscription, {}, org)).toEqual(yearly);
  });

  test('has a whole year of a plan that it buys while it is on a year of another', async () => {
    const org = await oldOrganisation();
    await set(org, 'free', 'year');
    await billing.tenants.run(org, (tx) =>
      tx.query("update subscriptions set interval_since = interval_since - interval '300 days'"),
    );
    expect((await set(org, 'free')).periodStart).toMatch(
      new Date(Date.now() - 300 * DAY_MS).toISOString().slice(0, 10),
    );
    const bought = await set(org, 'pro');
    expect(bought).toMatchObject({ interval: 'year', plan: 'pro', periodStart: bought.intervalSince });
    expect(length(bought)).toBeGreaterThanOrEqual(365);
    // The same again changes nothing, also not when it ends.
    expect(await set(org, 'pro', 'year')).toEqual(bought);
  });

  test('keeps its interval when nobody names one, and its month when only the plan changes', async () => {
    const org = await oldOrganisation();
    const month = await billing.call(getSubscription, {}, org);
    expect(await set(org, 'pro')).toMatchObject({ interval: 'month', periodStart: month.periodStart });
    await set(org, 'pro', 'year');
    expect(await set(org, 'business')).toMatchObject({ interval: 'year' });
    const back = await set(org, 'business', 'month');
    expect(back).toMatchObject({ interval: 'month', periodStart: back.intervalSince });
  });
});

test("a period that has begun is never reported as the one before it, whatever another machine's clock says", async () => {
  const org = newId();
  await billing.call(getEntitlements, {}, org);
  await billing.tenants.run(org, (tx) =>
    tx.query("update subscriptions set billing_interval = 'year', interval_since = now() + interval '2 seconds'"),
  );
  const { periodStart, intervalSince } = await billing.call(getSubscription, {}, org);
  expect(periodStart).toBe(intervalSince);
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
    expect(await billing.call(getSubscription, {}, org)).toMatchObject({ planVersion: 1, interval: 'year' });
  } finally {
    await billing.call(applyPlans, { yaml: SHIPPED });
  }
});

test('concurrent changes leave versions without gaps or repetitions, and the last one announced is in force', async () => {
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
  await expect(billing.call(getSubscription, {})).rejects.toMatchObject({ code: 'unavailable' });
  await expect(billing.call(currentEntitlements, {})).rejects.toMatchObject({ code: 'unavailable' });
});

test('an upgrade starts years that were sold before at the choice of their plan, and leaves months as they are', async () => {
  const root = (path: string) => join(__dirname, '../../../..', path);
  const libraries = ['database', 'messaging'].map((lib) => root(`libs/${lib}/migrations`));
  const schema = await schemaBefore('0002', {
    schema: 'billing',
    libraries,
    folder: root('services/billing/migrations'),
  });
  try {
    await schema.client.query("insert into catalogues (version, hash, document, source) values (1, '', '{}', '')");
    await schema.client.query("insert into plan_versions values ('pro', 1, '{}', 1)");
    await schema.client.query(
      `insert into subscriptions (org_id, plan, plan_version, status, billing_interval, period_anchor, started_at)
       select gen_random_uuid(), 'pro', 1, 'active', i, '2025-12-28 10:00Z', '2026-11-28 12:00:00.123456Z'
         from unnest(array['month', 'year']) as i`,
    );
    await schema.upgrade();
    const { rows } = await schema.client.query(
      'select billing_interval as paid, interval_since as since from subscriptions order by 1',
    );
    expect(rows).toEqual([
      { paid: 'month', since: new Date('2025-12-28T10:00:00Z') },
      { paid: 'year', since: new Date('2026-11-28T12:00:00.123Z') },
    ]);
  } finally {
    await schema.drop();
  }
});
