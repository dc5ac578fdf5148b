import { getInvoice, listInvoices } from '@tidegate/contracts/billing/invoices';
import { applyPlans, movePlans } from '@tidegate/contracts/billing/plans';
import { previewChange } from '@tidegate/contracts/billing/preview';
import { setSubscription } from '@tidegate/contracts/billing/subscriptions';
import { type Fixture, openBilling } from '../../test/fixture.ts';
import { later } from '../../test/invoice-model.ts';
import { SHOP } from '../../test/shop.ts';
import { clock as clockOfBilling } from '../kernel/subscription.rows.ts';
import { remaining } from '../prices/proration.rules.ts';
import { findWaiting } from './invoice-item.rows.ts';

const real = clockOfBilling.read;
const clock = { now: 0 };
const DAY = 86_400_000;
let billing: Fixture;
beforeAll(async () => {
  clockOfBilling.read = () => clock.now;
  billing = await openBilling();
  const starter = 'name: starter\n      prices: { EUR: { month: 1900';
  await billing.call(applyPlans, { yaml: SHOP.replace(starter, starter.replace('month', 'year: 36500, month')) });
});
afterAll(() => {
  clockOfBilling.read = real;
  return billing.close();
});

const set = (organisationId: string, plan: string, more: object = {}) =>
  billing.call(setSubscription, { organisationId, product: 'monitoring', plan, ...more });

/** The oldest first, with their lines. */
async function invoices(org: string) {
  const { items } = await billing.call(listInvoices, { limit: 100 }, org);
  const all = await Promise.all(items.map(({ id }) => billing.call(getInvoice, { invoiceId: id }, org)));
  return all.sort((a, b) => (a.number as string).localeCompare(b.number as string));
}
const day = (at: number) => new Date(at).toISOString().slice(0, 10);

/** Moved from a plan for 490.00 a year to one for 365.00, 200 days after the year began. */
async function movedInTheYear() {
  const begun = Math.floor((Date.now() - 200 * DAY) / 1_000) * 1_000;
  clock.now = begun;
  const org = await billing.create(new Date(begun).toISOString());
  await set(org, 'pro', { interval: 'year' });
  clock.now = Date.now();
  await billing.call(movePlans, { from: 'monitoring.pro', to: 'monitoring.starter' });
  await billing.refresh();
  // Years begin with a second of the database's clock.
  clock.now = Date.now() + 2_000;
  const { periodStart, periodEnd } = await billing.subscription(org, 'monitoring');
  const year = { start: Date.parse(periodStart), end: Date.parse(periodEnd) };
  return { org, begun, year };
}

test('who is moved at once to another plan in a paid year pays the rest of the year that begins then, and whole years after it', async () => {
  const { org, begun, year } = await movedInTheYear();
  const paidUntil = later(begun, 12);
  expect(year.start).toBeGreaterThan(begun + 199 * DAY);

  // What is previewed is what is charged.
  clock.now = paidUntil - DAY;
  const stays = { product: 'monitoring', plan: 'starter', interval: 'year' };
  const { next } = await billing.call(previewChange, stays, org);
  clock.now = paidUntil;
  await billing.settle(org);
  const rest = Number(remaining(36_500n, year, paidUntil));
  expect(rest).toBeGreaterThan(0);
  expect(rest).toBeLessThan(36_500);
  expect((await invoices(org)).map(({ totalMinor }) => totalMinor)).toEqual([49_000, rest]);
  expect(next?.totalMinor).toBe(rest);
  const [line] = (await invoices(org))[1]?.lines ?? [];
  expect(line).toMatchObject({ item: 'plan:starter', amountMinor: rest });
  expect([line?.periodStart.slice(0, 10), line?.periodEnd.slice(0, 10)]).toEqual([day(paidUntil), day(year.end)]);

  clock.now = year.end;
  await billing.settle(org);
  expect((await invoices(org)).map(({ totalMinor }) => totalMinor)).toEqual([49_000, rest, 36_500]);
});

test('what is ended in the rest of a year that was charged alone is credited for what is left of it', async () => {
  const { org, begun, year } = await movedInTheYear();
  clock.now = later(begun, 12) + 10 * DAY;
  await set(org, 'free');
  const waiting = await billing.tenants.read(org, (tx) => findWaiting(tx, org));
  expect(waiting.map(({ amount_minor }) => BigInt(amount_minor))).toEqual([-remaining(36_500n, year, clock.now)]);
});
