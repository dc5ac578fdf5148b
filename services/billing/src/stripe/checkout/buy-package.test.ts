import { buyPackage, finishCheckout } from '@tidegate/contracts/billing/checkout';
import { creditsChanged, getCredits } from '@tidegate/contracts/billing/credits';
import { listInvoices } from '@tidegate/contracts/billing/invoices';
import { openStripeWorld, type StripeWorld } from '../../../test/stripe-world.ts';

let world: StripeWorld;
beforeEach(async () => {
  world = await openStripeWorld();
});
async function holder() {
  const org = await world.organisation();
  await world.buy(org, { product: 'api', plan: 'flat' });
  return org;
}
const page = (org: string, more: object = {}) =>
  world.ask(buyPackage, { package: 'calls_1k', orderKey: 'one', ...more }, org);
const given = async (org: string) => (await world.emitted(creditsChanged, org)).map(({ credit }) => credit.amount);

test('a package that is paid on the page is there once, however often and by whomever it is received', async () => {
  const org = await holder();
  const { sessionId, url } = await page(org, { quantity: 2 });
  expect((await page(org, { quantity: 2 })).sessionId).toBe(sessionId);
  expect(await world.ask(finishCheckout, { sessionId }, org)).toMatchObject({ status: 'open' });
  expect(await given(org)).toEqual([]);
  await world.stripe.visit(url, { card: '4242' });
  await Promise.all([
    world.ask(finishCheckout, { sessionId }, org),
    world.ask(finishCheckout, { sessionId }, org),
    world.sync.sync(await world.customerOf(org)),
    world.settle(),
  ]);
  await world.compare();
  expect(await given(org)).toEqual([2_000]);
  expect(await world.call(getCredits, {}, org)).toMatchObject({
    features: [{ feature: 'calls', credits: [{ amount: 2_000, package: 'calls_1k', source: 'package' }] }],
  });
  const { items } = await world.call(listInvoices, {}, org);
  expect(items.map(({ totalMinor, status }) => [totalMinor, status])).toContainEqual([2_000, 'paid']);
  await expect(page(org, { quantity: 2 })).rejects.toMatchObject({ code: 'conflict' });
});

test('without anybody coming back the webhook gives it, and without that the comparison', async () => {
  const org = await holder();
  const first = await page(org);
  await world.stripe.visit(first.url, { card: '4242' });
  await world.settle();
  expect(await given(org)).toEqual([1_000]);
  world.stripe.webhooks.drop(() => true);
  const second = await page(org, { orderKey: 'two' });
  await world.stripe.visit(second.url, { card: '4242' });
  await world.compare();
  expect(await given(org)).toEqual([1_000, 1_000]);
});

test('a declined card and a page that expires give nothing, and too many open pages are refused', async () => {
  const org = await holder();
  const { url, sessionId } = await page(org);
  await world.stripe.visit(url, { card: 'decline' });
  await world.dashboard.checkout.sessions.expire(sessionId);
  await world.settle();
  expect(await given(org)).toEqual([]);
  for (let at = 0; at < 10; at += 1) await page(org, { orderKey: `k${at}` });
  await expect(page(org, { orderKey: 'k10' })).rejects.toMatchObject({ code: 'too_many_orders' });
  expect((await page(org, { orderKey: 'k3' })).url).toMatch(/^http/);
});

test('a package of a feature that no plan of theirs has, and an unknown one, are not sold', async () => {
  const org = await world.organisation();
  await expect(page(org)).rejects.toMatchObject({ code: 'package_not_usable' });
  await expect(page(org, { package: 'nothing' })).rejects.toMatchObject({ code: 'unknown_package' });
});
