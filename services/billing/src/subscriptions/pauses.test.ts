import { getEntitlements } from '@tidegate/contracts/billing/entitlements';
import { listInvoices } from '@tidegate/contracts/billing/invoices';
import { applyPlans } from '@tidegate/contracts/billing/plans';
import {
  changeSubscription,
  pauseSubscription,
  resumeSubscription,
  setSubscription,
} from '@tidegate/contracts/billing/subscriptions';
import { Log } from '@tidegate/telemetry/log';
import { type Fixture, openBilling } from '../../test/fixture.ts';
import { SHOP } from '../../test/shop.ts';
import { openStripeWorld } from '../../test/stripe-world.ts';
import { EndPauses } from './end-pauses.loop.ts';

const DAY = 86_400_000;
const product = { product: 'monitoring' };
let billing: Fixture;
beforeAll(async () => {
  billing = await openBilling();
  await billing.call(applyPlans, { yaml: SHOP });
});
afterAll(() => billing.close());

const set = (organisationId: string, plan: string, more = {}) =>
  billing.call(setSubscription, { organisationId, ...product, plan, ...more });
const pause = (org: string) => billing.call(pauseSubscription, product, org);
const resume = (org: string) => billing.call(resumeSubscription, product, org);
const access = async (org: string) =>
  (await billing.call(getEntitlements, {}, org)).plans['monitoring']?.access as string;
const invoices = async (org: string) => (await billing.call(listInvoices, { limit: 100 }, org)).items.length;

async function customer(): Promise<string> {
  const org = await billing.create();
  await set(org, 'pro');
  return org;
}

test('a pause that a customer orders is for reading only, ends by itself after the days of the plan, and is paid again from then on', async () => {
  const org = await customer();
  await pause(org);
  expect(await access(org)).toBe('read_only');
  const { pausedAt, pauseEndsAt, next } = await billing.subscription(org, 'monitoring');
  expect(Math.round((Date.parse(pauseEndsAt as string) - Date.parse(pausedAt as string)) / DAY)).toBe(30);
  expect(next).toBe(null);
  expect(billing.woken).toContain('apply-due-changes');
  await billing.pass(org, 29 * DAY);
  await billing.due();
  expect(await access(org)).toBe('read_only');
  expect(await invoices(org)).toBe(1);
  await billing.pass(org, 2 * DAY);
  await billing.due();
  expect(await billing.subscription(org, 'monitoring')).toMatchObject({ status: 'active', pauseEndsAt: null });
  expect(await access(org)).toBe('full');
  expect(await invoices(org)).toBeGreaterThan(1);
});

test('so many pauses begin in a year as the plan says, also when each is resumed at once, and nobody has more by choosing another plan', async () => {
  const org = await customer();
  await pause(org);
  await resume(org);
  await billing.call(changeSubscription, { ...product, plan: 'starter', at: 'now' }, org);
  await pause(org);
  await resume(org);
  await expect(pause(org)).rejects.toMatchObject({
    code: 'pause_not_available',
    data: { plan: 'starter', reason: 'used_up', availableAt: expect.any(String) },
  });
  await billing.pass(org, 366 * DAY);
  await billing.due();
  await set(org, 'pro');
  await pause(org);
  expect(await access(org)).toBe('read_only');
});

test('twenty requests at once are one pause', async () => {
  const org = await customer();
  const answers = await Promise.allSettled(Array.from({ length: 20 }, () => pause(org)));
  expect(answers.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  await resume(org);
  await pause(org);
});

test('what the plan sold says counts: where it says nothing of pauses only operators pause, without a limit, and only they resume', async () => {
  const org = await billing.create();
  await billing.call(setSubscription, { organisationId: org, product: 'trading', plan: 'basic' });
  await expect(billing.call(pauseSubscription, { product: 'trading' }, org)).rejects.toMatchObject({
    code: 'pause_not_available',
    data: { reason: 'not_offered', availableAt: null },
  });
  await set(org, 'pro', { status: 'paused' });
  await billing.pass(org, 200 * DAY);
  await billing.due();
  expect(await billing.subscription(org, 'monitoring')).toMatchObject({ status: 'paused', pauseEndsAt: null });
  await expect(resume(org)).rejects.toMatchObject({ code: 'conflict' });
});

test('a pause of what Stripe bills ends there when its time is over, and counts as often as any other', async () => {
  const world = await openStripeWorld({ now: new Date() });
  const org = await world.organisation();
  await world.buy(org);
  await world.settle();
  const main = { product: 'main' };
  const paused = await world.call(pauseSubscription, main, org);
  const shown = paused.subscriptions.find((one) => one.product === 'main');
  expect(shown).toMatchObject({ status: 'paused', access: 'read_only', pauseEndsAt: expect.any(String) });
  // Asked again it is the same pause, and nothing that arrives meanwhile makes it endless.
  await world.call(pauseSubscription, main, org);
  await world.settle();
  expect((await world.subscription(org, 'main')).pauseEndsAt).toBe(shown?.pauseEndsAt);
  await world.endPauses();
  expect(await world.plan(org)).toMatchObject({ access: 'read_only' });
  await world.pass(org, 31 * DAY);
  await world.endPauses();
  expect(await world.plan(org)).toMatchObject({ plan: 'pro', access: 'full' });
  await expect(world.call(pauseSubscription, main, org)).rejects.toMatchObject({
    code: 'pause_not_available',
    data: { reason: 'used_up' },
  });
});

test('one whose card is declined when a pause ends makes nobody else wait', async () => {
  const [declined, punctual] = [await customer(), await customer()];
  await Promise.all([pause(declined), pause(punctual)]);
  const endsIn = (org: string, seconds: number) =>
    billing.tenants.run(org, (tx) =>
      tx.query('update pauses set ends_at = now() + make_interval(secs => $2) where org_id = $1', [org, seconds]),
    );
  await endsIn(declined, -1);
  await endsIn(punctual, 600);
  const find = async (_tx: unknown, org: string) => {
    if (org === declined) throw new Error('declined');
  };
  const loop = new EndPauses(billing.tenants, { find } as never, new Log({ service: 'billing' }));
  const turn = async () => Number(await loop.turn({ signal: new AbortController().signal } as never));
  expect(await turn()).toBeLessThanOrEqual(600_000);
  await endsIn(punctual, -1);
  await turn();
  const open = await billing.tenants.read(punctual, (tx) =>
    tx.query('select 1 from pauses where org_id = $1 and ended_at is null', [punctual]),
  );
  expect(open).toEqual([]);
  // The one that failed is tried again when an hour has passed, or when somebody else is due.
  expect(await turn()).toBeGreaterThan(600_000);
});

test('a pause whose answer was lost is had by the same request', async () => {
  const world = await openStripeWorld({ now: new Date() });
  const org = await world.organisation();
  await world.buy(org);
  await world.settle();
  world.api.patienceMs = 100;
  await world.stripe.down();
  await expect(world.call(pauseSubscription, { product: 'main' }, org)).rejects.toMatchObject({ code: 'unavailable' });
  await world.stripe.up();
  await world.call(pauseSubscription, { product: 'main' }, org);
  expect(await world.subscription(org, 'main')).toMatchObject({ status: 'paused', pauseEndsAt: expect.any(String) });
});
