import { endCoupon, enterCode, giveCoupon } from '@tidegate/contracts/billing/coupons';
import { getEntitlements } from '@tidegate/contracts/billing/entitlements';
import { listGrants } from '@tidegate/contracts/billing/grants';
import { applyPlans } from '@tidegate/contracts/billing/plans';
import { changeSubscription, setSubscription } from '@tidegate/contracts/billing/subscriptions';
import { type Fixture, openBilling } from '../../test/fixture.ts';
import { SHOP } from '../../test/shop.ts';

const COUPONS = `coupons:
  more: { name: More, gives: { servers: 2, reports: premium, bots: unlimited }, duration: { months: 3 }, codes: [MORE2] }
  of_pro: { gives: { servers: 1 }, duration: forever, codes: [PROMORE], plans: [monitoring.pro] }
  few: { gives: { servers: 1 }, duration: forever, codes: [FEW], max: 2 }
  launch: { percent: 20, duration: forever, codes: [LAUNCH20] }
`;
let billing: Fixture;
beforeAll(async () => {
  billing = await openBilling();
  await billing.call(applyPlans, { yaml: SHOP + COUPONS });
});
afterAll(() => billing.close());

const enter = (org: string, promotionCode: string) => billing.call(enterCode, { promotionCode }, org);
const refused = (org: string, code: string) =>
  enter(org, code).then(
    () => 'taken',
    (error) => [error.code, error.data.reason],
  );
const features = async (org: string) => (await billing.call(getEntitlements, {}, org)).features;
const grants = async (org: string) => (await billing.call(listGrants, { organisationId: org })).items;

test('a code that gives features gives them at once on top of any plan, and until its time is over, by itself', async () => {
  const org = await billing.create();
  const given = await enter(org, 'more2');
  expect(given).toMatchObject({
    coupon: 'more',
    name: 'More',
    features: expect.arrayContaining([
      { feature: 'servers', name: 'servers', value: 2 },
      { feature: 'reports', name: 'Reports', value: 'premium' },
      { feature: 'bots', name: 'bots', value: null },
    ]),
  });
  expect(await features(org)).toMatchObject({
    servers: { limit: 3 },
    reports: { level: 'premium' },
    bots: { limit: null },
  });
  expect(await grants(org)).toMatchObject(
    ['bots', 'reports', 'servers'].map(() => ({ source: 'coupon', until: given.until, by: 'user', reason: 'more2' })),
  );
  expect((await billing.announced(org)).at(-1)?.features['servers']).toMatchObject({ limit: 3 });
  const lasts = Date.parse(given.until as string) - Date.parse(given.from);
  expect(lasts).toBeGreaterThan(88 * 86_400_000);
  await billing.pass(org, lasts + 1_000);
  await billing.due();
  expect(await features(org)).toMatchObject({ servers: { limit: 1 }, reports: { level: 'none' } });
});

test('each is had once, by whoever has its plans, and by no more than it is for, also when they come at once', async () => {
  const org = await billing.create();
  expect(await refused(org, 'NOTHING')).toEqual(['promotion_code_invalid', 'unknown']);
  expect(await refused(org, 'PROMORE')).toEqual(['promotion_code_invalid', 'other_plan']);
  await billing.call(setSubscription, { organisationId: org, product: 'monitoring', plan: 'pro' });
  expect(await refused(org, 'PROMORE')).toBe('taken');
  expect(await refused(org, 'PROMORE')).toEqual(['promotion_code_invalid', 'used']);
  expect((await features(org))['servers']).toMatchObject({ limit: 21 });
  const others = await Promise.all(Array.from({ length: 5 }, () => billing.create()));
  const entered = await Promise.all(others.map((one) => refused(one, 'FEW')));
  expect(entered.filter((one) => one === 'taken')).toHaveLength(2);
  expect(entered.flatMap((one) => (one === 'taken' ? [] : [one[1]]))).toEqual(['used_up', 'used_up', 'used_up']);
});

test('a code is entered where it does something: what it gives by itself, what it takes off with a choice', async () => {
  const org = await billing.create();
  expect(await refused(org, 'LAUNCH20')).toEqual(['promotion_code_invalid', 'with_choice']);
  await billing.call(setSubscription, { organisationId: org, product: 'monitoring', plan: 'starter' });
  const choice = { product: 'monitoring', plan: 'pro', promotionCode: 'MORE2' };
  await expect(billing.call(changeSubscription, choice, org)).rejects.toMatchObject({ data: { reason: 'by_itself' } });
  const given = { organisationId: org, product: 'monitoring', coupon: 'more', reason: 'a promise' };
  await expect(billing.call(giveCoupon, given)).rejects.toMatchObject({ code: 'conflict' });
  // One that takes something off and one that gives are had beside each other.
  await billing.call(giveCoupon, { ...given, coupon: 'launch' });
  await enter(org, 'MORE2');
  expect(await billing.subscription(org, 'monitoring')).toMatchObject({ coupon: { coupon: 'launch' } });
});

test('an operator ends it with what it gave, and nothing else', async () => {
  const org = await billing.create();
  await enter(org, 'MORE2');
  await enter(org, 'FEW').catch(() => undefined);
  const others = (await grants(org)).filter(({ reason }) => reason !== 'MORE2');
  await billing.call(endCoupon, { organisationId: org, coupon: 'more', reason: 'by mistake' });
  expect(await grants(org)).toEqual(others);
  expect((await features(org))['reports']).toMatchObject({ level: 'none' });
  expect(await refused(org, 'MORE2')).toEqual(['promotion_code_invalid', 'used']);
});
