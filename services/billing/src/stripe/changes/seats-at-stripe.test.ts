import { listInvoices } from '@tidegate/contracts/billing/invoices';
import { applyPlans } from '@tidegate/contracts/billing/plans';
import { publishPrices } from '@tidegate/contracts/billing/publish';
import { followMembers, getSeats, previewSeats, seatsStopped } from '@tidegate/contracts/billing/seats';
import { CATALOGUE, openStripeWorld, type StripeWorld } from '../../../test/stripe-world.ts';

let world: StripeWorld;
beforeAll(async () => {
  // The clock stands still, so that half a month is half a month.
  world = await openStripeWorld({ now: new Date() });
  const seats = '      seats: { feature: seats, included: 1, addon: member }\n';
  const member = `  member: { name: Extra member, product: main, plans: [pro], prices: { USD: { month: 500 } }, features: { seats: 1 } }\n`;
  const yaml = CATALOGUE.replace('      name: Pro\n', `      name: Pro\n${seats}`).replace(
    'packages:\n',
    `${member}packages:\n`,
  );
  await world.call(applyPlans, { yaml });
  await world.ask(publishPrices, {});
});

async function subscribed(): Promise<string> {
  const org = await world.organisation();
  world.counts['seats'] = 1;
  await world.buy(org);
  await world.settle();
  await world.call(followMembers, { product: 'main', following: true, monthlyCapMinor: 5000 }, org);
  return org;
}
const seats = async (org: string) => (await world.call(getSeats, {}, org)).items[0];
const totals = async (org: string) =>
  (await world.call(listInvoices, {}, org)).items.map(({ totalMinor }) => totalMinor);
const updates = () =>
  world.stripe.requests.filter(({ operation }) => operation === 'POST /v1/subscriptions/{id}').length;

test('twenty joiners are one write at Stripe, charged to the cent as the preview said', async () => {
  const org = await subscribed();
  const preview = await world.call(previewSeats, { more: 5 }, org);
  expect(preview).toMatchObject({ refused: 0, bought: { quantity: 5, dueNow: { totalMinor: 2500 } } });
  const before = updates();
  for (let joined = 2; joined <= 6; joined += 1) world.counts['seats'] = joined;
  await world.members(org, 6);
  await world.members(org, 6);
  expect(updates()).toBe(before + 1);
  expect(await seats(org)).toMatchObject({ quantity: 5, renews: 5 });
  expect(await totals(org)).toEqual([2500, 2900]);
});

test('who leaves is paid for until the period ends; then Stripe bills what there is', async () => {
  const org = await subscribed();
  await world.members(org, 4);
  await world.members(org, 2);
  expect(await seats(org)).toMatchObject({ quantity: 3, renews: 1 });
  await world.members(org, 4);
  expect(await seats(org)).toMatchObject({ quantity: 3, renews: 3 });
  await world.members(org, 2);
  expect(await totals(org)).toEqual([1500, 2900]);
  await world.stripe.advance({ days: 32 });
  await world.settle();
  expect(await seats(org)).toMatchObject({ quantity: 1, renews: 1 });
  expect(await totals(org)).toEqual([3400, 1500, 2900]);
});

test('a card that is declined switches it off and says so; what is paid for stays', async () => {
  const org = await subscribed();
  await world.members(org, 2);
  const [method] = (await world.dashboard.customers.listPaymentMethods(await world.customerOf(org))).data;
  world.stripe.card(method?.id as string, 'declines');
  await world.members(org, 3);
  await world.members(org, 3);
  expect(await seats(org)).toMatchObject({ following: false, stopped: 'payment_failed', quantity: 1 });
  expect(await world.emitted(seatsStopped, org)).toMatchObject([{ name: 'Extra member', quantity: 1 }]);
});
