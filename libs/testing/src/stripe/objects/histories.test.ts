import fc from 'fast-check';
import type Stripe from 'stripe';
import { LONG } from '../../long.ts';
import { payer, stripeWithClient } from '../test-stripe.ts';

/*
 * Whatever is changed and whenever: what was charged for is the time that was used, at the price and quantity of each
 * second; a preview is what is charged; and what invoices say is in the payments and the balance, to the cent.
 */
const behaviour = fc.constantFrom('always_invoice' as const, 'create_prorations' as const);
const step = fc.oneof(
  fc.record({ kind: fc.constant('price' as const), to: fc.nat(4), behaviour }),
  fc.record({ kind: fc.constant('quantity' as const), to: fc.nat(9), behaviour }),
  fc.record({ kind: fc.constant('wait' as const), seconds: fc.integer({ min: 1, max: 40 * 86_400 }) }),
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;
const start = fc.constantFrom('2026-04-01T00:00:00Z', '2027-01-31T10:00:00Z', '2028-02-29T23:59:59Z');
const PRICES = [
  { unit_amount: 1000, interval: 'month' },
  { unit_amount: 2999, interval: 'month' },
  { unit_amount: 0, interval: 'month' },
  { unit_amount: 9999, interval: 'year' },
  { unit_amount: 777, interval: 'month' },
] as const;

it('charges the time that is used, as it previews, and adds up', async () => {
  await fc.assert(
    fc.asyncProperty(start, fc.constantFrom(0, 20, 33.33), fc.array(step, { minLength: 3, maxLength: 12 }), history),
    { numRuns: LONG ? 400 : 12 },
  );
});

async function history(now: string, percent_off: number, steps: Step[]): Promise<void> {
  const { double, stripe } = await stripeWithClient({ now: new Date(now) });
  const customer = await payer(stripe);
  const prices = await Promise.all(
    PRICES.map(({ unit_amount, interval }) =>
      stripe.prices.create({ currency: 'usd', unit_amount, recurring: { interval }, product_data: { name: 'Pro' } }),
    ),
  );
  const coupon = percent_off ? await stripe.coupons.create({ percent_off, duration: 'forever' }) : null;
  const { id } = await stripe.subscriptions.create({
    customer: customer.id,
    items: [{ price: prices[0]?.id }],
    ...(coupon ? { discounts: [{ coupon: coupon.id }] } : {}),
  });
  const item = async () => (await stripe.subscriptions.retrieve(id)).items.data[0] as Stripe.SubscriptionItem;

  /** Lets time pass, period by period, and adds up what it costs. */
  let used = 0;
  const wait = async (seconds: number) => {
    for (let left = seconds; left > 0; ) {
      const { current_period_start: from, current_period_end: to, price, quantity = 1 } = await item();
      const passes = Math.min(left, to - double.clock.now());
      used += ((price.unit_amount ?? 0) * quantity * passes) / (to - from);
      await double.advance({ seconds: passes });
      left -= passes;
    }
  };
  for (const one of steps) {
    if (one.kind === 'wait') await wait(one.seconds);
    else
      await change(
        stripe,
        id,
        await item(),
        one.kind === 'price' ? { price: prices[one.to]?.id } : { quantity: one.to },
        one.behaviour,
      );
  }
  await stripe.subscriptions.cancel(id, { prorate: true, invoice_now: true });
  await double.advance({ hours: 2 });

  const invoices = await stripe.invoices.list({ customer: customer.id }).autoPagingToArray({ limit: 1000 });
  const lines = invoices.flatMap((invoice) => double.account().store.get('invoice', invoice.id ?? '').lines.data);
  const pending = await stripe.invoiceItems.list({ customer: customer.id, pending: true, limit: 100 });
  const charged =
    lines.reduce((sum, line) => sum + line.amount, 0) + pending.data.reduce((sum, one) => sum + one.amount, 0);
  expect(Math.abs(charged - used)).toBeLessThanOrEqual(lines.length + pending.data.length + 1);

  const balance = ((await stripe.customers.retrieve(customer.id)) as Stripe.Customer).balance;
  const final = invoices.filter(({ status }) => status === 'paid' || status === 'open');
  const total = (of: (invoice: Stripe.Invoice) => number) => final.reduce((sum, invoice) => sum + of(invoice), 0);
  expect(total((one) => one.total)).toBe(total((one) => one.amount_due) + balance);
  for (const invoice of invoices) {
    const off = (invoice.total_discount_amounts ?? []).reduce((sum, one) => sum + one.amount, 0);
    expect(invoice.subtotal - off).toBe(invoice.total);
  }
  for (const { amount, discount_amounts: taken } of lines.filter(
    (line) => !line.parent?.subscription_item_details?.proration,
  ))
    expect(taken?.[0]?.amount ?? 0).toBe(Math.round((amount * percent_off) / 100));
}

async function change(
  stripe: Stripe,
  subscription: string,
  item: Stripe.SubscriptionItem,
  to: { price?: string; quantity?: number },
  proration_behavior: 'always_invoice' | 'create_prorations',
): Promise<void> {
  const details = { items: [{ id: item.id, ...to }], proration_behavior };
  const before = (await stripe.subscriptions.retrieve(subscription)).latest_invoice;
  const preview = await stripe.invoices.createPreview({ subscription, subscription_details: details });
  const { latest_invoice } = await stripe.subscriptions.update(subscription, {
    ...details,
    expand: ['latest_invoice'],
  });
  const invoice = latest_invoice as Stripe.Invoice;
  if (invoice.id !== before) expect([invoice.total, invoice.amount_due]).toEqual([preview.total, preview.amount_due]);
}
