import { getEntitlements } from '@tidegate/contracts/billing/entitlements';
import { createGrant, organisationBilling } from '@tidegate/contracts/billing/grants';
import { applyPlans } from '@tidegate/contracts/billing/plans';
import {
  cancelSubscription,
  changeSubscription,
  decideOrder,
  getSubscriptions,
  listOrders,
  planOrderDecided,
  planOrdered,
  resumeSubscription,
  setSubscription,
} from '@tidegate/contracts/billing/subscriptions';
import { newId } from '@tidegate/database/ids';
import { until } from '@tidegate/testing/until';
import { type Fixture, openBilling } from '../../test/fixture.ts';
import { SHOP } from '../../test/shop.ts';

const DAY_MS = 86_400_000;
let billing: Fixture;
beforeAll(async () => {
  billing = await openBilling();
  await billing.call(applyPlans, { yaml: SHOP });
});
afterAll(() => billing.close());

const choose = (org: string, plan: string, more = {}, product = 'monitoring') =>
  billing.call(changeSubscription, { product, plan, ...more }, org);
const byHand = (org: string, plan: string, more = {}) =>
  billing.call(setSubscription, { organisationId: org, product: 'monitoring', plan, ...more });
const monitoring = (org: string) => billing.subscription(org, 'monitoring');
const inForce = (org: string) => billing.call(getEntitlements, {}, org);

test('an organisation has the default plan of every product that has one, and nothing of the others', async () => {
  const org = await billing.create('2026-01-31T10:00:00.789Z');
  const { plans, features, periods } = await inForce(org);
  expect(Object.keys(plans)).toEqual(['monitoring']);
  expect(features['bots']).toBeUndefined();
  expect(features['servers']).toMatchObject({ limit: 1, product: 'monitoring' });
  // Anchors are whole seconds.
  const step = { from: '2026-01-31T10:00:00.000Z', anchor: '2026-01-31T10:00:00.000Z', months: 1 };
  expect(periods).toEqual({ shared: [step], monitoring: [step] });
});

test('what costs something is not given away: the answer says what it costs and how it can be tried', async () => {
  const org = await billing.create();
  await expect(choose(org, 'pro', { interval: 'year' })).rejects.toMatchObject({
    code: 'payment_needed',
    data: { plan: 'pro', price: { currency: 'EUR', amountMinor: 49_000 }, trialDays: 14, checkout: null },
  });
  await expect(choose(org, 'free', { addons: [{ addon: 'extra_servers' }] })).rejects.toMatchObject({
    code: 'addon_not_offered',
    data: { plans: ['starter', 'pro'], max: 5 },
  });
  await expect(choose(org, 'gold')).rejects.toMatchObject({ code: 'unknown_plan' });
  expect(await monitoring(org)).toMatchObject({ plan: 'free', provider: 'none' });
});

describe('a trial', () => {
  test('has everything of the plan until it ends, to the second, and then the default plan follows by itself', async () => {
    const org = await billing.create();
    await choose(org, 'pro', { trial: true });
    const trial = await monitoring(org);
    expect(trial).toMatchObject({ plan: 'pro', status: 'trialing', provider: 'none', next: { plan: 'free' } });
    const left = Date.parse(trial.trialEnd as string) - Date.now();
    expect(left).toBeGreaterThan(14 * DAY_MS - 60_000);
    expect(billing.woken).toContain('apply-due-changes');
    await billing.pass(org, left - 30_000);
    await billing.due();
    expect((await inForce(org)).plans['monitoring']).toMatchObject({ plan: 'pro', status: 'trialing' });
    await billing.pass(org, 31_000);
    await billing.due();
    expect((await inForce(org)).plans['monitoring']).toMatchObject({ plan: 'free', status: 'active' });
    // What was tried is not offered to be tried.
    await expect(choose(org, 'pro')).rejects.toMatchObject({ code: 'payment_needed', data: { trialDays: null } });
    await expect(choose(org, 'pro', { trial: true })).rejects.toMatchObject({
      code: 'trial_not_available',
      data: { reason: 'already_tried' },
    });
  });

  test('is had once, also when it is asked for twice at once', async () => {
    const org = await billing.create();
    const tries = await Promise.allSettled([1, 2, 3].map(() => choose(org, 'pro', { trial: true })));
    expect(tries.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  test('can be ended before its time', async () => {
    const org = await billing.create();
    await choose(org, 'pro', { trial: true });
    await billing.call(cancelSubscription, { product: 'monitoring', at: 'now' }, org);
    expect(await monitoring(org)).toMatchObject({ plan: 'free', status: 'active', trialEnd: null });
  });
});

describe('a plan that begins when an operator approves', () => {
  const trading = { product: 'trading' };
  test('is ordered, shown, approved with a reason, and an event says so each time', async () => {
    const org = await billing.create();
    await choose(org, 'free', {}, 'trading');
    expect((await billing.call(getSubscriptions, {}, org)).orders).toMatchObject([{ ...trading, plan: 'free' }]);
    expect((await inForce(org)).plans['trading']).toBeUndefined();
    const { items } = await billing.call(listOrders, { limit: 200 });
    expect(items).toContainEqual(expect.objectContaining({ organisationId: org, ...trading, plan: 'free' }));
    await billing.call(decideOrder, { organisationId: org, ...trading, approve: true, reason: 'known' });
    expect((await inForce(org)).plans['trading']).toMatchObject({ plan: 'free', access: 'full' });
    expect((await billing.call(getSubscriptions, {}, org)).orders).toEqual([]);
    expect(await billing.emitted(planOrdered, org)).toMatchObject([{ plan: 'free' }]);
    expect(await billing.emitted(planOrderDecided, org)).toMatchObject([{ approved: true, reason: 'known' }]);
    // It has it already: choosing it again orders nothing.
    await choose(org, 'free', {}, 'trading');
    expect((await billing.call(getSubscriptions, {}, org)).orders).toEqual([]);
  });

  test('can be refused, or withdrawn; twice is once', async () => {
    const [refused, withdrawn] = [await billing.create(), await billing.create()];
    for (const org of [refused, withdrawn]) await choose(org, 'free', {}, 'trading');
    const decision = { organisationId: refused, ...trading, approve: false };
    await billing.call(decideOrder, decision);
    await expect(billing.call(decideOrder, decision)).rejects.toMatchObject({ code: 'not_found' });
    await billing.call(cancelSubscription, trading, withdrawn);
    await expect(billing.call(cancelSubscription, trading, withdrawn)).rejects.toMatchObject({ code: 'conflict' });
    for (const org of [refused, withdrawn]) expect((await inForce(org)).plans['trading']).toBeUndefined();
  });
});

test('another choice can be looked at first, with what there would be too much of; nothing is written', async () => {
  const org = await billing.create();
  await byHand(org, 'pro', { addons: [{ addon: 'archive' }] });
  const [before, changes] = [await inForce(org), await billing.call(organisationBilling, { organisationId: org })];
  Object.assign(billing.counts, { servers: 9, seats: 3, bots: 1 });
  const seen = await billing.preview(org, { product: 'monitoring', plan: 'starter' });
  expect(seen).toMatchObject({
    before: { servers: { limit: 20 }, monitoring_retention_days: { value: 365 } },
    after: { servers: { limit: 5 }, monitoring_retention_days: { value: 30 } },
  });
  expect(seen.overLimit).toEqual([
    { feature: 'servers', limit: 5, used: 9, restricted: [] },
    { feature: 'seats', limit: 1, used: 3, restricted: [] },
    { feature: 'bots', limit: 0, used: 1, restricted: [] },
  ]);
  expect(await inForce(org)).toEqual(before);
  expect(await billing.call(organisationBilling, { organisationId: org })).toEqual(changes);
  for (const key of ['servers', 'seats', 'bots']) delete billing.counts[key];
});

describe('a subscription that is invoiced by hand', () => {
  test('upgrades at once, and downgrades when what is paid for ends, naming what will be too much', async () => {
    const org = await billing.create();
    await byHand(org, 'starter');
    await choose(org, 'pro');
    const upgraded = await monitoring(org);
    expect(upgraded).toMatchObject({ plan: 'pro', provider: 'manual', next: null });
    billing.counts['servers'] = 7;
    const { subscriptions } = await choose(org, 'starter');
    expect(subscriptions[0]?.next).toEqual({
      plan: 'starter',
      planName: 'starter',
      planVersion: 1,
      interval: 'month',
      at: upgraded.periodEnd,
      overLimit: [{ feature: 'servers', limit: 5, used: 7, restricted: [] }],
    });
    expect((await inForce(org)).plans['monitoring']).toMatchObject({ plan: 'pro' });
    await billing.pass(org, Date.parse(upgraded.periodEnd) - Date.now() + 1_000);
    await billing.due();
    expect(await monitoring(org)).toMatchObject({ plan: 'starter', provider: 'manual', next: null });
    expect((await inForce(org)).features['servers']).toMatchObject({ limit: 5 });
  });

  test('a downgrade that was ordered can be taken back', async () => {
    const org = await billing.create();
    await byHand(org, 'pro', { addons: [{ addon: 'archive' }] });
    await choose(org, 'starter');
    const ordered = await monitoring(org);
    expect(ordered).toMatchObject({
      next: { plan: 'starter' },
      addons: [{ addon: 'archive', until: ordered.periodEnd }],
    });
    await billing.call(resumeSubscription, { product: 'monitoring' }, org);
    expect(await monitoring(org)).toMatchObject({ next: null, addons: [{ addon: 'archive', until: null }] });
  });

  test('is cancelled for the end of the period, resumed, and cancelled again; the default plan follows', async () => {
    const org = await billing.create();
    await byHand(org, 'pro');
    const product = { product: 'monitoring' };
    await billing.call(cancelSubscription, { ...product, reason: 'too dear' }, org);
    const { cancelAt, periodEnd } = await monitoring(org);
    expect(cancelAt).toBe(periodEnd);
    await billing.call(resumeSubscription, product, org);
    expect(await monitoring(org)).toMatchObject({ cancelAt: null, plan: 'pro' });
    await expect(billing.call(resumeSubscription, product, org)).rejects.toMatchObject({ code: 'conflict' });
    await billing.call(cancelSubscription, product, org);
    await billing.pass(org, Date.parse(periodEnd) - Date.now() + 1_000);
    await billing.due();
    expect(await monitoring(org)).toMatchObject({ plan: 'free', provider: 'none', status: 'active', cancelAt: null });
    await expect(billing.call(cancelSubscription, product, org)).rejects.toMatchObject({ code: 'conflict' });
  });

  test('add-ons add as often as they were bought, at most their number, and end with a plan they do not go with', async () => {
    const org = await billing.create();
    await byHand(org, 'pro', { addons: [{ addon: 'extra_servers', quantity: 3 }, { addon: 'archive' }] });
    const features = async () => (await inForce(org)).features;
    expect(await features()).toMatchObject({
      servers: { limit: 26 },
      monitoring_retention_days: { value: 365 },
      reports: { level: 'premium' },
    });
    await expect(byHand(org, 'pro', { addons: [{ addon: 'archive', quantity: 2 }] })).rejects.toMatchObject({
      code: 'addon_not_offered',
      data: { max: 1 },
    });
    await byHand(org, 'starter');
    expect(await features()).toMatchObject({ servers: { limit: 11 }, monitoring_retention_days: { value: 30 } });
    expect((await monitoring(org)).addons.map(({ addon }) => addon)).toEqual(['extra_servers']);
    await byHand(org, 'starter', { addons: [] });
    expect((await features())['servers']).toMatchObject({ limit: 5 });
  });

  test('an add-on that was going to end, or had ended, is had again by asking for it', async () => {
    const org = await billing.create();
    const archive = { addons: [{ addon: 'archive' }] };
    await byHand(org, 'pro', archive);
    const days = async () => (await inForce(org)).features['monitoring_retention_days'];
    const lose = async () => {
      await choose(org, 'pro', { addons: [], at: 'period_end' });
      expect((await monitoring(org)).addons[0]?.until).not.toBeNull();
    };
    await lose();
    await choose(org, 'pro', archive);
    expect(await monitoring(org)).toMatchObject({ next: null, addons: [{ addon: 'archive', until: null }] });
    await lose();
    await billing.pass(org, 32 * DAY_MS);
    await billing.due();
    expect(await days()).toMatchObject({ value: 90 });
    await choose(org, 'pro', archive);
    expect(await days()).toMatchObject({ value: 365 });
  });

  test('each add-on is named once, with its number', async () => {
    const org = await billing.create();
    const twice = [{ addon: 'extra_servers' }, { addon: 'extra_servers', quantity: 2 }];
    await expect(byHand(org, 'pro', { addons: twice })).rejects.toMatchObject({ code: 'validation_failed' });
  });

  test('choosing a plan pays no debt: the grace ends when it did, whatever its customer chooses', async () => {
    const org = await billing.create();
    await byHand(org, 'starter');
    await byHand(org, 'starter', { status: 'past_due' });
    const { graceUntil } = await monitoring(org);
    await choose(org, 'starter');
    await choose(org, 'pro');
    expect(await monitoring(org)).toMatchObject({ plan: 'pro', status: 'past_due', graceUntil });
    await billing.pass(org, 8 * DAY_MS);
    await choose(org, 'pro', { addons: [{ addon: 'extra_servers' }] });
    expect(await monitoring(org)).toMatchObject({ status: 'past_due', access: 'read_only' });
  });

  test('an overdue payment leaves everything working until the grace ends, exactly then; a second reminder gives no more', async () => {
    const org = await billing.create();
    await byHand(org, 'pro', { status: 'past_due' });
    const { graceUntil } = await monitoring(org);
    expect((await inForce(org)).plans['monitoring']).toMatchObject({ status: 'past_due', access: 'full' });
    await byHand(org, 'pro', { status: 'past_due' });
    expect((await monitoring(org)).graceUntil).toBe(graceUntil);
    const left = Date.parse(graceUntil as string) - Date.now();
    expect(left).toBeGreaterThan(7 * DAY_MS - 60_000);
    await billing.pass(org, left - 30_000);
    const next = (await billing.due()) as number;
    expect(next).toBeGreaterThan(0);
    expect(next).toBeLessThanOrEqual(30_000);
    expect((await inForce(org)).plans['monitoring']).toMatchObject({ access: 'full' });
    await billing.pass(org, 31_000);
    await billing.due();
    expect((await inForce(org)).plans['monitoring']).toMatchObject({ plan: 'pro', access: 'read_only' });
    await byHand(org, 'pro');
    expect((await inForce(org)).plans['monitoring']).toMatchObject({ status: 'active', access: 'full' });
  });
});

test('going to another plan and back begins no new period, unless it is paid for', async () => {
  const org = await billing.create(new Date(Date.now() - 40 * DAY_MS).toISOString());
  const steps = async () => (await inForce(org)).periods['monitoring'] ?? [];
  const [first] = await steps();
  await choose(org, 'pro', { trial: true });
  await billing.call(cancelSubscription, { product: 'monitoring', at: 'now' }, org);
  await choose(org, 'free');
  expect(await steps()).toEqual([first]);
  await byHand(org, 'pro', { interval: 'year' });
  const bought = (await steps()).at(-1);
  expect(bought).toMatchObject({ from: bought?.anchor, months: 12 });
  expect((await monitoring(org)).periodStart).toBe(bought?.anchor);
  expect((await inForce(org)).periods['shared']).toEqual([first]);
  await billing.call(cancelSubscription, { product: 'monitoring', at: 'now' }, org);
  // The month that is running continues.
  expect((await steps()).at(-1)).toMatchObject({ from: bought?.anchor, anchor: bought?.anchor, months: 1 });
});

test('an organisation that is being set up is asked to retry, and one that is unknown is not found', async () => {
  await expect(billing.call(getSubscriptions, {})).rejects.toMatchObject({ code: 'unavailable' });
  await expect(byHand(newId(), 'pro')).rejects.toMatchObject({ code: 'not_found' });
});

test('a stop of the service makes no difference: what was due meanwhile happens in its order, at its instants', async () => {
  const org = await billing.create();
  await byHand(org, 'pro');
  await choose(org, 'starter');
  const { periodEnd } = await monitoring(org);
  await billing.tenants.run(org, (tx) =>
    tx.query("update subscriptions set cancel_at = next_at + interval '3 days' where product = 'monitoring'"),
  );
  const before = Date.now();
  await billing.pass(org, Date.parse(periodEnd) - before + 10 * DAY_MS);
  const [one, other] = await Promise.all([billing.due(), billing.due()]);
  expect([one, other]).not.toContain('again');
  const rows = await billing.tenants.read(org, (tx) =>
    tx.query<{ action: string; plan: string }>(
      "select action, after ->> 'plan' as plan from subscription_changes where changed_by in ('schedule', 'user') order by changed_at, id",
    ),
  );
  expect(rows.slice(-2)).toEqual([
    { action: 'changed', plan: 'starter' },
    { action: 'canceled', plan: 'free' },
  ]);
  const since = Date.parse((await monitoring(org)).startedAt);
  expect(Math.abs(before - 7 * DAY_MS - since)).toBeLessThanOrEqual(1_000);
});

test('with two replicas a grant ends by itself at its instant, announced once, and nobody polls meanwhile', async () => {
  const org = await billing.create();
  const { turns } = billing.replicas(2);
  await until(() => turns() >= 2);
  const [before, end] = [turns(), new Date(Date.now() + 2_000)];
  const given = { feature: 'servers', value: 4, until: end.toISOString(), reason: 'for a while' };
  await billing.call(createGrant, { organisationId: org, ...given });
  await until(async () => (await inForce(org)).features['servers']?.kind === 'counted' && (await limit(org)) === 1);
  const announced = await billing.tenants.read(org, (tx) =>
    tx.query<{ at: Date }>(
      "select created_at as at from outbox where subject like '%entitlements.changed.v1' and org_id = $1 order by id",
      [org],
    ),
  );
  expect(announced).toHaveLength(3);
  expect((announced.at(-1) as { at: Date }).at.getTime()).toBeGreaterThanOrEqual(end.getTime());
  // Each is woken by the grant, and wakes when it ends; neither turns again and again.
  expect(turns() - before).toBeLessThanOrEqual(12);
});
const limit = async (org: string) => {
  const grant = (await inForce(org)).features['servers'];
  return grant?.kind === 'counted' ? grant.limit : undefined;
};
