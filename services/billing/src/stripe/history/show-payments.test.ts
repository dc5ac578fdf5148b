import { createPortal } from '@tidegate/contracts/billing/checkout';
import {
  getPaymentMethod,
  listDrifts,
  listPayments,
  listPaymentsOf,
} from '@tidegate/contracts/billing/payment-history';
import { openStripeWorld, type StripeWorld } from '../../../test/stripe-world.ts';

let world: StripeWorld;
beforeEach(async () => {
  world = await openStripeWorld({ now: new Date() });
});
const kinds = async (org: string) =>
  (await world.ask(listPayments, { limit: 100 }, org)).items
    .map(({ kind, amountMinor }) => `${kind} ${amountMinor}`)
    .sort();

test('what is paid with is shown with its state: a card, one that fails, and none', async () => {
  const org = await world.organisation();
  expect(await world.ask(getPaymentMethod, {}, org)).toEqual({ card: null, failing: false, staleSince: null });
  await world.buy(org);
  const visa = { card: { brand: 'visa', last4: '4242', expired: false }, failing: false };
  // The page leaves the card at the subscription.
  expect(await world.ask(getPaymentMethod, {}, org)).toMatchObject(visa);
  const customer = await world.customerOf(org);
  const [method] = (await world.dashboard.customers.listPaymentMethods(customer)).data;
  const [subscription] = (await world.dashboard.subscriptions.list({ customer })).data;
  await world.dashboard.subscriptions.update(subscription?.id as string, { default_payment_method: '' });
  await world.settle();
  expect(await world.ask(getPaymentMethod, {}, org)).toMatchObject({ card: null });
  await world.dashboard.customers.update(customer, { invoice_settings: { default_payment_method: method?.id ?? '' } });
  await world.settle();
  expect(await world.ask(getPaymentMethod, {}, org)).toMatchObject(visa);
  world.stripe.card(method?.id as string, 'declines');
  await world.stripe.advance({ days: 32 });
  await world.settle();
  expect(await world.ask(getPaymentMethod, {}, org)).toMatchObject({ failing: true });
  expect(await kinds(org)).toContain('payment_failed 2900');
  expect((await world.ask(createPortal, { page: 'payment_method' }, org)).url).toMatch(/^http/);
});

test('a refund with its credit note is each once, a dispute is shown, and neither takes access or pays twice', async () => {
  const org = await world.organisation();
  await world.buy(org);
  await world.settle();
  const customer = await world.customerOf(org);
  const [charge] = (await world.dashboard.charges.list({ customer })).data;
  const [invoice] = (await world.dashboard.invoices.list({ customer })).data;
  await world.dashboard.creditNotes.create({
    invoice: invoice?.id as string,
    lines: [{ type: 'invoice_line_item', invoice_line_item: invoice?.lines.data[0]?.id as string, amount: 900 }],
    refund_amount: 900,
  });
  await world.settle();
  await world.compare();
  expect(await kinds(org)).toEqual(['credited 900', 'invoice_issued 2900', 'invoice_paid 2900', 'refunded 900']);
  const dispute = world.stripe.dispute(charge?.id as string);
  await world.settle();
  expect((await kinds(org)).filter((kind) => kind.startsWith('disputed'))).toHaveLength(1);
  dispute.close('lost');
  await world.settle();
  await world.compare();
  expect((await kinds(org)).filter((kind) => kind.startsWith('dispute'))).toEqual([
    'dispute_lost 2000',
    'disputed 2900',
  ]);
  expect(await world.plan(org)).toMatchObject({ plan: 'pro', status: 'active' });
  const all = await world.ask(listPaymentsOf, { organisationId: org, limit: 2 });
  expect(all.items).toHaveLength(2);
  const rest = await world.ask(listPaymentsOf, { organisationId: org, limit: 2, cursor: all.nextCursor ?? undefined });
  expect(rest.items).toHaveLength(2);
  const byKind = await world.ask(listPaymentsOf, { organisationId: org, sort: 'kind' });
  expect(byKind.items.map(({ kind }) => kind)).toEqual(byKind.items.map(({ kind }) => kind).sort());
  expect((await world.ask(listPayments, { limit: 10 }, await world.organisation())).items).toEqual([]);
});

test('operators list the differences that were found, newest first, of all or of one', async () => {
  const [one, other] = [await world.organisation(), await world.organisation()];
  for (const org of [one, other]) {
    await world.buy(org);
    await world.settle();
    await world.tenants.run(org, (tx) =>
      tx.query(`update stripe_subscriptions set state = state || '{"anchor": 1}' where org_id = $1`, [org]),
    );
  }
  await world.compare();
  const { items } = await world.ask(listDrifts, { limit: 10 });
  expect(new Set(items.map(({ organisationId }) => organisationId))).toEqual(new Set([one, other]));
  expect((await world.ask(listDrifts, { limit: 10, organisationId: one })).items).toMatchObject([
    { what: expect.stringMatching(/^subscription sub_\w+ anchor$/), ours: 1 },
  ]);
});
