import { listInvoices } from '@tidegate/contracts/billing/invoices';
import { cancelSubscription, pauseSubscription, resumeSubscription } from '@tidegate/contracts/billing/subscriptions';
import type { ProblemError } from '@tidegate/contracts/kernel/problem';
import { openStripeWorld, type StripeWorld } from '../../../test/stripe-world.ts';

let world: StripeWorld;
beforeEach(async () => {
  world = await openStripeWorld({ now: new Date() });
});

/** Whose card the bank wants to hear its holder for, from now on. */
async function guarded() {
  const org = await world.organisation();
  await world.buy(org);
  await world.settle();
  const [method] = (await world.dashboard.customers.listPaymentMethods(await world.customerOf(org))).data;
  const [row] = await world.subscriptions(org);
  const paid = { orgId: org, product: 'main', ref: row?.id as string, plan: 'pro', planVersion: 1 };
  const card = (behaves: 'authenticates' | 'declines') => () => world.stripe.card(method?.id as string, behaves);
  return { org, paid, guard: card('authenticates'), decline: card('declines') };
}
/** The newest first. */
const invoices = async (org: string) =>
  (await world.call(listInvoices, {}, org)).items.map(({ totalMinor, status }) => [totalMinor, status]);
const totals = async (org: string) => (await invoices(org)).map(([total]) => total);
const stateOf = async (org: string) => (await world.subscriptions(org))[0]?.state;

/** What a customer hears who goes on with what they have paused. */
const resume = (org: string) =>
  world.call(resumeSubscription, { product: 'main' }, org).then(
    () => undefined,
    (error: unknown) => error as ProblemError,
  );
const pausesOf = (org: string) =>
  world.tenants.read(org, (tx) => tx.query<{ open: boolean }>('select ended_at is null as open from pauses', []));

test('a pause whose end the bank wants the holder for lasts until they have confirmed what is due then, once', async () => {
  const { org, paid, guard } = await guarded();
  await world.call(pauseSubscription, { product: 'main' }, org);
  await world.stripe.advance({ days: 40 });
  guard();
  const refused = await resume(org);
  expect(refused).toMatchObject({ code: 'payment_needs_holder', status: 402, data: { url: expect.any(String) } });
  await world.settle();
  expect(await world.plan(org)).toMatchObject({ plan: 'pro', access: 'read_only' });
  const url = refused?.data['url'] as string;
  expect((await resume(org))?.data).toMatchObject({ url });
  // Whose time is over meanwhile is left to whoever is on the page.
  const byItself = world.payments.resume(paid, { byHolder: false });
  await expect(byItself).rejects.toMatchObject({ code: 'payment_needs_holder' });
  expect((await world.stripe.visit(url, { outcome: 'pass' })).status).toBe(200);
  await world.settle();
  expect(await world.plan(org)).toMatchObject({ plan: 'pro', status: 'active', access: 'full' });
  expect(await totals(org)).toEqual([2900, 2900]);
  // It is over also for those that are counted.
  expect(await pausesOf(org)).toEqual([{ open: false }]);
  expect(await resume(org)).toBe(undefined);
  expect(await totals(org)).toEqual([2900, 2900]);
});

test('a pause that nobody confirms goes on, with nothing owed, and has another page then', async () => {
  const { org, guard } = await guarded();
  await world.call(pauseSubscription, { product: 'main' }, org);
  await world.stripe.advance({ days: 40 });
  guard();
  const first = await resume(org);
  const [url, expiresAt] = [first?.data['url'], first?.data['expiresAt']] as [string, string];
  expect((await world.stripe.visit(url, { outcome: 'fail' })).status).not.toBe(500);
  await world.stripe.advance({ days: 1 });
  await world.settle();
  expect(Date.parse(expiresAt)).toBeLessThan(world.stripe.clock.now() * 1_000);
  expect(await world.plan(org)).toMatchObject({ plan: 'pro', access: 'read_only' });
  const second = await resume(org);
  expect(second?.code).toBe('payment_needs_holder');
  expect(second?.data['url']).not.toBe(url);
  await world.settle();
  expect(await world.plan(org)).toMatchObject({ plan: 'pro', access: 'read_only' });
});

test('a card that is declined when a pause is ended a second time leaves the pause as it was, with nothing owed', async () => {
  const { org, guard, decline } = await guarded();
  await world.call(pauseSubscription, { product: 'main' }, org);
  await world.stripe.advance({ days: 40 });
  guard();
  const first = await resume(org);
  expect((await world.stripe.visit(first?.data['url'] as string, { outcome: 'fail' })).status).not.toBe(500);
  await world.stripe.advance({ days: 1 });
  await world.settle();
  decline();
  const second = await resume(org);
  expect(second).toMatchObject({ code: 'payment_refused' });
  await world.settle();
  expect(await world.plan(org)).toMatchObject({ plan: 'pro', access: 'read_only' });
  expect(await invoices(org)).toEqual([
    [2900, 'void'],
    [2900, 'void'],
    [2900, 'paid'],
  ]);
  expect(await pausesOf(org)).toEqual([{ open: true }]);
});

test('of a pause that ends by itself what is due is collected as every period is: a card that asks for its holder makes it overdue', async () => {
  const { org, guard, paid } = await guarded();
  await world.call(pauseSubscription, { product: 'main' }, org);
  await world.stripe.advance({ days: 40 });
  guard();
  await world.payments.resume(paid, { byHolder: false });
  await world.settle();
  expect(await stateOf(org)).toMatchObject({ status: 'past_due' });
  const customer = await world.customerOf(org);
  const [open] = (await world.dashboard.invoices.list({ customer, status: 'open' })).data;
  await world.stripe.visit(open?.hosted_invoice_url as string, { outcome: 'pass' });
  await world.settle();
  expect(await world.plan(org)).toMatchObject({ plan: 'pro', status: 'active', access: 'full' });
});

test('what is resumed before it ends costs nothing, whatever its card asks for', async () => {
  const { org, guard } = await guarded();
  await world.call(cancelSubscription, { product: 'main' }, org);
  guard();
  expect(await resume(org)).toBe(undefined);
  expect(await totals(org)).toEqual([2900]);
});
