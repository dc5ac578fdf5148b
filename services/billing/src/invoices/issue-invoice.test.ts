import { createGrant } from '@tidegate/contracts/billing/grants';
import { chargeOnce } from '@tidegate/contracts/billing/invoices';
import { applyPlans } from '@tidegate/contracts/billing/plans';
import { setSubscription } from '@tidegate/contracts/billing/subscriptions';
import { type Fixture, openBilling } from '../../test/fixture.ts';
import { SHOP } from '../../test/shop.ts';
import { DUE_CHANGES } from '../entitlements/announce-entitlements.ts';

let billing: Fixture;
let organisationId: string;
beforeAll(async () => {
  billing = await openBilling();
  await billing.call(applyPlans, { yaml: SHOP });
});
beforeEach(async () => {
  organisationId = await billing.create();
  await billing.due();
  billing.woken.length = 0;
});
afterAll(() => billing.close());

const CHARGE = {
  chargeKey: 'a',
  currency: 'EUR',
  amountMinor: 500,
  description: 'Set-up',
  reason: 'Agreed',
  now: true,
};

/* The loop sleeps for an hour when nobody wakes it. */
test.each([
  ['a subscription', () => billing.call(setSubscription, { organisationId, product: 'monitoring', plan: 'pro' })],
  ['a single charge', () => billing.call(chargeOnce, { organisationId, ...CHARGE })],
])('when an invoice of %s is issued, what comes next is looked at at once', async (_what, issues) => {
  await issues();
  expect(billing.woken).toContain(DUE_CHANGES);
});

test('what is given for a while right after an invoice ends by itself', async () => {
  await billing.call(setSubscription, { organisationId, product: 'monitoring', plan: 'pro' });
  billing.woken.length = 0;
  const until = new Date(Date.now() + 60_000).toISOString();
  await billing.call(createGrant, { organisationId, feature: 'servers', op: 'add', value: 5, until, reason: 'x' });
  expect(billing.woken).toContain(DUE_CHANGES);
  const nextInMs = await billing.due();
  expect(nextInMs).toBeLessThanOrEqual(60_000);
});
