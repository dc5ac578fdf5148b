import { getEntitlements } from '@tidegate/contracts/billing/entitlements';
import { applyPlans } from '@tidegate/contracts/billing/plans';
import {
  cancelSubscription,
  changeSubscription,
  decideOrder,
  setSubscription,
} from '@tidegate/contracts/billing/subscriptions';
import { type Fixture, openBilling } from '../../test/fixture.ts';
import { SHOP } from '../../test/shop.ts';
import { Payments } from './payments.ts';
import type { ProviderState } from './provider-state.rules.ts';

const DAY_MS = 86_400_000;
const START = Math.floor(Date.now() / 1_000) * 1_000 - 5 * DAY_MS;
const at = (days: number): string => new Date(START + days * DAY_MS).toISOString();

/** A provider that notes what it is asked. */
class Asked extends Payments {
  readonly configured = true;
  readonly asked: unknown[] = [];
  private readonly note =
    (what: string) =>
    async (...given: unknown[]): Promise<void> =>
      void this.asked.push([what, ...given.slice(1)]);
  readonly change = this.note('change');
  readonly preview = async () => ({ dueNow: null, next: null });
  readonly cancel = this.note('cancel');
  readonly resume = this.note('resume');
  readonly pause = this.note('pause');
}

const payments = new Asked();
let billing: Fixture;
beforeAll(async () => {
  billing = await openBilling({ payments });
  await billing.call(applyPlans, { yaml: SHOP });
});
afterAll(() => billing.close());

let seq = 0;
const state = (more: Partial<ProviderState> = {}): ProviderState => ({
  provider: 'stripe',
  ref: 'sub_1',
  seq: String(++seq),
  status: 'active',
  plan: 'pro',
  planVersion: 1,
  interval: 'month',
  currency: 'EUR',
  addons: [],
  since: at(0),
  anchor: at(0),
  periodStart: at(0),
  periodEnd: at(30),
  trialEnd: null,
  cancelAt: null,
  pausedAt: null,
  next: null,
  ...more,
});
const say = (org: string, more?: Partial<ProviderState>) => billing.provider(org, 'monitoring', state(more));
const monitoring = (org: string) => billing.subscription(org, 'monitoring');
const plan = async (org: string) => (await billing.call(getEntitlements, {}, org)).plans['monitoring'];

test('what a provider says is in force, with its add-ons and from its anchor; said again it changes nothing', async () => {
  const org = await billing.create();
  await say(org, { addons: [{ addon: 'extra_servers', version: 1, quantity: 2 }] });
  expect(await monitoring(org)).toMatchObject({
    plan: 'pro',
    provider: 'stripe',
    currency: 'EUR',
    periodStart: at(0),
    periodEnd: at(30),
    addons: [{ addon: 'extra_servers', quantity: 2 }],
  });
  const before = await billing.call(getEntitlements, {}, org);
  expect(before).toMatchObject({ plans: { monitoring: { plan: 'pro' } }, features: { servers: { limit: 24 } } });
  expect(before.periods['monitoring']?.at(-1)).toEqual({ from: expect.any(String), anchor: at(0), months: 1 });
  await say(org, { addons: [{ addon: 'extra_servers', version: 1, quantity: 2 }] });
  expect(await billing.call(getEntitlements, {}, org)).toEqual(before);
  expect(await billing.announced(org)).toHaveLength(2);
});

test('an older state changes nothing, in whatever order states arrive', async () => {
  const org = await billing.create();
  const [first, second, third] = [state({ status: 'incomplete' }), state(), state({ status: 'past_due' })];
  for (const one of [third, first, second, third]) await billing.provider(org, 'monitoring', one);
  expect(await monitoring(org)).toMatchObject({ status: 'past_due', plan: 'pro' });
});

test.each(['canceled', 'incomplete_expired'] as const)('what is %s never comes back by the same name', async (over) => {
  const org = await billing.create();
  await say(org);
  await say(org, { status: over });
  expect(await plan(org)).toMatchObject({ plan: 'free', status: over, access: 'full' });
  await say(org, { status: 'active' });
  expect(await plan(org)).toMatchObject({ plan: 'free' });
  await say(org, { ref: 'sub_2' });
  expect(await plan(org)).toMatchObject({ plan: 'pro', status: 'active' });
  // The end of the one before is said again, by a nightly comparison.
  await say(org, { status: over });
  expect(await plan(org)).toMatchObject({ plan: 'pro', status: 'active' });
});

test('a payment that is not finished takes away nothing that was had by another way', async () => {
  const org = await billing.create();
  await billing.call(setSubscription, { organisationId: org, product: 'monitoring', plan: 'starter' });
  await say(org, { ref: 'sub_3', status: 'incomplete' });
  expect(await plan(org)).toMatchObject({ plan: 'starter' });
  await say(org, { ref: 'sub_3' });
  expect(await plan(org)).toMatchObject({ plan: 'pro' });
});

test('an overdue payment has its grace from when it was due; said again it is not longer, and paid it is over', async () => {
  const org = await billing.create();
  await say(org);
  await say(org, { status: 'past_due', pastDueSince: at(1) });
  const { graceUntil } = await monitoring(org);
  expect(graceUntil).toBe(at(8));
  await say(org, { status: 'past_due' });
  expect((await monitoring(org)).graceUntil).toBe(graceUntil);
  await billing.pass(org, 4 * DAY_MS);
  await billing.due();
  expect(await plan(org)).toMatchObject({ plan: 'pro', access: 'read_only' });
  await say(org, { status: 'active' });
  expect(await plan(org)).toMatchObject({ plan: 'pro', access: 'full' });
  await say(org, { status: 'unpaid' });
  expect(await plan(org)).toMatchObject({ plan: 'free', status: 'unpaid' });
});

test("a provider's clock decides when its trial ends and when it is over; what will follow is shown", async () => {
  const org = await billing.create();
  await say(org, { status: 'trialing', trialEnd: at(3), cancelAt: at(4) });
  expect(await monitoring(org)).toMatchObject({ status: 'trialing', next: { plan: 'free', at: at(4) } });
  await billing.due();
  expect(await plan(org)).toMatchObject({ plan: 'pro', status: 'trialing' });
  await say(org, { status: 'canceled' });
  expect(await plan(org)).toMatchObject({ plan: 'free' });
  const trial = { product: 'monitoring', plan: 'pro', trial: true };
  await expect(billing.call(changeSubscription, trial, org)).rejects.toMatchObject({
    data: { reason: 'already_tried' },
  });
});

test('changing, cancelling and operators ask the provider', async () => {
  const org = await billing.create();
  await say(org, { ref: 'sub_9' });
  payments.asked.length = 0;
  await billing.call(changeSubscription, { product: 'monitoring', plan: 'starter' }, org);
  await billing.call(changeSubscription, { product: 'monitoring', plan: 'pro', interval: 'year' }, org);
  await billing.call(cancelSubscription, { product: 'monitoring' }, org);
  await billing.call(setSubscription, { organisationId: org, product: 'monitoring', plan: 'starter' });
  const to = (name: string, interval: string, when: string, byHolder = true) => [
    'change',
    { plan: name, planVersion: 1, interval, addons: [], at: when, byHolder },
  ];
  expect(payments.asked).toEqual([
    to('starter', 'month', 'period_end'),
    to('pro', 'year', 'now'),
    ['cancel', 'period_end'],
    to('starter', 'month', 'now', false),
  ]);
  expect(await plan(org)).toMatchObject({ plan: 'pro' });
});

test('an order that is approved does not replace what a provider bills for', async () => {
  const org = await billing.create();
  await billing.call(changeSubscription, { product: 'trading', plan: 'free' }, org);
  await billing.provider(org, 'trading', state({ plan: 'basic', ref: 'sub_trading' }));
  const approve = { organisationId: org, product: 'trading', approve: true };
  await expect(billing.call(decideOrder, approve)).rejects.toMatchObject({ code: 'conflict' });
  expect(await billing.subscription(org, 'trading')).toMatchObject({ plan: 'basic', provider: 'stripe' });
});

test('a price of a version that does not exist is a fault that is seen', async () => {
  const org = await billing.create();
  await expect(say(org, { planVersion: 99 })).rejects.toThrow(/version 99 of monitoring\.pro/);
});

test('another length of what is paid counts its periods from when it was bought; the quota of the shared ones continues', async () => {
  const org = await billing.create(at(-40));
  await say(org);
  await say(org, { interval: 'year', anchor: at(2), periodStart: at(2), periodEnd: at(367) });
  const { periods } = await billing.call(getEntitlements, {}, org);
  expect(periods['monitoring']).toEqual([
    { from: at(-40), anchor: at(-40), months: 1 },
    { from: at(0), anchor: at(0), months: 1 },
    { from: at(2), anchor: at(2), months: 12 },
  ]);
  expect(periods['shared']).toHaveLength(1);
});

test('what a provider ends that was paid by the year leaves the plan that follows its months', async () => {
  const org = await billing.create(at(-40));
  await say(org, { interval: 'year', periodEnd: at(365) });
  const over = { interval: 'year' as const, periodEnd: at(365), status: 'canceled' as const };
  await say(org, over);
  await say(org, over);
  const { periods, plans } = await billing.call(getEntitlements, {}, org);
  expect(plans['monitoring']).toMatchObject({ plan: 'free' });
  expect(periods['monitoring']?.at(-1)).toMatchObject({ anchor: at(0), months: 1 });
  // Bought again it is a year again.
  await say(org, { ref: 'sub_2', interval: 'year', anchor: at(4), periodStart: at(4), periodEnd: at(369) });
  expect((await billing.call(getEntitlements, {}, org)).periods['monitoring']?.at(-1)).toEqual({
    ...{ from: at(4), anchor: at(4), months: 12 },
  });
});

// The last: it changes the catalogue.
test('a plan that an operator approves is not had by trying it, nor by changing what Stripe bills for', async () => {
  const trial = '      trial: { days: 14, card: false }\n';
  await billing.call(applyPlans, { yaml: SHOP.replace(trial, `      approval: true\n${trial}`) });
  const [trying, paying] = [await billing.create(), await billing.create()];
  const choice = { product: 'monitoring', plan: 'pro' };
  await expect(billing.call(changeSubscription, { ...choice, trial: true }, trying)).rejects.toMatchObject({
    code: 'trial_not_available',
  });
  await say(paying, { plan: 'starter', ref: 'sub_approval' });
  const before = payments.asked.length;
  await expect(billing.call(changeSubscription, choice, paying)).rejects.toMatchObject({ code: 'conflict' });
  expect(payments.asked).toHaveLength(before);
});
