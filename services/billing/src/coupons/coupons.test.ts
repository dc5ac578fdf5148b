import { endCoupon, giveCoupon } from '@tidegate/contracts/billing/coupons';
import { getInvoice, type InvoiceWithLines, listInvoices } from '@tidegate/contracts/billing/invoices';
import { applyPlans } from '@tidegate/contracts/billing/plans';
import { previewChange } from '@tidegate/contracts/billing/preview';
import { changeSubscription, setSubscription } from '@tidegate/contracts/billing/subscriptions';
import { type Fixture, openBilling } from '../../test/fixture.ts';
import { SHOP } from '../../test/shop.ts';
import { clock } from '../kernel/subscription.rows.ts';

const COUPONS = `coupons:
  launch: { percent: 20, duration: forever, codes: [LAUNCH20] }
  five: { amount: { EUR: 500 }, duration: { months: 2 }, codes: [FIVE] }
  half: { percent: 50, duration: once, codes: [HALF], max: 2 }
  of_pro: { percent: 10, duration: forever, codes: [PRO10], plans: [monitoring.pro] }
  dollars: { amount: { USD: 500 }, duration: forever, codes: [DOLLARS] }
`;
let billing: Fixture;
beforeEach(() => {
  now = Date.UTC(2040, 0, 15, 9);
  vi.spyOn(clock, 'read').mockImplementation(() => now);
});
beforeAll(async () => {
  billing = await openBilling();
  await billing.call(applyPlans, { yaml: SHOP + COUPONS });
});
afterAll(() => billing.close());

const DAY = 86_400_000;
const set = (organisationId: string, plan: string, more: object = {}) =>
  billing.call(setSubscription, { organisationId, product: 'monitoring', plan, ...more });
const choose = (org: string, plan: string, more: object = {}) =>
  billing.call(changeSubscription, { product: 'monitoring', plan, ...more }, org);
const preview = (org: string, plan: string, more: object = {}) =>
  billing.call(previewChange, { product: 'monitoring', plan, ...more }, org);
/** The oldest first. */
async function invoices(org: string): Promise<InvoiceWithLines[]> {
  const { items } = await billing.call(listInvoices, {}, org);
  const all = await Promise.all(items.map(({ id }) => billing.call(getInvoice, { invoiceId: id }, org)));
  return all.reverse();
}
const sums = async (org: string) =>
  (await invoices(org)).map(({ subtotalMinor, discountMinor, totalMinor }) => [
    subtotalMinor,
    discountMinor,
    totalMinor,
  ]);
async function having(plan: string, promotionCode: string, more: object = {}): Promise<string> {
  const org = await billing.create();
  await set(org, plan, { promotionCode, ...more });
  return org;
}
let now = 0;
/** From here on it is that much later, also for what is due. */
async function goOn(org: string, ms: number): Promise<void> {
  now += ms;
  await billing.settle(org);
}
const paidPeriod = (org: string): Promise<{ start: number; end: number }> =>
  billing.tenants.run(org, async (tx) => {
    const row = await tx.one<{ period_start: Date; period_end: Date }>(
      "select period_start, period_end from paid_periods where org_id = $1 and product = 'monitoring'",
      [org],
    );
    return { start: row?.period_start.getTime() ?? 0, end: row?.period_end.getTime() ?? 0 };
  });
const nextPeriod = async (org: string) => goOn(org, (await paidPeriod(org)).end - now);

test('a percentage is taken from the plan and its add-ons, each period again', async () => {
  const org = await having('starter', 'launch20', { addons: [{ addon: 'extra_servers', quantity: 2 }] });
  expect(await sums(org)).toEqual([[2_900, 580, 2_320]]);
  const [first] = await invoices(org);
  expect(first?.lines.map(({ item, discountMinor }) => [item, discountMinor]).sort()).toEqual([
    ['addon:extra_servers', 200],
    ['plan:starter', 380],
  ]);
  expect(await billing.subscription(org, 'monitoring')).toMatchObject({
    coupon: { coupon: 'launch', percent: '20', amounts: null, until: null },
  });
  await nextPeriod(org);
  expect((await sums(org)).slice(1)).toEqual([[2_900, 580, 2_320]]);
});

test('an amount is taken once a period, for as many months as it says', async () => {
  const org = await having('starter', 'FIVE');
  await nextPeriod(org);
  await nextPeriod(org);
  expect(await sums(org)).toEqual([
    [1_900, 500, 1_400],
    [1_900, 500, 1_400],
    [1_900, 0, 1_900],
  ]);
});

test('once is what is paid for at a time, also when that is a year', async () => {
  const org = await having('pro', 'HALF', { interval: 'year' });
  await nextPeriod(org);
  expect(await sums(org)).toEqual([
    [49_000, 24_500, 24_500],
    [49_000, 0, 49_000],
  ]);
});

test.each(['LAUNCH20', 'FIVE'])(
  'a change in the middle with %s costs what its preview said, and gives back only what was paid',
  async (code) => {
    const org = await having('starter', code);
    const { start, end } = await paidPeriod(org);
    await goOn(org, (end - start) / 2);
    const looked = await preview(org, 'pro');
    await choose(org, 'pro');
    const [first, second] = await invoices(org);
    expect(second?.totalMinor).toBe(looked.dueNow?.totalMinor);
    expect(looked.next?.totalMinor).toBe(code === 'FIVE' ? 4_400 : 3_920);
    // Half a period of what pro costs, less half of what was paid for starter.
    const paid = first?.totalMinor ?? 0;
    const wanted = code === 'FIVE' ? 4_400 / 2 - paid / 2 : 3_920 / 2 - paid / 2;
    expect(Math.abs((second?.totalMinor ?? 0) - wanted)).toBeLessThanOrEqual(2);
    const credit = second?.lines.find(({ amountMinor }) => amountMinor < 0);
    expect(Math.abs((credit?.amountMinor ?? 0) + paid / 2)).toBeLessThanOrEqual(1);
  },
);

test('an amount is not taken twice when only an add-on changes', async () => {
  const org = await having('starter', 'FIVE', { addons: [{ addon: 'extra_servers' }] });
  await goOn(org, 10 * DAY);
  await choose(org, 'starter', { addons: [{ addon: 'extra_servers', quantity: 3 }] });
  const [first, second] = await invoices(org);
  const { start, end } = await paidPeriod(org);
  const left = 1 - (10 * DAY) / (end - start);
  expect(first?.totalMinor).toBe(2_400 - 500);
  expect(Math.abs((second?.totalMinor ?? 0) - (1_500 - 500) * left)).toBeLessThanOrEqual(2);
});

test('a preview with a code says what it takes off, and uses nothing up', async () => {
  const org = await billing.create();
  await set(org, 'starter');
  const looked = await preview(org, 'pro', { promotionCode: 'PRO10' });
  expect(looked.dueNow?.lines.find(({ item }) => item === 'plan:pro')?.discountMinor).toBeGreaterThan(0);
  await preview(org, 'pro', { promotionCode: 'PRO10' });
  await choose(org, 'pro', { promotionCode: 'PRO10' });
  const [, second] = await invoices(org);
  expect(Math.abs((second?.totalMinor ?? 0) - (looked.dueNow?.totalMinor ?? 0))).toBeLessThanOrEqual(1);
  expect(looked.next?.totalMinor).toBe(4_410);
  // It is for pro alone.
  await set(org, 'starter');
  await nextPeriod(org);
  expect((await sums(org)).at(-1)?.slice(0, 2)).toEqual([expect.any(Number), 0]);
});

test('a code is entered once for an organisation, one at a time for a product', async () => {
  const org = await having('starter', 'LAUNCH20');
  const refused = (promotionCode: string) =>
    choose(org, 'pro', { promotionCode }).then(
      () => 'taken',
      (error) => [error.code, error.data.reason],
    );
  expect(await refused('launch20')).toEqual(['promotion_code_invalid', 'used']);
  expect(await refused('PRO10')).toEqual(['promotion_code_invalid', 'another_runs']);
  await billing.call(endCoupon, { organisationId: org, coupon: 'launch' });
  expect(await refused('PRO10')).toBe('taken');
  expect(await billing.subscription(org, 'monitoring')).toMatchObject({ plan: 'pro', coupon: { coupon: 'of_pro' } });
});

test.each([
  ['NOTHING', 'starter', 'unknown'],
  ['PRO10', 'starter', 'other_plan'],
  ['DOLLARS', 'starter', 'other_currency'],
  ['LAUNCH20', 'free', 'costs_nothing'],
])('%s with %s is refused: %s', async (promotionCode, plan, reason) => {
  const org = await billing.create();
  await expect(set(org, plan, { promotionCode })).rejects.toMatchObject({ data: { promotionCode, reason } });
  expect(await invoices(org)).toEqual([]);
  expect(await billing.subscription(org, 'monitoring')).toMatchObject({ plan: 'free', coupon: null });
});

test('no more organisations have a limited coupon than it is for, also when they come at once', async () => {
  const limited = await openBilling();
  await limited.call(applyPlans, { yaml: SHOP + COUPONS });
  const orgs = await Promise.all(Array.from({ length: 6 }, () => limited.create()));
  const entered = await Promise.allSettled(
    orgs.map((organisationId) =>
      limited.call(setSubscription, { organisationId, product: 'monitoring', plan: 'pro', promotionCode: 'HALF' }),
    ),
  );
  const refused = entered.flatMap((one) => (one.status === 'rejected' ? one.reason.data.reason : []));
  expect(refused).toEqual(['used_up', 'used_up', 'used_up', 'used_up']);
  await limited.close();
});

test('with a change that begins later a code takes from what is charged then', async () => {
  const org = await billing.create();
  await set(org, 'pro');
  await choose(org, 'starter', { promotionCode: 'FIVE' });
  await nextPeriod(org);
  expect((await sums(org)).slice(1)).toEqual([[1_900, 500, 1_400]]);
});

test('operators give and end coupons with a reason; what was charged stays as it was', async () => {
  const org = await billing.create();
  const give = (coupon: string) =>
    billing.call(giveCoupon, { organisationId: org, product: 'monitoring', coupon, reason: 'A long outage' });
  await expect(give('half')).rejects.toMatchObject({ code: 'conflict' });
  await set(org, 'starter');
  expect(await give('half')).toMatchObject({ coupon: 'half', percent: '50' });
  await expect(give('half')).rejects.toMatchObject({ code: 'conflict' });
  await expect(give('launch')).rejects.toMatchObject({ code: 'conflict' });
  await nextPeriod(org);
  await nextPeriod(org);
  expect(await sums(org)).toEqual([
    [1_900, 0, 1_900],
    [1_900, 950, 950],
    [1_900, 0, 1_900],
  ]);
  await give('launch');
  await billing.call(endCoupon, { organisationId: org, coupon: 'launch', reason: 'By mistake' });
  await nextPeriod(org);
  expect((await sums(org)).at(-1)).toEqual([1_900, 0, 1_900]);
});
