import { getInvoice, listInvoices } from '@tidegate/contracts/billing/invoices';
import { applyPlans } from '@tidegate/contracts/billing/plans';
import { setSubscription } from '@tidegate/contracts/billing/subscriptions';
import { type Fixture, openBilling } from '../../test/fixture.ts';
import { later } from '../../test/invoice-model.ts';
import { SHOP } from '../../test/shop.ts';
import { clock as clockOfBilling } from '../kernel/subscription.rows.ts';

/* Everything here happens at instants that the tests choose. */
const real = clockOfBilling.read;
const clock = { now: Date.now() };
const DAY = 86_400_000;
const CHARGED: Record<string, string> = {
  api_calls: "{ limit: 1000, enforcement: overage, price: { EUR: { unit: '0.01' } } }",
  bot_orders: "{ limit: 0, enforcement: overage, price: { EUR: { unit: '0.005' } } }",
};

let billing: Fixture;
beforeAll(async () => {
  clockOfBilling.read = () => clock.now;
  billing = await openBilling();
  const yaml = SHOP.replace('api_calls: 10000', `api_calls: ${CHARGED['api_calls']}`).replace(
    /(name: basic\n[\s\S]*?bot_orders: ).*/,
    `$1${CHARGED['bot_orders']}`,
  );
  await billing.call(applyPlans, { yaml });
});
afterAll(() => {
  clockOfBilling.read = real;
  return billing.close();
});

async function organisation(created: string): Promise<string> {
  clock.now = Date.parse(created);
  return billing.create(created);
}
const set = (organisationId: string, plan: string, more: object = {}) =>
  billing.call(setSubscription, { organisationId, product: 'monitoring', plan, ...more });
/** Of all invoices, the oldest first. */
async function usageLines(org: string, item: string) {
  const { items } = await billing.call(listInvoices, { limit: 100 }, org);
  const all = await Promise.all(items.map(({ id }) => billing.call(getInvoice, { invoiceId: id }, org)));
  const sorted = all.sort((a, b) => (a.number as string).localeCompare(b.number as string));
  return sorted.flatMap(({ lines }) => lines.filter((line) => line.item === item));
}

test('a line of usage says what was used, what the plan, earlier windows and prepaid units paid for, and what is charged', async () => {
  const start = Math.floor((Date.now() - 65 * DAY) / 1_000) * 1_000;
  const [second, third] = [later(start, 1), later(start, 2)];
  const org = await organisation(new Date(start).toISOString());
  const used: [number, number][] = [[start + DAY, 1700]];
  billing.used['api_calls'] = used;
  billing.paidBy.rollover['api_calls'] = [[start + DAY, 50]];
  billing.paidBy.credits['api_calls'] = [[start + DAY, 200]];
  await set(org, 'pro');
  clock.now = second;
  await billing.settle(org);
  await billing.chargeUsage();
  const ofUsage = async () =>
    (await usageLines(org, 'usage:api_calls')).map(({ quantity, usage }) => [
      ...[quantity, usage?.used, usage?.covered, usage?.charged],
    ]);
  const first = [450, 1700, { plan: 1000, rollover: 50, credits: 200 }, 450];
  expect(await ofUsage()).toEqual([first]);
  used.push([second - 1, 70]);
  clock.now = third;
  await billing.settle(org);
  await billing.chargeUsage();
  // The later line charges the difference; what it says of the window is as it is known then.
  expect(await ofUsage()).toEqual([first, [70, 1770, { plan: 1000, rollover: 50, credits: 200 }, 520]]);
  billing.paidBy.rollover = {};
  billing.paidBy.credits = {};
});

test('parts of a unit are charged exactly and rounded once, and stand on the invoice as they were counted', async () => {
  const start = Math.floor((Date.now() - 65 * DAY) / 1_000) * 1_000;
  const org = await organisation(new Date(start).toISOString());
  billing.decimals['bot_orders'] = 2;
  const used: [number, number][] = [[start + DAY, 123_45]];
  billing.used['bot_orders'] = used;
  await set(org, 'basic', { product: 'trading' });
  const settle = async (months: number) => {
    clock.now = later(start, months);
    await billing.settle(org);
    await billing.chargeUsage();
    return (await usageLines(org, 'usage:bot_orders')).map((line) => [line.quantity, line.amountMinor]);
  };
  expect(await settle(1)).toEqual([[123.45, 62]]);
  used.push([start + DAY, 55], [start + 32 * DAY, 200_00]);
  // 124 units cost 0.62 as well: what came late costs nothing more.
  expect(await settle(2)).toEqual([
    [123.45, 62],
    [200, 100],
  ]);
  const [first] = await usageLines(org, 'usage:bot_orders');
  const [from, to] = [new Date(start), new Date(later(start, 1))].map((instant) => instant.toISOString());
  const events = `/api/v1/usage/events?meter=bot_orders&from=${from}&to=${to}`;
  const covered = { plan: 0, rollover: 0, credits: 0 };
  expect(first?.usage).toEqual({ meter: 'bot_orders', from, to, used: 123.45, covered, charged: 123.45, events });
  delete billing.decimals['bot_orders'];
});
