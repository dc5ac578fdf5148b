import { listInvoices } from '@tidegate/contracts/billing/invoices';
import { openStripeWorld, type StripeWorld } from '../../../test/stripe-world.ts';

let world: StripeWorld;
beforeEach(async () => {
  world = await openStripeWorld();
});

test('who comes back from the page has the plan, before any webhook', async () => {
  world.stripe.webhooks.hold();
  const org = await world.organisation();
  expect(await world.buy(org)).toEqual({ status: 'complete', paid: true });
  expect(await world.plan(org)).toMatchObject({ plan: 'pro', status: 'active', access: 'full' });
  await world.stripe.webhooks.release();
  await world.settle();
  expect(await world.plan(org)).toMatchObject({ plan: 'pro' });
  expect((await world.call(listInvoices, {}, org)).items).toMatchObject([
    { provider: 'stripe', status: 'paid', currency: 'USD', totalMinor: 2900, dueMinor: 0, pdfUrl: expect.any(String) },
  ]);
});
