import { getEntitlements } from '@tidegate/contracts/billing/entitlements';
import { createGrant } from '@tidegate/contracts/billing/grants';
import { listInvoices } from '@tidegate/contracts/billing/invoices';
import { applyPlans, movePlans } from '@tidegate/contracts/billing/plans';
import { previewChange } from '@tidegate/contracts/billing/preview';
import { followMembers, getSeats, previewSeats } from '@tidegate/contracts/billing/seats';
import {
  cancelSubscription,
  changeSubscription,
  resumeSubscription,
  setSubscription,
} from '@tidegate/contracts/billing/subscriptions';
import { Log } from '@tidegate/telemetry/log';
import { type Fixture, openBilling } from '../../test/fixture.ts';
import { SHOP } from '../../test/shop.ts';
import { markSeats } from '../kernel/seat.rows.ts';
import { FollowSeats } from './follow-seats.loop.ts';

const SEATS = `  extra_member:
    name: Extra member
    product: monitoring
    plans: [pro]
    max: 10
    prices: { EUR: { month: 500, year: 5000 } }
    features: { seats: 1 }
`;
const CATALOGUE = SHOP.replace(
  '      trial: { days: 14, card: false }\n',
  '      trial: { days: 14, card: false }\n      seats: { feature: seats, included: 3, addon: extra_member }\n',
);
let billing: Fixture;
beforeAll(async () => {
  billing = await openBilling();
  await billing.call(applyPlans, { yaml: CATALOGUE + SEATS });
});
afterAll(() => billing.close());

const product = 'monitoring';
async function customer() {
  const org = await billing.create();
  const organisationId = org;
  await billing.call(setSubscription, { organisationId, product, plan: 'pro', at: 'now', reason: 'Signed' });
  return org;
}
const follow = (org: string, monthlyCapMinor: number | undefined, following = true) =>
  billing.call(followMembers, { product, following, ...(monthlyCapMinor !== undefined && { monthlyCapMinor }) }, org);
const seats = async (org: string) => (await billing.call(getSeats, {}, org)).items[0];
const limit = async (org: string) => (await billing.call(getEntitlements, {}, org)).features['seats'];
const totals = async (org: string) =>
  (await billing.call(listInvoices, {}, org)).items.map(({ totalMinor }) => totalMinor);

test('off until it is switched on, which needs a cap; nothing is bought by itself before', async () => {
  const org = await customer();
  await billing.members(org, 3);
  expect(await seats(org)).toMatchObject({ included: 3, members: 3, quantity: 0, following: false, most: null });
  expect(await limit(org)).toMatchObject({ limit: 3 });
  await expect(follow(org, undefined)).rejects.toMatchObject({ code: 'validation_failed' });
  const free = await billing.create();
  await expect(follow(free, 1000)).rejects.toMatchObject({ code: 'seats_not_sold' });
});

test('members up to the cap may join, and are paid for as the preview said; nobody joins beyond it', async () => {
  const org = await customer();
  billing.counts['seats'] = 3;
  expect(await follow(org, 2499)).toMatchObject({ following: true, most: 4, unitMinor: 500 });
  // 2499 a month buys four of them.
  expect(await limit(org)).toMatchObject({ limit: 7 });
  const preview = await billing.call(previewSeats, { more: 6 }, org);
  expect(preview).toMatchObject({ members: 3, free: 0, refused: 2, bought: { quantity: 4, unitMinor: 500 } });
  const before = await totals(org);
  await billing.members(org, 7);
  const [charged, ...rest] = await totals(org);
  expect(rest).toEqual(before);
  expect(charged).toBe(preview.bought?.dueNow?.totalMinor);
  expect(await seats(org)).toMatchObject({ quantity: 4, renews: 4, most: 4 });
  expect(await limit(org)).toMatchObject({ limit: 7 });
  await billing.members(org, 7);
  expect(await totals(org)).toHaveLength(rest.length + 1);
  expect((await billing.subscription(org, product)).addons).toMatchObject([{ addon: 'extra_member', quantity: 4 }]);
});

test('who leaves is paid for until the period ends, and who takes the place costs nothing', async () => {
  const org = await customer();
  await follow(org, 5000);
  await billing.members(org, 6);
  const paid = await totals(org);
  await billing.members(org, 4);
  expect(await seats(org)).toMatchObject({ quantity: 3, renews: 1 });
  expect(await billing.call(previewSeats, { more: 2 }, org)).toMatchObject({ free: 2, bought: null });
  await billing.members(org, 6);
  expect(await seats(org)).toMatchObject({ quantity: 3, renews: 3 });
  expect(await totals(org)).toEqual(paid);
  await billing.members(org, 3);
  await billing.pass(org, 32 * 86_400_000);
  await billing.due();
  expect(await seats(org)).toMatchObject({ quantity: 0, renews: 0 });
  // Nothing was given back, and nothing is charged for seats any more.
  const lines = await billing.tenants.read(org, (tx) =>
    tx.query("select amount_minor::int from invoice_items where org_id = $1 and item = 'addon:extra_member'", [org]),
  );
  expect(lines).toEqual([{ amount_minor: 1500 }]);
});

test('what is had another way is not bought: a grant of the operator, or an unlimited number', async () => {
  const org = await customer();
  await follow(org, 5000);
  const grant = { organisationId: org, feature: 'seats', op: 'add', value: 2, reason: 'A promise' };
  await billing.call(createGrant, grant);
  await billing.members(org, 6);
  expect(await seats(org)).toMatchObject({ included: 5, quantity: 1 });
});

test('while an end is ordered nobody joins beyond what is paid', async () => {
  const org = await customer();
  await follow(org, 5000);
  await billing.members(org, 5);
  await billing.call(cancelSubscription, { product, at: 'period_end' }, org);
  expect(await limit(org)).toMatchObject({ limit: 5 });
  await billing.members(org, 6);
  expect(await seats(org)).toMatchObject({ quantity: 2, most: null });
});

test('who left while an end was ordered is not paid for any more when that is taken back', async () => {
  const org = await customer();
  await follow(org, 2 * ((await seats(org))?.unitMinor ?? 0));
  await billing.members(org, 5);
  await billing.call(cancelSubscription, { product, at: 'period_end' }, org);
  await billing.members(org, 3);
  expect(await seats(org)).toMatchObject({ quantity: 2, renews: 2 });
  await billing.call(resumeSubscription, { product }, org);
  await billing.countSeats(org);
  expect(await seats(org)).toMatchObject({ quantity: 2, renews: 0 });
});

test('switched off, what is paid for stays; members that come together are one change', async () => {
  const org = await customer();
  await follow(org, 5000);
  for (let joined = 4; joined <= 8; joined += 1) billing.counts['seats'] = joined;
  await billing.members(org, 8);
  expect(await follow(org, undefined, false)).toMatchObject({ following: false, quantity: 5, monthlyCapMinor: 5000 });
  expect(await limit(org)).toMatchObject({ limit: 8 });
  await billing.members(org, 9);
  expect(await seats(org)).toMatchObject({ quantity: 5 });
});

test('who had left before another plan or a move was ordered is not paid for in what follows', async () => {
  const leftBy = async () => {
    const org = await customer();
    await follow(org, 5000);
    await billing.members(org, 6);
    await billing.members(org, 4);
    expect(await seats(org)).toMatchObject({ quantity: 3, renews: 1 });
    return org;
  };
  const moved = await leftBy();
  await billing.call(applyPlans, { yaml: CATALOGUE.replace('servers: 20', 'servers: 21') + SEATS });
  await billing.call(movePlans, { from: 'monitoring.pro', at: 'period_end' });
  // Said again it is the same.
  await billing.call(movePlans, { from: 'monitoring.pro', at: 'period_end' });
  const set = await leftBy();
  const yearly = { organisationId: set, product, plan: 'pro', interval: 'year', at: 'period_end' };
  for (let times = 0; times < 2; times += 1) await billing.call(setSubscription, yearly);
  await billing.refresh();
  for (const org of [moved, set]) {
    // Nobody joins any more beyond what is paid.
    expect(await limit(org)).toMatchObject({ limit: 6 });
    await billing.pass(org, 32 * 86_400_000);
    await billing.due();
    expect(await seats(org)).toMatchObject({ quantity: 1 });
  }
});

test('who leaves or comes back after another plan was ordered is counted in what it begins with', async () => {
  const org = await customer();
  await follow(org, 5000);
  await billing.members(org, 7);
  expect(await seats(org)).toMatchObject({ quantity: 4, renews: 4 });
  const yearly = { organisationId: org, product, plan: 'pro', interval: 'year', at: 'period_end', reason: 'A year' };
  await billing.call(setSubscription, yearly);
  const invoices = await totals(org);
  const ordered = async () => {
    const { next } = await billing.subscription(org, product);
    return { interval: next?.interval, renews: (await seats(org))?.renews };
  };
  await billing.members(org, 5);
  expect(await ordered()).toEqual({ interval: 'year', renews: 2 });
  await billing.members(org, 6);
  expect(await ordered()).toEqual({ interval: 'year', renews: 3 });
  // Nobody joins beyond what is paid, and what is ordered is never more than that.
  await billing.members(org, 9);
  expect(await ordered()).toEqual({ interval: 'year', renews: 4 });
  expect(await totals(org)).toEqual(invoices);
  await billing.members(org, 4);
  await billing.pass(org, 32 * 86_400_000);
  await billing.due();
  expect(await seats(org)).toMatchObject({ quantity: 1, renews: 1, interval: 'year' });
  const lines = await billing.tenants.read(org, (tx) =>
    tx.query("select quantity::int from invoice_items where org_id = $1 and item = 'addon:extra_member' order by 1", [
      org,
    ]),
  );
  expect(lines).toEqual([{ quantity: 1 }, { quantity: 4 }]);
});

test('a plan that includes another number of members is previewed, ordered and begun with as many as are paid for in it', async () => {
  const sells = (included: number) => `      seats: { feature: seats, included: ${included}, addon: extra_member }\n`;
  const starter = CATALOGUE.replace('      name: starter\n', `      name: starter\n${sells(1)}`);
  await billing.call(applyPlans, { yaml: starter + SEATS.replace('[pro]', '[starter, pro]') });
  const org = await customer();
  await follow(org, 5000);
  await billing.members(org, 6);
  await billing.members(org, 4);
  expect(await seats(org)).toMatchObject({ quantity: 3, renews: 1 });
  // Of four members the smaller plan includes one.
  const said = await billing.call(previewChange, { product, plan: 'starter' }, org);
  expect(said.next?.lines.find(({ item }) => item === 'addon:extra_member')).toMatchObject({ quantity: 3 });
  for (let times = 0; times < 2; times += 1) {
    await billing.call(changeSubscription, { product, plan: 'starter' }, org);
    await billing.countSeats(org);
    expect(await seats(org)).toMatchObject({ renews: 3 });
  }
  await billing.pass(org, 32 * 86_400_000);
  await billing.due();
  expect(await seats(org)).toMatchObject({ quantity: 3 });
  expect((await totals(org))[0]).toBe(said.next?.totalMinor);
  await billing.call(applyPlans, { yaml: CATALOGUE + SEATS });
});

test('who leaves after a move was ordered is counted as well, and what an operator ordered stays theirs', async () => {
  const org = await customer();
  await follow(org, 5000);
  await billing.members(org, 6);
  await billing.call(applyPlans, { yaml: CATALOGUE.replace('servers: 20', 'servers: 22') + SEATS });
  await billing.call(movePlans, { from: 'monitoring.pro', at: 'period_end' });
  await billing.members(org, 4);
  expect(await seats(org)).toMatchObject({ quantity: 3, renews: 1 });
  const { next } = await billing.subscription(org, product);
  expect(next).toMatchObject({ plan: 'pro' });
  await billing.pass(org, 32 * 86_400_000);
  await billing.due();
  expect(await seats(org)).toMatchObject({ quantity: 1 });
  expect((await billing.call(getEntitlements, {}, org)).features['servers']).toMatchObject({ limit: 22 });
});

test('members that join while they are counted are counted again at once', async () => {
  const org = await customer();
  await follow(org, 5000);
  const log = new Log({ service: 'billing' });
  let counted = 0;
  const now = async (orgId: string) => {
    if (orgId !== org) return 1;
    counted += 1;
    // Somebody joins whom this answer does not count.
    if (counted === 1) await billing.tenants.run(org, (tx) => markSeats(tx, org));
    return counted === 1 ? 3 : 5;
  };
  const loop = new FollowSeats(billing.tenants, {} as never, { now } as never, billing.following, log);
  const { signal } = new AbortController();
  while ((await loop.turn({ signal })) === 'again');
  expect(await seats(org)).toMatchObject({ quantity: 2 });
});

test('of two that count at once the older count changes nothing', async () => {
  const org = await customer();
  await follow(org, 5000);
  await billing.members(org, 5);
  const log = new Log({ service: 'billing' });
  const counting = (now: (orgId: string) => Promise<number>) => {
    const loop = new FollowSeats(billing.tenants, {} as never, { now } as never, billing.following, log);
    return async () => {
      while ((await loop.turn({ signal: new AbortController().signal })) === 'again');
    };
  };
  const due = () =>
    billing.tenants.run(org, (tx) =>
      tx.query('update seat_follows set check_at = clock_timestamp(), written_at = null where org_id = $1', [org]),
    );
  let counted = 0;
  await due();
  await counting(async (orgId) => {
    counted += orgId === org ? 1 : 0;
    if (orgId !== org || counted > 1) return 3;
    // It has counted seven; meanwhile four have left, and another replica counts three.
    await due();
    await counting(async () => 3)();
    return 7;
  })();
  expect(await seats(org)).toMatchObject({ quantity: 2, renews: 0 });
});

test('one whose members cannot be counted makes nobody else wait', async () => {
  const [uncounted, punctual] = [await customer(), await customer()];
  const now = async (org: string) => {
    if (org === uncounted) throw new Error('no number');
    return 5;
  };
  const log = new Log({ service: 'billing' });
  const loop = new FollowSeats(billing.tenants, {} as never, { now } as never, billing.following, log);
  const turns = async () => {
    let next: Awaited<ReturnType<typeof loop.turn>>;
    do next = await loop.turn({ signal: new AbortController().signal });
    while (next === 'again');
    return Number(next);
  };
  await Promise.all([follow(uncounted, 5000), follow(punctual, 5000)]);
  const dueIn = (org: string, seconds: number) =>
    billing.tenants.run(org, (tx) =>
      tx.query('update seat_follows set check_at = clock_timestamp() + make_interval(secs => $2) where org_id = $1', [
        org,
        seconds,
      ]),
    );
  await dueIn(punctual, 25);
  // Not the 30 seconds after which the one that failed is tried again.
  expect(await turns()).toBeLessThanOrEqual(25_000);
  await dueIn(punctual, 0);
  await turns();
  expect(await seats(punctual)).toMatchObject({ quantity: 2 });
  expect(await seats(uncounted)).toMatchObject({ quantity: 0 });
});
