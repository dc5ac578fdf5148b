import { listInvoices } from '@tidegate/contracts/billing/invoices';
import { listDoublePayments } from '@tidegate/contracts/billing/operator';
import { until } from '@tidegate/testing/until';
import type { Stripe } from 'stripe';
import { openStripeWorld, type StripeWorld } from '../../../test/stripe-world.ts';
import { lockBilling } from '../../kernel/subscription.rows.ts';

/* Checks 13, 17 and 24 of docs/billing-checks.md that no other test had. */
let world: StripeWorld;
beforeEach(async () => {
  world = await openStripeWorld({ now: new Date() });
});

async function subscribe(customer: string, key: string, card: string): Promise<Stripe.Subscription> {
  const { id } = await world.dashboard.paymentMethods.attach(card, { customer });
  await world.dashboard.customers.update(customer, { invoice_settings: { default_payment_method: id } });
  const { data } = await world.dashboard.prices.list({ lookup_keys: [key] });
  return world.dashboard.subscriptions.create({ customer, items: [{ price: data[0]?.id as string }] });
}

test('a first payment that is never finished is over after 23 hours: nothing was had, nothing is owed, and it can be bought anew', async () => {
  const org = await world.organisation();
  const customer = await world.customers.of(org, world.api.settings as never);
  const { status } = await subscribe(customer, 'main.pro.v1.usd.month', 'pm_card_chargeCustomerFail');
  expect(status).toBe('incomplete');
  await world.settle();
  expect(await world.plan(org)).toMatchObject({ plan: 'free', access: 'full' });
  await world.stripe.advance({ hours: 22, minutes: 59 });
  await world.settle();
  expect((await world.subscriptions(org)).map((one) => one.status)).toEqual(['incomplete']);
  await world.stripe.advance({ minutes: 1 });
  await world.settle();
  expect((await world.subscriptions(org)).map((one) => one.status)).toEqual(['incomplete_expired']);
  expect((await world.call(listInvoices, {}, org)).items.map((one) => one.status)).toEqual(['void']);
  await world.buy(org);
  expect(await world.plan(org)).toMatchObject({ plan: 'pro', status: 'active' });
});

test('of two that are paid for the same product one is in force; the other is shown to the operator, and its refund takes nothing away', async () => {
  const org = await world.organisation();
  await world.buy(org);
  await world.settle();
  const customer = await world.customerOf(org);
  const second = await subscribe(customer, 'main.pro.v1.usd.month', 'pm_card_visa');
  await world.settle();
  const shown = async () => (await world.call(listDoublePayments, {})).items;
  expect(await shown()).toMatchObject([{ organisationId: org, subscriptionId: second.id }]);
  // Which of them its customer wants nobody can know: the operator ends one and gives its money back.
  const [charge] = (await world.dashboard.charges.list({ customer, limit: 1 })).data;
  await world.dashboard.subscriptions.cancel(second.id);
  await world.dashboard.refunds.create({ charge: charge?.id as string });
  await world.settle();
  expect(await shown()).toEqual([]);
  expect(await world.plan(org)).toMatchObject({ plan: 'pro', status: 'active', access: 'full' });
  expect((await world.facts(org)).filter(({ kind }) => kind === 'refunded')).toMatchObject([{ data: { whole: true } }]);
});

test('an event is answered while what follows from it hangs, and done once when that goes on', async () => {
  const org = await world.organisation();
  await world.buy(org);
  await world.settle();
  const [locked, goOn] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const hanging = world.tenants.run(org, async (tx) => {
    await lockBilling(tx, org);
    locked.resolve();
    await goOn.promise;
  });
  await locked.promise;
  // A renewal: invoice.created and what comes after it. Each is answered, or Stripe would deliver it again.
  await world.stripe.advance({ days: 32 });
  await world.stripe.settled();
  await world.makeDue();
  const copying = world.copy();
  const waiting = "select 1 from pg_locks where locktype = 'advisory' and not granted";
  await until(async () => (await world.tenants.as({}, (tx) => tx.query(waiting))).length > 0);
  const { data } = await world.dashboard.events.list({ type: 'invoice.created', limit: 1 });
  expect(data[0]?.pending_webhooks).toBe(0);
  expect((await world.events()).find(({ id }) => id === data[0]?.id)).toMatchObject({ state: 'pending' });
  goOn.resolve();
  await Promise.all([hanging, copying]);
  await world.settle();
  expect((await world.events()).find(({ id }) => id === data[0]?.id)).toMatchObject({ state: 'done' });
  expect((await world.call(listInvoices, {}, org)).items.map((one) => one.status)).toEqual(['paid', 'paid']);
});
