import { setBillingDetails } from '@tidegate/contracts/billing/billing-details';
import { getEntitlements } from '@tidegate/contracts/billing/entitlements';
import {
  chargeOnce,
  creditInvoice,
  getInvoice,
  type Invoice,
  listInvoices,
} from '@tidegate/contracts/billing/invoices';
import { applyPlans } from '@tidegate/contracts/billing/plans';
import { previewChange } from '@tidegate/contracts/billing/preview';
import { changeSubscription, setSubscription } from '@tidegate/contracts/billing/subscriptions';
import { newId } from '@tidegate/database/ids';
import { type Fixture, openBilling } from '../../test/fixture.ts';
import { SHOP } from '../../test/shop.ts';

let billing: Fixture;
beforeAll(async () => {
  billing = await openBilling({
    settings: { INVOICE_TAX_RATE: '19', INVOICE_TAX_NAME: 'USt', INVOICE_TAX_REVERSE_CHARGE: 'AT' },
  });
  await billing.call(applyPlans, { yaml: SHOP });
});
afterAll(() => billing.close());

async function organisation(details?: object): Promise<string> {
  const org = newId();
  await billing.call(getEntitlements, {}, org);
  const to = { name: 'Harbour Ltd', address: '1 Harbour Street' };
  if (details) await billing.call(setBillingDetails, { ...to, ...details }, org);
  return org;
}
const product = 'monitoring';
const put = (organisationId: string, plan: string, more: object = {}) =>
  billing.call(setSubscription, { organisationId, product, plan, reason: 'Contract', ...more });
const invoices = async (org: string) =>
  Promise.all(
    (await billing.call(listInvoices, {}, org)).items.map(({ id }) => billing.call(getInvoice, { invoiceId: id }, org)),
  );
const charge = async (organisationId: string, amountMinor: number) => {
  const asked = {
    chargeKey: newId(),
    description: 'Set up',
    currency: 'EUR',
    amountMinor,
    reason: 'Contract',
    now: true,
  };
  return (await billing.call(chargeOnce, { organisationId, ...asked })).invoice as Invoice;
};

test('tax is added to each line, and what is previewed is charged, also after a change with credits', async () => {
  const org = await organisation({ country: 'DE', taxId: 'DE123456789' });
  await put(org, 'starter');
  const [first] = await invoices(org);
  const tax = { name: 'USt', rate: '19', reverseCharge: false };
  expect(first).toMatchObject({ subtotalMinor: 1900, taxMinor: 361, totalMinor: 2261, dueMinor: 2261, tax });
  expect(first?.lines).toMatchObject([{ amountMinor: 1900, taxMinor: 361 }]);
  const { dueNow, next } = await billing.call(previewChange, { product, plan: 'pro' }, org);
  expect(next).toMatchObject({ taxMinor: 931, totalMinor: 4900 + 931, tax });
  await billing.call(changeSubscription, { product, plan: 'pro' }, org);
  const [second] = await invoices(org);
  const { totalMinor, taxMinor, dueMinor } = second as Invoice;
  expect({ totalMinor, taxMinor, dueMinor }).toEqual({
    totalMinor: dueNow?.totalMinor,
    taxMinor: dueNow?.taxMinor,
    dueMinor: dueNow?.dueMinor,
  });
  const lines = second?.lines ?? [];
  expect(lines.some((line) => line.taxMinor < 0)).toBe(true);
  expect(lines.reduce((sum, line) => sum + line.taxMinor, 0)).toBe(taxMinor);
  expect(lines.reduce((sum, line) => sum + line.amountMinor + line.taxMinor, 0)).toBe(totalMinor);
});

test('who owes it themselves is charged none, and the invoice says so; an invoice keeps what was so when it was issued', async () => {
  const org = await organisation({ country: 'AT', taxId: 'ATU12345678' });
  const before = await charge(org, 10_000);
  expect(before).toMatchObject({ taxMinor: 0, totalMinor: 10_000, tax: { rate: '0', reverseCharge: true } });
  expect(before.customer).toMatchObject({ country: 'AT' });
  const details = { name: 'Harbour Ltd', address: '1 Harbour Street' };
  await billing.call(setBillingDetails, { ...details, country: 'AT' }, org);
  expect(await charge(org, 10_000)).toMatchObject({ taxMinor: 1_900, totalMinor: 11_900 });
  const again = await billing.call(getInvoice, { invoiceId: before.id }, org);
  expect(again).toMatchObject({ taxMinor: 0, tax: { reverseCharge: true } });
  const wrong = billing.call(setBillingDetails, { ...details, country: 'Austria' }, org);
  await expect(wrong).rejects.toMatchObject({ code: 'validation_failed' });
});

test('a credit note gives the tax back that was in it, and all of it at last', async () => {
  const org = await organisation();
  const { id } = await charge(org, 999);
  const credit = (amountMinor: number, creditKey: string) =>
    billing.call(creditInvoice, { organisationId: org, invoiceId: id, amountMinor, creditKey, reason: 'Partly down' });
  // 999 and 190 of tax.
  expect(await credit(500, 'a')).toMatchObject({ creditedMinor: 500, creditedTaxMinor: 80, dueMinor: 689 });
  expect(await credit(689, 'b')).toMatchObject({
    creditedMinor: 1189,
    creditedTaxMinor: 190,
    dueMinor: 0,
    status: 'paid',
  });
  await expect(credit(1, 'c')).rejects.toMatchObject({ code: 'validation_failed' });
});

test('credits that prevail go to the balance with their tax, and pay another invoice with its', async () => {
  const org = await organisation();
  await put(org, 'pro', { interval: 'year' });
  await put(org, 'starter', { interval: 'month' });
  await charge(org, 1_000);
  const [last, first] = await invoices(org);
  expect(first).toMatchObject({ taxMinor: 9_310, totalMinor: 58_310 });
  const sum = last?.lines.reduce((all, line) => all + line.amountMinor + line.taxMinor, 0) ?? 0;
  expect(sum).toBeLessThan(0);
  expect(last).toMatchObject({ totalMinor: 0, fromBalanceMinor: sum, dueMinor: 0, status: 'paid' });
  expect(last?.lines.find(({ amountMinor }) => amountMinor < 0)?.taxMinor).toBeLessThan(0);
  const paid = { taxMinor: 950, totalMinor: 5_950, fromBalanceMinor: 5_950, dueMinor: 0, status: 'paid' };
  expect(await charge(org, 5_000)).toMatchObject(paid);
});
