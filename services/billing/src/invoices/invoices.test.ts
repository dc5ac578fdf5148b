import { getEntitlements } from '@tidegate/contracts/billing/entitlements';
import {
  chargeOnce,
  creditInvoice,
  getInvoice,
  type Invoice,
  invoiceCredited,
  invoiceIssued,
  invoicePaid,
  invoiceVoided,
  listInvoices,
  payInvoice,
  voidInvoice,
} from '@tidegate/contracts/billing/invoices';
import { applyPlans } from '@tidegate/contracts/billing/plans';
import { newId } from '@tidegate/database/ids';
import { type Fixture, openBilling, SHIPPED } from '../../test/fixture.ts';

let billing: Fixture;
beforeAll(async () => {
  billing = await openBilling();
  await billing.call(applyPlans, { yaml: SHIPPED });
});
afterAll(() => billing.close());

async function organisation(): Promise<string> {
  const org = newId();
  await billing.call(getEntitlements, {}, org);
  return org;
}

const charge = (organisationId: string, amountMinor: number, more: object = {}) =>
  billing.call(chargeOnce, {
    organisationId,
    chargeKey: newId(),
    description: 'White label, set up',
    currency: 'USD',
    amountMinor,
    reason: 'Contract of 2026-11-01',
    now: true,
    ...more,
  });

const issued = async (org: string, amountMinor: number): Promise<Invoice> =>
  (await charge(org, amountMinor)).invoice as Invoice;

const byHand = (org: string, invoice: Invoice, more: object = {}) => ({
  organisationId: org,
  invoiceId: invoice.id,
  reason: 'Bank transfer',
  ...more,
});

test('a charge becomes an invoice that its organisation reads, and that nobody else can', async () => {
  const org = await organisation();
  const { id } = await issued(org, 500_000);
  const invoice = await billing.call(getInvoice, { invoiceId: id }, org);
  expect(invoice).toMatchObject({
    status: 'open',
    currency: 'USD',
    totalMinor: 500_000,
    dueMinor: 500_000,
    lines: [{ item: 'charge', description: 'White label, set up', amountMinor: 500_000, discountMinor: 0 }],
  });
  await expect(billing.call(getInvoice, { invoiceId: id }, newId())).rejects.toMatchObject({ code: 'not_found' });
  expect(await billing.emitted(invoiceIssued, org)).toMatchObject([{ invoice: { id, number: invoice.number } }]);
});

test('the same charge again is charged once, also at the same time', async () => {
  const org = await organisation();
  const again = { chargeKey: 'set-up' };
  await Promise.all(Array.from({ length: 8 }, () => charge(org, 900, again)));
  const { items } = await billing.call(listInvoices, {}, org);
  expect(items.map(({ totalMinor }) => totalMinor)).toEqual([900]);
});

test('numbers follow each other without gaps, whoever is billed and whatever fails', async () => {
  const orgs = await Promise.all(Array.from({ length: 4 }, organisation));
  const unknown = expect(charge(newId(), 100)).rejects.toMatchObject({ code: 'not_found' });
  const numbers = await Promise.all(orgs.flatMap((org) => [issued(org, 100), issued(org, 200)]));
  await unknown;
  const counted = numbers.map(({ number }) => Number(number?.split('-')[1])).sort((a, b) => a - b);
  expect(new Set(counted).size).toBe(8);
  expect(counted.at(-1)).toBe((counted[0] as number) + 7);
});

test('what waits is put on the next invoice; credits beyond the charges pay later ones', async () => {
  const org = await organisation();
  await charge(org, -3_000, { now: false });
  const first = await issued(org, 1_000);
  expect(first).toMatchObject({ status: 'paid', subtotalMinor: -2_000, totalMinor: 0, dueMinor: 0 });
  expect(await issued(org, 5_000)).toMatchObject({ totalMinor: 5_000, fromBalanceMinor: 2_000, dueMinor: 3_000 });
});

test('an invoice is paid by hand once; it says who, and a second time changes nothing', async () => {
  const org = await organisation();
  const invoice = await issued(org, 700);
  const paid = await billing.call(payInvoice, byHand(org, invoice));
  expect(paid).toMatchObject({ status: 'paid', dueMinor: 0 });
  expect(await billing.call(payInvoice, byHand(org, invoice))).toEqual(paid);
  expect(await billing.emitted(invoicePaid, org)).toHaveLength(1);
  await expect(billing.call(voidInvoice, byHand(org, invoice))).rejects.toMatchObject({
    code: 'invoice_not_payable',
    data: { invoiceStatus: 'paid' },
  });
});

test('a withdrawn invoice returns what the balance paid', async () => {
  const org = await organisation();
  await charge(org, -400);
  const invoice = await issued(org, 1_000);
  expect(invoice).toMatchObject({ fromBalanceMinor: 400, dueMinor: 600 });
  expect(await billing.call(voidInvoice, byHand(org, invoice))).toMatchObject({ status: 'void', dueMinor: 0 });
  expect(await billing.emitted(invoiceVoided, org)).toHaveLength(1);
  expect(await issued(org, 1_000)).toMatchObject({ fromBalanceMinor: 400 });
});

test('a credit note takes from what is owed, then returns what was paid; the same note counts once', async () => {
  const org = await organisation();
  const invoice = await issued(org, 1_000);
  const note = (amountMinor: number, creditKey: string, more: object = {}) =>
    billing.call(creditInvoice, byHand(org, invoice, { amountMinor, creditKey, ...more }));
  expect(await note(300, 'a')).toMatchObject({ status: 'open', dueMinor: 700, creditedMinor: 300 });
  expect(await note(300, 'a')).toMatchObject({ dueMinor: 700, creditedMinor: 300 });
  await billing.call(payInvoice, byHand(org, invoice));
  expect(await note(500, 'b')).toMatchObject({ status: 'paid', creditedMinor: 800 });
  expect(await note(200, 'c', { refunded: true })).toMatchObject({ creditedMinor: 1_000 });
  await expect(note(1, 'd')).rejects.toMatchObject({ code: 'validation_failed' });
  expect(await issued(org, 2_000)).toMatchObject({ fromBalanceMinor: 500, dueMinor: 1_500 });
  expect(await billing.emitted(invoiceCredited, org)).toHaveLength(3);
});

test('an organisation is billed in one currency', async () => {
  const org = await organisation();
  await issued(org, 100);
  await expect(charge(org, 100, { currency: 'EUR' })).rejects.toMatchObject({
    code: 'other_currency',
    data: { currency: 'USD' },
  });
});

test('invoices page, the newest first', async () => {
  const org = await organisation();
  const made = [await issued(org, 1), await issued(org, 2), await issued(org, 3)];
  const first = await billing.call(listInvoices, { limit: 2 }, org);
  const rest = await billing.call(listInvoices, { limit: 2, cursor: first.nextCursor }, org);
  expect([...first.items, ...rest.items].map(({ id }) => id)).toEqual(made.map(({ id }) => id).reverse());
  expect(rest.nextCursor).toBeUndefined();
  expect(first.total).toBeNull();
  const { number } = await billing.call(getInvoice, { invoiceId: made[1]?.id ?? '' }, org);
  const search = String(number).toLowerCase();
  expect(await billing.call(listInvoices, { search, count: true }, org)).toMatchObject({
    items: [{ number }],
    total: 1,
  });
  expect((await billing.call(listInvoices, { limit: 1, count: true }, org)).total).toBe(3);
});

test('invoices come by what they are about as well, on every page', async () => {
  const org = await organisation();
  const amounts = [300, 20, 1_000, 20];
  for (const amount of amounts) await issued(org, amount);
  const totals: number[] = [];
  for (let cursor: string | undefined; ; ) {
    const page = await billing.call(listInvoices, { limit: 1, sort: '-total', ...(cursor ? { cursor } : {}) }, org);
    totals.push(...page.items.map(({ totalMinor }) => totalMinor));
    cursor = page.nextCursor;
    if (!cursor) break;
  }
  expect(totals).toEqual([1_000, 300, 20, 20]);
  const { items } = await billing.call(listInvoices, { sort: 'number' }, org);
  expect(items.map(({ number }) => number)).toEqual(items.map(({ number }) => number).sort());
});
