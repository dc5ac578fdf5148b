import type Stripe from 'stripe';
import { intentOf, monthly, payer, refusal, stripeWithClient } from '../test-stripe.ts';

async function paidInvoice() {
  const { double, stripe } = await stripeWithClient();
  const customer = await payer(stripe);
  const price = await monthly(stripe, 1000);
  const subscription = await stripe.subscriptions.create({
    customer: customer.id,
    items: [{ price: price.id }],
    expand: ['latest_invoice'],
  });
  const invoice = subscription.latest_invoice as Stripe.Invoice;
  const intent = await intentOf(stripe, invoice);
  return { double, stripe, customer, invoice, charge: intent.latest_charge as string, intent, subscription };
}

it('refunds a charge in parts, never more than it was', async () => {
  const { stripe, charge, intent } = await paidInvoice();
  await stripe.refunds.create({ charge, amount: 300 });
  expect(await refusal(stripe.refunds.create({ charge, amount: 701 }))).toMatchObject({ param: 'amount' });
  expect(await refusal(stripe.refunds.create({ charge, amount: -1 }))).toMatchObject({ param: 'amount' });
  expect(await stripe.refunds.create({ payment_intent: intent.id })).toMatchObject({
    amount: 700,
    status: 'succeeded',
  });
  expect(await stripe.charges.retrieve(charge)).toMatchObject({ refunded: true, amount_refunded: 1000 });
  expect(await refusal(stripe.refunds.create({ charge }))).toMatchObject({ code: 'charge_already_refunded' });
});

it('credits a paid invoice to the card or to the balance, which pays the next one', async () => {
  const { double, stripe, invoice, customer, charge } = await paidInvoice();
  const short = { invoice: invoice.id, amount: 400, refund_amount: 100 };
  expect(await refusal(stripe.creditNotes.create(short))).toMatchObject({ param: 'refund_amount' });
  const note = await stripe.creditNotes.create({
    invoice: invoice.id,
    amount: 400,
    refund_amount: 150,
    credit_amount: 250,
  });
  expect(note).toMatchObject({
    status: 'issued',
    post_payment_amount: 400,
    type: 'post_payment',
    refunds: [{ amount_refunded: 150 }],
  });
  expect(await stripe.charges.retrieve(charge)).toMatchObject({ amount_refunded: 150 });
  expect((await stripe.customers.retrieve(customer.id)) as Stripe.Customer).toMatchObject({ balance: -250 });
  expect(
    await refusal(stripe.creditNotes.create({ invoice: invoice.id, amount: 601, credit_amount: 601 })),
  ).toMatchObject({ param: 'amount' });
  await double.advance({ days: 32 });
  expect((await stripe.invoices.list({ limit: 1 })).data[0]).toMatchObject({ total: 1000, amount_paid: 750 });
});

it('lowers what is due of an open invoice, down to paid', async () => {
  const { stripe, customer } = await paidInvoice();
  await stripe.invoiceItems.create({ customer: customer.id, amount: 500, currency: 'usd', description: 'Set-up' });
  const draft = await stripe.invoices.create({
    customer: customer.id,
    pending_invoice_items_behavior: 'include',
    collection_method: 'send_invoice',
    days_until_due: 30,
  });
  const { id } = await stripe.invoices.finalizeInvoice(draft.id ?? '');
  const note = await stripe.creditNotes.create({ invoice: id ?? '', amount: 200 });
  expect(await stripe.invoices.retrieve(id ?? '')).toMatchObject({
    amount_due: 300,
    pre_payment_credit_notes_amount: 200,
    status: 'open',
  });
  await stripe.creditNotes.voidCreditNote(note.id);
  await stripe.creditNotes.create({ invoice: id ?? '', amount: 500 });
  expect(await stripe.invoices.retrieve(id ?? '')).toMatchObject({ amount_due: 0, status: 'paid' });
});

it('emits events of a dispute when it is opened and closed', async () => {
  const { double, stripe, charge } = await paidInvoice();
  const dispute = double.dispute(charge);
  expect(await stripe.charges.retrieve(charge)).toMatchObject({ disputed: true });
  expect(await refusal(stripe.refunds.create({ charge }))).toMatchObject({ code: 'charge_disputed' });
  dispute.close('lost');
  const { data } = await stripe.events.list({ types: ['charge.dispute.created', 'charge.dispute.closed'] });
  expect(data.map(({ type }) => type)).toEqual(['charge.dispute.closed', 'charge.dispute.created']);
});

it('keeps invoices to their states', async () => {
  const { stripe, customer, invoice } = await paidInvoice();
  const draft = await stripe.invoices.create({ customer: customer.id });
  await stripe.invoiceItems.create({ customer: customer.id, invoice: draft.id, amount: 700, currency: 'usd' });
  expect(await stripe.invoices.retrieve(draft.id ?? '')).toMatchObject({ status: 'draft', total: 700 });
  expect(await refusal(stripe.invoices.voidInvoice(draft.id ?? ''))).toMatchObject({ code: 'invoice_not_editable' });
  const open = await stripe.invoices.finalizeInvoice(draft.id ?? '');
  expect(open).toMatchObject({ status: 'open', number: expect.stringMatching(/-0002$/) });
  expect(await refusal(stripe.invoices.finalizeInvoice(draft.id ?? ''))).toMatchObject({
    code: 'invoice_not_editable',
  });
  expect((await stripe.invoices.markUncollectible(open.id ?? '')).status).toBe('uncollectible');
  expect((await stripe.invoices.pay(open.id ?? '')).status).toBe('paid');
  expect(await refusal(stripe.invoices.del(invoice.id ?? ''))).toMatchObject({ status: 400 });
  const lines = await stripe.invoices.listLineItems(invoice.id ?? '');
  expect(lines.data).toMatchObject([
    { amount: 1000, pricing: { price_details: { product: expect.stringMatching(/^prod_/) } } },
  ]);
});

it('refuses a refund of what no card has paid, with nothing done', async () => {
  const { stripe, customer } = await paidInvoice();
  const draft = await stripe.invoices.create({ customer: customer.id });
  await stripe.invoiceItems.create({ customer: customer.id, invoice: draft.id, amount: 700, currency: 'usd' });
  const { id = '' } = await stripe.invoices.pay(draft.id ?? '', { paid_out_of_band: true });
  const note = { invoice: id, amount: 700, refund_amount: 700 };
  expect(await refusal(stripe.creditNotes.create(note))).toMatchObject({ param: 'refund_amount' });
  expect((await stripe.creditNotes.list({ invoice: id })).data).toEqual([]);
  expect((await stripe.creditNotes.create({ invoice: id, amount: 700, out_of_band_amount: 700 })).status).toBe(
    'issued',
  );
});

it('pays a draft of nothing as soon as it is final', async () => {
  const { stripe, customer } = await paidInvoice();
  const draft = await stripe.invoices.create({ customer: customer.id });
  expect(await stripe.invoices.pay(draft.id ?? '')).toMatchObject({ status: 'paid', amount_paid: 0 });
});

it('collects nothing more of a customer who is gone', async () => {
  const { double, stripe, customer, subscription } = await paidInvoice();
  await stripe.invoiceItems.create({ customer: customer.id, amount: 700, currency: 'usd' });
  await stripe.invoices.create({
    customer: customer.id,
    pending_invoice_items_behavior: 'include',
    auto_advance: true,
  });
  await stripe.customers.del(customer.id);
  await double.advance({ days: 40 });
  expect((await stripe.subscriptions.retrieve(subscription.id)).status).toBe('canceled');
  expect((await stripe.invoices.list()).data).toMatchObject([{ status: 'draft' }, { status: 'paid' }]);
  expect(await stripe.customers.retrieve(customer.id)).toEqual(expect.objectContaining({ deleted: true }));
});
