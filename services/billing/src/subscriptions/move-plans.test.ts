import { getEntitlements } from '@tidegate/contracts/billing/entitlements';
import { createGrant } from '@tidegate/contracts/billing/grants';
import { applyPlans, movePlans } from '@tidegate/contracts/billing/plans';
import { setSubscription } from '@tidegate/contracts/billing/subscriptions';
import { actionDone } from '@tidegate/contracts/kernel/action-done';
import { newId } from '@tidegate/database/ids';
import { type Fixture, openBilling, SHIPPED } from '../../test/fixture.ts';

let billing: Fixture;
beforeEach(async () => {
  billing = await openBilling();
  await billing.call(applyPlans, { yaml: SHIPPED });
});
afterEach(() => billing.close());

const generous = SHIPPED.replace(' bots: 25\n', ' bots: 30\n');
const withoutPro = SHIPPED.replace(/ {4}pro:[\s\S]*? {4}business:/, '    business:');

async function subscribed(plan: string, interval: 'month' | 'year' = 'month'): Promise<string> {
  const org = newId();
  await billing.call(getEntitlements, {}, org);
  await billing.call(setSubscription, { organisationId: org, plan, interval });
  return org;
}
const pinned = async (org: string) => {
  const { plan, planVersion, next } = await billing.subscription(org);
  return { plan, planVersion, next };
};
test('a dry run shows what moves, from what to what, and what stays, and changes nothing', async () => {
  const [monthly, yearly] = [await subscribed('pro'), await subscribed('pro', 'year')];
  await billing.call(applyPlans, { yaml: generous });
  await subscribed('pro');
  const fields = [{ field: 'features/bots/limit', before: '25', after: '30' }];
  expect(await billing.call(movePlans, { from: 'main.pro', dryRun: true })).toMatchObject({
    to: 'main.pro',
    version: 2,
    subscriptions: 2,
    stay: 1,
    moves: [
      { fromVersion: 1, interval: 'month', subscriptions: 1, fields },
      { fromVersion: 1, interval: 'year', subscriptions: 1, fields },
    ],
  });
  for (const org of [monthly, yearly]) expect(await pinned(org)).toMatchObject({ planVersion: 1, next: null });
});

test('whoever has a plan that left the catalogue can be moved off it; a year that is paid begins with the new plan', async () => {
  const [monthly, yearly] = [await subscribed('pro'), await subscribed('pro', 'year')];
  await billing.call(applyPlans, { yaml: withoutPro });
  await expect(billing.call(movePlans, { from: 'main.pro' })).rejects.toMatchObject({ code: 'unknown_plan' });
  const since = (org: string) => billing.subscription(org).then((one) => one.periodStart);
  for (const org of [monthly, yearly]) await billing.pass(org, 60_000);
  const before = { monthly: await since(monthly), yearly: await since(yearly) };
  expect(await billing.call(movePlans, { from: 'main.pro', to: 'main.business' })).toMatchObject({
    subscriptions: 2,
    stay: 0,
  });
  await billing.refresh();
  expect((await billing.call(getEntitlements, {}, monthly)).plans['main']).toMatchObject({ plan: 'business' });
  expect(await since(monthly)).toBe(before.monthly);
  expect(Date.parse(await since(yearly))).toBeGreaterThan(Date.parse(before.yearly));
});

test('at the end of the period each moves when what it has paid for ends, and until then keeps what it has', async () => {
  const [monthly, yearly] = [await subscribed('pro'), await subscribed('pro', 'year')];
  const order = { from: 'main.pro', to: 'main.business', at: 'period_end' };
  expect(await billing.call(movePlans, order)).toMatchObject({ subscriptions: 2, at: 'period_end' });
  for (const org of [monthly, yearly]) {
    const { periodEnd, next, plan } = await billing.subscription(org);
    expect(plan).toBe('pro');
    expect(next).toMatchObject({ plan: 'business', planVersion: 1, at: periodEnd, overLimit: [] });
  }
  expect(billing.woken.at(-1)).toBe('apply-due-changes');
  await billing.due();
  expect(await pinned(monthly)).toMatchObject({ plan: 'pro' });
  const { periodEnd } = await billing.subscription(monthly);
  await billing.pass(monthly, Date.parse(periodEnd) - Date.now() + 1_000);
  await billing.due();
  expect(await pinned(monthly)).toEqual({ plan: 'business', planVersion: 1, next: null });
  expect((await billing.call(getEntitlements, {}, monthly)).plans['main']).toMatchObject({ plan: 'business' });
  expect(await pinned(yearly)).toMatchObject({ plan: 'pro', next: { plan: 'business' } });
  const acts = await billing.emitted(actionDone.billing, monthly);
  expect(
    acts.map(({ action, actor, changes }) => [action, actor.kind, changes.find(({ field }) => field === 'plan')]),
  ).toEqual([
    ['subscriptions.set', 'support', expect.objectContaining({ to: 'pro' })],
    ['subscriptions.move-ordered', 'support', { field: 'plan', from: 'pro', to: 'business' }],
    ['subscriptions.changed', 'platform', { field: 'plan', from: 'pro', to: 'business' }],
  ]);
});

test('a plan that is chosen before the period ends cancels the move; so does a move at once', async () => {
  const [chooses, moved] = [await subscribed('pro'), await subscribed('pro')];
  await billing.call(movePlans, { from: 'main.pro', to: 'main.business', at: 'period_end' });
  await billing.call(setSubscription, { organisationId: chooses, plan: 'free' });
  await billing.call(movePlans, { from: 'main.pro', to: 'main.free' });
  for (const org of [chooses, moved]) {
    expect(await pinned(org)).toEqual({ plan: 'free', planVersion: 1, next: null });
  }
});

test('a move is refused when the version that was shown is not in force any more', async () => {
  const org = await subscribed('pro');
  await billing.call(applyPlans, { yaml: generous });
  await expect(billing.call(movePlans, { from: 'main.pro', toVersion: 1 })).rejects.toMatchObject({
    code: 'catalogue_changed',
    detail: expect.stringContaining('Version 2 of pro is in force'),
  });
  expect(await pinned(org)).toMatchObject({ planVersion: 1 });
  expect(await billing.call(movePlans, { from: 'main.pro', toVersion: 2 })).toMatchObject({ subscriptions: 1 });
});

test('a dry run says who would have more than is allowed then, and what of it could only be read', async () => {
  const [many, few] = [await subscribed('pro'), await subscribed('pro')];
  Object.assign(billing.counts, { bots: 7 });
  billing.names['bots'] = [{ id: 'b7', name: 'newest' }];
  const dry = () => billing.call(movePlans, { from: 'main.pro', to: 'main.free', dryRun: true });
  const over = [{ feature: 'bots', limit: 5, used: 7, restricted: [{ id: 'b7', name: 'newest' }] }];
  const said = await dry();
  expect(said).toMatchObject({ subscriptions: 2, lookedAt: 2 });
  expect(said.overLimit.toSorted((a, b) => (a.organisationId < b.organisationId ? -1 : 1))).toEqual(
    [many, few].sort().map((organisationId) => ({ organisationId, over })),
  );
  // What was given beside the plan counts.
  await billing.call(createGrant, { organisationId: few, feature: 'bots', op: 'add', value: 5, reason: 'x' });
  expect((await dry()).overLimit.map(({ organisationId }) => organisationId)).toEqual([many]);
  for (const org of [many, few]) expect(await pinned(org)).toMatchObject({ plan: 'pro', next: null });
});
