import { listInvoices } from '@tidegate/contracts/billing/invoices';
import { previewChange } from '@tidegate/contracts/billing/preview';
import { changeSubscription } from '@tidegate/contracts/billing/subscriptions';
import { openStripeWorld, type StripeWorld } from '../../../test/stripe-world.ts';
import { clock } from '../../kernel/subscription.rows.ts';

let world: StripeWorld;
async function open(now: string) {
  world = await openStripeWorld({ now: new Date(now) });
  vi.spyOn(clock, 'read').mockImplementation(() => world.stripe.clock.now() * 1_000);
}

async function subscribed(order: Parameters<StripeWorld['buy']>[1] = {}) {
  const org = await world.organisation();
  await world.buy(org, order);
  await world.settle();
  return org;
}
const addons = (quantity: number) => [{ addon: 'more_bots', quantity }];
const TABLES = [
  'invoices',
  'invoice_items',
  'subscriptions',
  'stripe_calls',
  'stripe_prices',
  'outbox',
  'stripe_facts',
];
const rows = (org: string) =>
  world.tenants.read(org, (tx) =>
    Promise.all(TABLES.map((table) => tx.query(`select count(*)::int as rows from ${table}`))),
  );

type Choice = Parameters<typeof world.call<typeof changeSubscription>>[1];
/** What the preview says, and what is charged afterwards: now, and when the next period begins. */
async function compared(org: string, choice: Choice & object) {
  const before = await rows(org);
  const { dueNow, next } = await world.call(previewChange, { product: 'main', ...choice }, org);
  expect(await rows(org)).toEqual(before);
  const known = new Set((await world.call(listInvoices, {}, org)).items.map(({ id }) => id));
  await world.call(changeSubscription, { product: 'main', ...choice }, org);
  const fresh = async () => {
    await world.settle();
    const all = (await world.call(listInvoices, {}, org)).items.filter(({ id }) => !known.has(id));
    for (const { id } of all) known.add(id);
    return all;
  };
  const [now] = await fresh();
  await world.stripe.advanceTo(Math.floor(Date.parse(next?.at as string) / 1_000));
  await world.stripe.advance({ hours: 3 });
  const [renewal] = await fresh();
  const sums = (one: { totalMinor: number; fromBalanceMinor: number } | null | undefined) =>
    one ? [one.totalMinor, one.fromBalanceMinor] : null;
  expect({ now: sums(dueNow), next: sums(next) }).toEqual({ now: sums(now), next: sums(renewal) });
  return { dueNow, next };
}

test.each([
  ['2026-11-10T09:00:00Z', 15],
  // Anchored at the end of months of other lengths, and in a leap year.
  ['2027-01-31T00:00:00Z', 20],
  ['2028-02-29T12:30:00Z', 9],
])('an upgrade that begins %s and is made %d days later costs what its preview says', async (now, days) => {
  await open(now);
  const org = await subscribed({ addons: addons(1) });
  await world.stripe.advance({ days, minutes: 7, seconds: 13 });
  const { dueNow, next } = await compared(org, { plan: 'business', addons: addons(1) });
  expect(dueNow?.totalMinor).toBeGreaterThan(0);
  expect(next?.totalMinor).toBe(9_900 + 500);
});

test('more and fewer of an add-on, with a coupon: what is charged, credited and charged next is said before', async () => {
  await open('2026-11-10T09:00:00Z');
  await world.dashboard.coupons.create({ id: 'fifth', percent_off: 20, duration: 'forever' });
  await world.dashboard.promotionCodes.create({ promotion: { type: 'coupon', coupon: 'fifth' }, code: 'FIFTH' });
  const org = await subscribed({ addons: addons(3), promotionCode: 'FIFTH' });
  await world.stripe.advance({ days: 10 });
  await compared(org, { plan: 'pro', addons: addons(5) });
  await world.stripe.advance({ days: 5 });
  const { dueNow } = await compared(org, { plan: 'pro', addons: addons(1), at: 'now' });
  expect(dueNow).toMatchObject({ totalMinor: 0, dueMinor: 0 });
  expect(dueNow?.fromBalanceMinor).toBeLessThan(0);
});

test('from the month to the year and back at the end of the period', async () => {
  await open('2026-11-10T09:00:00Z');
  const org = await subscribed();
  await world.stripe.advance({ days: 12 });
  const yearly = await compared(org, { plan: 'pro', interval: 'year' });
  expect(yearly.next).toMatchObject({ totalMinor: 29_000, at: '2027-11-22T09:00:00.000Z' });
  const back = await compared(org, { plan: 'pro', interval: 'month', at: 'period_end' });
  expect(back).toMatchObject({ dueNow: null, next: { totalMinor: 2_900 } });
});

test('in a trial nothing is due for an add-on, and another plan ends it', async () => {
  await open('2026-11-10T09:00:00Z');
  const org = await subscribed({ plan: 'tried' });
  await world.stripe.advance({ days: 3 });
  const same = await world.call(previewChange, { product: 'main', plan: 'tried' }, org);
  expect(same).toMatchObject({ dueNow: null, next: { totalMinor: 1_900 } });
  const { dueNow } = await compared(org, { plan: 'pro' });
  expect(dueNow?.totalMinor).toBe(2_900);
});

test('a code that is entered with a change is said before and taken once; one that gives nothing is refused', async () => {
  await open('2026-11-10T09:00:00Z');
  const org = await subscribed();
  await world.stripe.advance({ days: 6 });
  const { dueNow } = await compared(org, { plan: 'business', promotionCode: 'FIVE' });
  expect(dueNow?.lines.reduce((sum, { discountMinor }) => sum + discountMinor, 0)).toBe(500);
  const other = await subscribed();
  await world.call(changeSubscription, { product: 'main', plan: 'pro', promotionCode: 'LAUNCH20' }, other);
  const next = (await world.call(previewChange, { product: 'main', plan: 'pro' }, other)).next;
  expect(next?.totalMinor).toBe(2_320);
  const again = { product: 'main', plan: 'pro', addons: addons(1), promotionCode: 'FIVER' };
  for (const ask of [previewChange, changeSubscription])
    await expect(world.call(ask, again, other)).rejects.toMatchObject({ data: { reason: 'another_runs' } });
  const later = { product: 'main', plan: 'pro', at: 'period_end', promotionCode: 'FIVER' };
  await expect(world.call(changeSubscription, later, other)).rejects.toMatchObject({ data: { reason: 'not_here' } });
});
