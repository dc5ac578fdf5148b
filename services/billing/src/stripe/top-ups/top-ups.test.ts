import { creditsChanged, getCredits } from '@tidegate/contracts/billing/credits';
import { listTopUps, setTopUp, topUpSet, topUpStopped } from '@tidegate/contracts/billing/top-ups';
import { openStripeWorld, type StripeWorld } from '../../../test/stripe-world.ts';
import { findChanges } from '../../kernel/change.rows.ts';

let world: StripeWorld;
beforeEach(async () => {
  world = await openStripeWorld();
});

/** Who pays by card for a plan that has calls, and wants 1,000 more of them whenever 200 are left. */
async function customer(more: object = {}) {
  const org = await world.organisation();
  await world.buy(org, { product: 'api', plan: 'flat' });
  await world.settle();
  world.left.remaining['calls'] = 5_000;
  world.left.known = [];
  const wanted = { feature: 'calls', enabled: true, package: 'calls_1k', threshold: 200, monthlyCapMinor: 5_000 };
  return { org, set: await world.ask(setTopUp, { ...wanted, ...more }, org), ref: await world.customerOf(org) };
}
const one = async (org: string) => (await world.ask(listTopUps, {}, org)).items[0];
/** Units that were given so far. Usage has received them. */
async function given(org: string): Promise<number[]> {
  const credits = (await world.emitted(creditsChanged, org)).map(({ credit }) => credit);
  world.left.known = credits.map(({ id }) => id);
  return credits.map(({ amount }) => amount);
}
const invoices = async (ref: string) =>
  (await world.dashboard.invoices.list({ customer: ref, limit: 100 })).data
    .filter(({ metadata }) => metadata?.['top_up'])
    .map(({ status, total }) => [status, total]);
const cardOf = async (ref: string) => {
  const { data } = await world.dashboard.subscriptions.list({ customer: ref });
  return data[0]?.default_payment_method as string;
};

test('one shortfall is one charge, however often it is signalled and by however many replicas at once', async () => {
  const { org, set, ref } = await customer();
  expect(set).toMatchObject({ enabled: true, stopped: null, spentMinor: 0, currency: 'USD', name: '1,000 calls' });
  expect(await world.emitted(topUpSet, org)).toEqual([{ orgId: org, feature: 'calls', threshold: 200 }]);
  await world.runLow(org);
  expect(await given(org)).toEqual([]);
  world.left.remaining['calls'] = 150;
  await Promise.all([world.runLow(org, 'calls', 3), world.runLow(org, 'calls', 2)]);
  await world.runLow(org);
  expect(await invoices(ref)).toEqual([['paid', 1_000]]);
  expect(await given(org)).toEqual([1_000]);
  world.left.remaining['calls'] = 1_150;
  await world.runLow(org);
  world.left.remaining['calls'] = 200;
  await world.runLow(org, 'calls', 2);
  expect(await given(org)).toEqual([1_000, 1_000]);
  expect(await one(org)).toMatchObject({ spentMinor: 2_000, capReached: false });
  const { features } = await world.call(getCredits, {}, org);
  expect(features).toMatchObject([{ feature: 'calls', credits: [{ package: 'calls_1k' }, { package: 'calls_1k' }] }]);
});

test('a spike of 2.4 packages is all packages that are needed, as one charge', async () => {
  const { org, ref } = await customer({ threshold: 2_399 });
  world.left.remaining['calls'] = 0;
  await world.runLow(org, 'calls', 2);
  expect(await given(org)).toEqual([3_000]);
  expect(await invoices(ref)).toEqual([['paid', 3_000]]);
});

test('no more is spent in a month than its cap, and somebody is notified once', async () => {
  const { org, ref } = await customer({ threshold: 2_500, monthlyCapMinor: 2_500 });
  world.left.remaining['calls'] = 0;
  await world.runLow(org);
  expect(await given(org)).toEqual([2_000]);
  world.left.remaining['calls'] = 2_000;
  await world.runLow(org);
  await world.runLow(org);
  expect(await invoices(ref)).toEqual([['paid', 2_000]]);
  expect(await one(org)).toMatchObject({ enabled: true, spentMinor: 2_000, capReached: true });
  expect(await world.emitted(topUpStopped, org)).toMatchObject([{ reason: 'cap_reached', name: '1,000 calls' }]);
});

test('a card that declines gives nothing, switches it off, notifies the owners once, and is not charged again', async () => {
  const { org, ref } = await customer();
  const card = await cardOf(ref);
  world.stripe.card(card, 'declines');
  world.left.remaining['calls'] = 0;
  await world.runLow(org, 'calls', 2);
  await world.runLow(org);
  expect(await given(org)).toEqual([]);
  expect(await invoices(ref)).toEqual([['void', 1_000]]);
  expect(await one(org)).toMatchObject({ enabled: false, stopped: 'payment_failed', spentMinor: 0 });
  expect(await world.emitted(topUpStopped, org)).toMatchObject([{ feature: 'calls', reason: 'payment_failed' }]);
  expect((await world.emitted(topUpSet, org)).map(({ threshold }) => threshold)).toEqual([200, null]);
  const changes = await world.tenants.read(org, (tx) => findChanges(tx, org, 100, undefined));
  expect(changes.map(({ action }) => action)).toEqual(expect.arrayContaining(['top_up_set', 'top_up_stopped']));
  // The card is mended, and it is switched on again as it was.
  world.stripe.card(card, 'pays');
  await world.ask(setTopUp, { feature: 'calls', enabled: true }, org);
  await world.runLow(org);
  expect(await given(org)).toEqual([1_000]);
  expect(await one(org)).toMatchObject({ enabled: true, stopped: null, threshold: 200 });
});

test.each([
  'POST /v1/invoices',
  'POST /v1/invoiceitems',
  'POST /v1/invoices/{id}/finalize',
  'POST /v1/invoices/{id}/pay',
])('an answer of Stripe that is lost at %s charges once and gives once', async (on) => {
  const { org, ref } = await customer();
  world.left.remaining['calls'] = 150;
  world.api.patienceMs = 1;
  world.stripe.faults.next({ kind: 'drop', when: 'after_effect' }, { on });
  await world.runLow(org);
  world.api.patienceMs = 10_000;
  await world.runLow(org);
  await world.runLow(org);
  expect(await given(org)).toEqual([1_000]);
  expect(await invoices(ref)).toEqual([['paid', 1_000]]);
  expect(await one(org)).toMatchObject({ enabled: true, spentMinor: 1_000 });
});

test('what was paid is given, also when its answer was lost and the card is gone before anybody asks again', async () => {
  const { org, ref } = await customer();
  world.left.remaining['calls'] = 150;
  world.api.patienceMs = 1;
  // The library asks again by itself, and would be told what its first attempt was.
  for (const when of ['after_effect', 'before_effect'] as const)
    world.stripe.faults.next({ kind: 'drop', when }, { on: 'POST /v1/invoices/{id}/pay' });
  await expect(world.runLow(org)).rejects.toMatchObject({ code: 'unavailable' });
  world.api.patienceMs = 10_000;
  expect(await given(org)).toEqual([]);
  for (const { id } of (await world.dashboard.customers.listPaymentMethods(ref)).data)
    await world.dashboard.paymentMethods.detach(id);
  await world.runLow(org);
  expect(await given(org)).toEqual([1_000]);
  expect(await invoices(ref)).toEqual([['paid', 1_000]]);
  expect(await one(org)).toMatchObject({ enabled: true, stopped: null, spentMinor: 1_000 });
});

test('a package that is not sold any more switches it off', async () => {
  const { org } = await customer();
  await world.tenants.run(org, (tx) => tx.query("update top_ups set package = 'calls_old' where org_id = $1", [org]));
  world.left.remaining['calls'] = 0;
  await world.runLow(org);
  expect(await one(org)).toMatchObject({ enabled: false, stopped: 'package_gone' });
  expect(await given(org)).toEqual([]);
});

test('it is switched on only where a charge can succeed, and each refusal says what to do', async () => {
  const { org } = await customer();
  const set = (input: object, of = org) => world.ask(setTopUp, { feature: 'calls', enabled: true, ...input }, of);
  await expect(set({ package: 'nothing' })).rejects.toMatchObject({ code: 'unknown_package' });
  await expect(set({ feature: 'jobs' })).rejects.toMatchObject({ code: 'validation_failed' });
  const jobs = { feature: 'jobs', package: 'calls_1k', monthlyCapMinor: 5_000 };
  await expect(set(jobs)).rejects.toMatchObject({ code: 'validation_failed' });
  await expect(set({ monthlyCapMinor: 999 })).rejects.toMatchObject({ code: 'validation_failed' });
  const other = await world.organisation();
  const first = { package: 'calls_1k', threshold: 1, monthlyCapMinor: 5_000 };
  await expect(set(first, other)).rejects.toMatchObject({ code: 'package_not_usable' });
  await world.buy(other, { product: 'api', plan: 'flat' });
  await world.settle();
  await world.dashboard.paymentMethods.detach(await cardOf(await world.customerOf(other)));
  await expect(set(first, other)).rejects.toMatchObject({ code: 'no_payment_method' });
  expect(await one(other)).toBeUndefined();
});
