import { setSubscription } from '@tidegate/contracts/billing/subscriptions';
import { openStripeWorld, type StripeWorld } from '../../../test/stripe-world.ts';

/* `five` is for two organisations, in whichever way they pay. */
let world: StripeWorld;
beforeEach(async () => {
  world = await openStripeWorld();
});

async function byHand(): Promise<string> {
  const organisationId = await world.organisation();
  const choice = { product: 'main', plan: 'pro', promotionCode: 'FIVE', reason: 'Contract 17' };
  await world.call(setSubscription, { organisationId, ...choice });
  return organisationId;
}
const atStripe = async () => world.buy(await world.organisation(), { promotionCode: 'FIVER' });
/** Without a code, which is entered on the page then. */
async function onThePage(): Promise<number> {
  const { url } = await world.checkout(await world.organisation());
  return (await world.stripe.visit(url, { card: '4242', promotion_code: 'FIVE' })).status;
}
const usedUp = { code: 'promotion_code_invalid', data: { reason: 'used_up' } };
const active = async () =>
  (await world.dashboard.promotionCodes.list({ active: true })).data.map(({ code }) => code).sort();

test('one entered here and one at Stripe are two: a third has it nowhere', async () => {
  await byHand();
  await atStripe();
  await world.countCoupons();
  await expect(byHand()).rejects.toMatchObject(usedUp);
  await expect(atStripe()).rejects.toMatchObject(usedUp);
  expect(await onThePage()).not.toBe(303);
  expect(await active()).toEqual(['LAUNCH20']);
  await world.countCoupons();
});

test('what is used up here is refused at once on the way to the page', async () => {
  await byHand();
  await byHand();
  await expect(atStripe()).rejects.toMatchObject(usedUp);
  expect(await active()).toEqual(['FIVE', 'FIVER', 'LAUNCH20']);
  await world.countCoupons();
  expect(await onThePage()).not.toBe(303);
});

test('what is used up at Stripe cannot be entered here, and codes without a limit stay', async () => {
  await atStripe();
  await atStripe();
  await world.countCoupons();
  await expect(byHand()).rejects.toMatchObject(usedUp);
  expect(await active()).toContain('LAUNCH20');
});

test('a discount that begins at Stripe wakes the count', async () => {
  await atStripe();
  await world.settle();
  expect(world.wokenByStripe).toContain('count-coupons');
});
