import { listInvoices } from '@tidegate/contracts/billing/invoices';
import { applyPlans } from '@tidegate/contracts/billing/plans';
import { previewChange } from '@tidegate/contracts/billing/preview';
import { publishPrices } from '@tidegate/contracts/billing/publish';
import { followMembers, getSeats, previewSeats, seatsStopped } from '@tidegate/contracts/billing/seats';
import { cancelSubscription, changeSubscription, resumeSubscription } from '@tidegate/contracts/billing/subscriptions';
import { CATALOGUE, openStripeWorld, type StripeWorld } from '../../../test/stripe-world.ts';

let world: StripeWorld;
let yaml: string;
beforeAll(async () => {
  // The clock stands still, so that half a month is half a month.
  world = await openStripeWorld({ now: new Date() });
  const seats = '      seats: { feature: seats, included: 1, addon: member }\n';
  const member = `  member: { name: Extra member, product: main, plans: [pro, business], prices: { USD: { month: 500, year: 5000 } }, features: { seats: 1 } }\n`;
  yaml = CATALOGUE.replace('      name: Pro\n', `      name: Pro\n${seats}`)
    .replace('      name: Business\n', `      name: Business\n${seats}`)
    .replace('packages:\n', `${member}packages:\n`);
  await world.call(applyPlans, { yaml });
  await world.ask(publishPrices, {});
});

async function subscribed(plan = 'pro'): Promise<string> {
  const org = await world.organisation();
  world.counts['seats'] = 1;
  await world.buy(org, { plan });
  await world.settle();
  await world.call(followMembers, { product: 'main', following: true, monthlyCapMinor: 5000 }, org);
  return org;
}
const seats = async (org: string) => (await world.call(getSeats, {}, org)).items[0];
const totals = async (org: string) =>
  (await world.call(listInvoices, {}, org)).items.map(({ totalMinor }) => totalMinor);
const updates = () =>
  world.stripe.requests.filter(({ operation }) => operation === 'POST /v1/subscriptions/{id}').length;

test('members that join together are one write at Stripe, charged to the cent as the preview said', async () => {
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

/** Five had been there, and three of them left: the next period begins with one that is bought. */
async function left(plan = 'business', having = async (_: string) => {}): Promise<string> {
  const org = await subscribed(plan);
  await having(org);
  await world.members(org, 5);
  await world.members(org, 2);
  expect(await seats(org)).toMatchObject({ quantity: 4, renews: 1 });
  return org;
}
const renewed = async (org: string) => {
  await world.stripe.advance({ days: 32 });
  await world.settle();
  return (await totals(org))[0];
};
const product = 'main';

test('a downgrade is not paid for with the members who had left before it was ordered, as its preview says', async () => {
  const org = await left();
  const { next } = await world.call(previewChange, { product, plan: 'pro' }, org);
  expect(next).toMatchObject({ totalMinor: 3400 });
  for (let times = 0; times < 2; times += 1) await world.call(changeSubscription, { product, plan: 'pro' }, org);
  await world.members(org, 2);
  expect(await renewed(org)).toBe(3400);
  expect(await world.plan(org)).toMatchObject({ plan: 'pro' });
  expect(await seats(org)).toMatchObject({ quantity: 1, renews: 1 });
});

test('nor another interval, nor a downgrade for which nobody is left', async () => {
  const yearly = await left('pro');
  const order = { product, plan: 'pro', interval: 'year', at: 'period_end' } as const;
  await world.call(changeSubscription, order, yearly);
  const nobody = await left();
  await world.members(nobody, 1);
  await world.call(changeSubscription, { product, plan: 'pro' }, nobody);
  await world.stripe.advance({ days: 32 });
  await world.settle();
  expect((await totals(yearly))[0]).toBe(34000);
  expect((await totals(nobody))[0]).toBe(2900);
});

test('a downgrade that names other add-ons is ordered with them, and taken back the members are as before', async () => {
  const org = await left();
  const order = { product, plan: 'pro', addons: [{ addon: 'more_bots', quantity: 1 }] };
  await world.call(changeSubscription, order, org);
  await world.call(resumeSubscription, { product }, org);
  await world.members(org, 2);
  expect(await seats(org)).toMatchObject({ quantity: 4, renews: 1 });
  await world.call(changeSubscription, { product, plan: 'pro', addons: [{ addon: 'member', quantity: 3 }] }, org);
  // What is said is ordered.
  expect(await renewed(org)).toBe(4400);
});

test('members are counted again, also when the process dies after Stripe took back what was ordered', async () => {
  const org = await left();
  const change = world.payments.change.bind(world.payments);
  const asked = new Promise<void>((done) => {
    world.payments.change = async (...given) => {
      await change(...given);
      done();
      await new Promise(() => {});
    };
  });
  const addons = ['member', 'more_bots'].map((addon) => ({ addon, quantity: 4 }));
  void world.call(changeSubscription, { product, plan: 'business', addons, at: 'now' }, org);
  await asked;
  world.payments.change = change;
  await world.countSeats(org);
  expect(await seats(org)).toMatchObject({ quantity: 4, renews: 1 });
  expect(await renewed(org)).toBe(9900 + 500 + 4 * 500);
});

test('what is ordered of one product leaves what is ordered of another on the same subscription', async () => {
  const { data } = await world.dashboard.prices.list({ lookup_keys: ['extra.plus.v1.usd.month'] });
  const price = data[0]?.id as string;
  const both = () =>
    left('business', async (org) => {
      const [row] = await world.subscriptions(org);
      const subscription = row?.id as string;
      await world.dashboard.subscriptionItems.create({ subscription, price, proration_behavior: 'none' });
      await world.settle();
    });
  const extra = 'extra';
  const downgraded = await both();
  await world.call(changeSubscription, { product: extra, plan: 'basic', at: 'period_end' }, downgraded);
  const changed = await both();
  await world.call(changeSubscription, { product: extra, plan: 'basic', at: 'now' }, changed);
  const resumed = await both();
  await world.call(cancelSubscription, { product: extra }, resumed);
  await world.call(changeSubscription, { product, plan: 'pro' }, resumed);
  await world.call(resumeSubscription, { product: extra }, resumed);
  const cancelled = await both();
  await world.call(cancelSubscription, { product: extra, at: 'now' }, cancelled);
  const ending = await both();
  await world.call(changeSubscription, { product, plan: 'pro' }, ending);
  await world.call(cancelSubscription, { product: extra }, ending);
  await world.stripe.advance({ days: 32 });
  await world.settle();
  const lasts = await Promise.all([downgraded, changed, resumed, cancelled, ending].map(totals));
  expect(lasts.map(([last]) => last)).toEqual([
    9900 + 500 + 1000,
    9900 + 500 + 1000,
    2900 + 500 + 2000,
    9900 + 500,
    2900 + 500,
  ]);
});

// The last: it changes the catalogue.
test('who joins is not given away because the operator has not published what a seat costs: it is switched off, and said', async () => {
  const org = await subscribed();
  const dearer = yaml.replace(
    'prices: { USD: { month: 500, year: 5000 } }, features: { seats: 1 }',
    'prices: { USD: { month: 600 } }, features: { seats: 1 }',
  );
  expect(dearer).not.toBe(yaml);
  await world.call(applyPlans, { yaml: dearer });
  await world.members(org, 3);
  expect(await seats(org)).toMatchObject({ following: false, stopped: 'payment_failed', quantity: 0 });
  expect(await world.emitted(seatsStopped, org)).toMatchObject([{ name: 'Extra member', quantity: 0 }]);
});
