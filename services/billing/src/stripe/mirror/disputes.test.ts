import { listAllDisputes, listDisputes, paymentDisputed, settleDispute } from '@tidegate/contracts/billing/disputes';
import { organisationStory } from '@tidegate/contracts/billing/operator';
import { applyPlans } from '@tidegate/contracts/billing/plans';
import { cancelSubscription } from '@tidegate/contracts/billing/subscriptions';
import { CATALOGUE, openStripeWorld, type StripeWorld } from '../../../test/stripe-world.ts';

let world: StripeWorld;
beforeAll(async () => {
  world = await openStripeWorld();
});

async function disputed() {
  const org = await world.organisation();
  await world.buy(org);
  await world.settle();
  const customer = await world.customerOf(org);
  const [charge] = (await world.dashboard.charges.list({ customer })).data;
  const dispute = world.stripe.dispute(charge?.id as string);
  await world.settle();
  return { org, dispute };
}
const states = async (org: string) =>
  (await world.emitted(paymentDisputed, org)).map(({ state, readOnly }) => [state, readOnly]);

test('a dispute is listed and notified of one time, and takes nothing while the bank decides', async () => {
  const { org, dispute } = await disputed();
  await world.settle();
  expect(await world.call(listDisputes, {}, org)).toMatchObject({
    items: [{ id: dispute.id, state: 'open', amountMinor: 2900, currency: 'USD', readOnly: false }],
  });
  expect(await states(org)).toEqual([['open', false]]);
  expect(await world.plan(org)).toMatchObject({ plan: 'pro', access: 'full' });
  dispute.close('won');
  await world.settle();
  expect(await states(org)).toEqual([
    ['open', false],
    ['won', false],
  ]);
  expect(await world.plan(org)).toMatchObject({ access: 'full' });
});

test('a lost dispute makes what was paid for read-only until an operator settles it, with a reason', async () => {
  const { org, dispute } = await disputed();
  dispute.close('lost');
  await world.settle();
  expect(await world.plan(org)).toMatchObject({ plan: 'pro', access: 'read_only' });
  expect(await world.subscription(org)).toMatchObject({ status: 'active', access: 'read_only' });
  expect((await world.call(listAllDisputes, { state: 'lost' })).items).toMatchObject([{ organisationId: org }]);
  const settle = { organisationId: org, disputeId: dispute.id, reason: 'Paid by bank transfer' };
  await world.call(settleDispute, settle);
  await world.call(settleDispute, { ...settle, reason: 'Said again' });
  expect(await world.plan(org)).toMatchObject({ access: 'full' });
  await world.settle();
  expect(await world.plan(org)).toMatchObject({ access: 'full' });
  const story = (await world.call(organisationStory, { organisationId: org })).items;
  expect(story.map(({ action }) => action)).toEqual(
    expect.arrayContaining(['disputed', 'dispute_lost', 'dispute_settled']),
  );
  expect(story.filter(({ action }) => action === 'dispute_settled')).toMatchObject([
    { reason: 'Paid by bank transfer' },
  ]);
});

test('a dispute that is lost while no webhook comes is found by the list of events', async () => {
  const { org, dispute } = await disputed();
  await world.find();
  world.stripe.webhooks.drop(() => true);
  dispute.close('lost');
  await world.stripe.settled();
  world.stripe.webhooks.dropNoMore();
  expect(await world.plan(org)).toMatchObject({ access: 'full' });
  await world.find();
  await world.makeDue();
  await world.copy();
  expect(await world.plan(org)).toMatchObject({ plan: 'pro', access: 'read_only' });
});

test('when what was paid for has ended, the default plan is had as by everybody', async () => {
  const { org, dispute } = await disputed();
  dispute.close('lost');
  await world.settle();
  await world.call(cancelSubscription, { product: 'main', at: 'now' }, org);
  await world.settle();
  expect(await world.plan(org)).toMatchObject({ plan: 'free', access: 'full' });
});

test('a catalogue may say that a lost dispute takes nothing', async () => {
  await world.call(applyPlans, { yaml: `${CATALOGUE}policies: { lostDispute: nothing }\n` });
  const { org, dispute } = await disputed();
  dispute.close('lost');
  await world.settle();
  expect(await states(org)).toContainEqual(['lost', false]);
  expect(await world.plan(org)).toMatchObject({ access: 'full' });
});
