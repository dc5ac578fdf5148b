import { setBillingDetails } from '@tidegate/contracts/billing/billing-details';
import { MOST_PRINTED_LINES, printInvoice, printInvoiceOfAny } from '@tidegate/contracts/billing/invoice-pdfs';
import { chargeOnce, payInvoice } from '@tidegate/contracts/billing/invoices';
import { applyPlans } from '@tidegate/contracts/billing/plans';
import { noteDeleted } from '@tidegate/database/deleted-organisations';
import { newId } from '@tidegate/database/ids';
import { purgeOrganisation } from '@tidegate/database/purge-organisation';
import { type Fixture, openBilling, SHIPPED } from '../../test/fixture.ts';

let billing: Fixture;
beforeAll(async () => {
  billing = await openBilling({ settings: { INVOICE_SELLER: 'Example GmbH|Musterweg 1|10115 Berlin' } });
  await billing.call(applyPlans, { yaml: SHIPPED });
});
afterAll(() => billing.close());

async function invoiced(): Promise<{ org: string; invoiceId: string }> {
  const org = await billing.create();
  await billing.call(setBillingDetails, { name: 'Hafen 株式会社', address: '1 Harbour Street' }, org);
  const { invoice } = await billing.call(chargeOnce, {
    organisationId: org,
    chargeKey: newId(),
    description: 'White label, set up',
    currency: 'JPY',
    amountMinor: 500_000,
    reason: 'Contract of 2026-11-01',
    now: true,
  });
  return { org, invoiceId: invoice?.id as string };
}
const bytes = ({ content }: { content: string }) => Buffer.from(content, 'base64');
/** Of an invoice that is not made here, or is too long. */
const refused = (call: Promise<unknown>) =>
  call.then(
    () => undefined,
    ({ code, status }) => `${status} ${code}`,
  );

test('an organisation gets its own invoice as a PDF, the same each time, and another one when it is paid', async () => {
  const { org, invoiceId } = await invoiced();
  const first = await billing.call(printInvoice, { invoiceId }, org);
  expect(first.name).toMatch(/^invoice-20\d\d-\d{6}\.pdf$/);
  expect(bytes(first).subarray(0, 8).toString('latin1')).toBe('%PDF-1.7');
  expect(await billing.call(printInvoice, { invoiceId }, org)).toEqual(first);
  const german = await billing.call(printInvoice, { invoiceId, locale: 'de' }, org);
  expect(german.content).not.toBe(first.content);
  await billing.call(payInvoice, { organisationId: org, invoiceId, reason: 'Bank transfer' });
  expect((await billing.call(printInvoice, { invoiceId }, org)).content).not.toBe(first.content);
});

test('nobody else gets it, and an operator does, also when the organisation is deleted', async () => {
  const { org, invoiceId } = await invoiced();
  const other = await billing.create();
  expect(await refused(billing.call(printInvoice, { invoiceId }, other))).toBe('404 not_found');
  expect(await refused(billing.call(printInvoice, { invoiceId: newId() }, org))).toBe('404 not_found');
  const own = await billing.call(printInvoice, { invoiceId }, org);
  const ask = (organisationId: string) => billing.call(printInvoiceOfAny, { organisationId, invoiceId });
  expect(await ask(org)).toEqual(own);
  expect(await refused(ask(other))).toBe('404 not_found');
  await billing.tenants.as({}, (tx) => noteDeleted(tx, org));
  await purgeOrganisation(billing.tenants, org);
  expect(await refused(billing.call(printInvoice, { invoiceId }, org))).toBe('404 not_found');
  expect(await ask(org)).toEqual(own);
});

test('an invoice keeps the seller of the day on which it was issued, also when its organisation is deleted', async () => {
  const settings = { ...billing.config };
  const { org, invoiceId } = await invoiced();
  const issued = await billing.call(printInvoice, { invoiceId }, org);
  const printed = () => billing.call(printInvoiceOfAny, { organisationId: org, invoiceId });
  try {
    Object.assign(billing.config, { INVOICE_SELLER: 'Another AG|Neue Gasse 2|8001 Zürich' });
    expect(await printed()).toEqual(issued);
    const later = await invoiced();
    const own = await billing.call(printInvoice, { invoiceId: later.invoiceId }, later.org);
    const seller = (of: string) =>
      billing.tenants.read(of, (tx) =>
        tx.one<{ seller: string }>('select seller from invoices where org_id = $1', [of]),
      );
    expect(await seller(org)).toEqual({ seller: 'Example GmbH\nMusterweg 1\n10115 Berlin' });
    expect(await seller(later.org)).toEqual({ seller: 'Another AG\nNeue Gasse 2\n8001 Zürich' });
    // The name of the installation is a seller like any other, and no setting takes one away.
    Object.assign(billing.config, { INVOICE_SELLER: undefined, INSTALLATION_NAME: 'Somebody' });
    expect(await billing.call(printInvoice, { invoiceId: later.invoiceId }, later.org)).toEqual(own);
    await billing.tenants.as({}, (tx) => noteDeleted(tx, org));
    await purgeOrganisation(billing.tenants, org);
    expect(await printed()).toEqual(issued);
  } finally {
    Object.assign(billing.config, settings);
  }
});

test('an invoice of before sellers were kept has the one of now', async () => {
  const settings = { ...billing.config };
  const { org, invoiceId } = await invoiced();
  const issued = await billing.call(printInvoice, { invoiceId }, org);
  await billing.tenants.run(org, (tx) => tx.query('update invoices set seller = null where org_id = $1', [org]));
  expect(await billing.call(printInvoice, { invoiceId }, org)).toEqual(issued);
  try {
    Object.assign(billing.config, { INVOICE_SELLER: 'Another AG' });
    expect((await billing.call(printInvoice, { invoiceId }, org)).content).not.toBe(issued.content);
  } finally {
    Object.assign(billing.config, settings);
  }
});

test('what Stripe keeps is not made here, and what has too many lines is refused', async () => {
  const { org, invoiceId } = await invoiced();
  const lines = (count: number) =>
    billing.tenants.run(org, (tx) =>
      tx.query(
        `insert into invoice_items (org_id, id, effect_key, item, description, quantity, currency, amount_minor, period_start,
                                    period_end, changed_by, invoice_id)
         select $1, gen_random_uuid(), 'line ' || n, 'charge:' || n, 'Line ' || n, 1.5, 'JPY', 3, now(), now(), 'a test', $2
           from generate_series(1, $3::int) n on conflict do nothing`,
        [org, invoiceId, count],
      ),
    );
  await lines(MOST_PRINTED_LINES - 1);
  expect(bytes(await billing.call(printInvoice, { invoiceId }, org)).length).toBeLessThan(700_000);
  await lines(MOST_PRINTED_LINES);
  expect(await refused(billing.call(printInvoice, { invoiceId }, org))).toBe('409 invoice_too_long');
  await billing.tenants.run(org, (tx) =>
    tx.query(`update invoices set provider = 'stripe' where org_id = $1 and id = $2`, [org, invoiceId]),
  );
  expect(await refused(billing.call(printInvoice, { invoiceId }, org))).toBe('409 invoice_of_provider');
});

test('many at once are printed one after the other, and too many of one organisation are asked to come back', async () => {
  const { org, invoiceId } = await invoiced();
  const answers = await Promise.all(
    Array.from({ length: 20 }, () => refused(billing.call(printInvoice, { invoiceId }, org))),
  );
  expect(new Set(answers)).toEqual(new Set([undefined, '503 unavailable']));
  const other = await invoiced();
  expect(await refused(billing.call(printInvoice, { invoiceId: other.invoiceId }, other.org))).toBeUndefined();
});
