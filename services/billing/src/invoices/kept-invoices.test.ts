import { setBillingDetails } from '@tidegate/contracts/billing/billing-details';
import { listInvoices } from '@tidegate/contracts/billing/invoices';
import { listAllInvoices } from '@tidegate/contracts/billing/operator';
import { applyPlans } from '@tidegate/contracts/billing/plans';
import { setSubscription } from '@tidegate/contracts/billing/subscriptions';
import { noteDeleted } from '@tidegate/database/deleted-organisations';
import { purgeOrganisation } from '@tidegate/database/purge-organisation';
import { type Fixture, openBilling } from '../../test/fixture.ts';
import { SHOP } from '../../test/shop.ts';

let billing: Fixture;
beforeAll(async () => {
  billing = await openBilling();
  await billing.call(applyPlans, { yaml: SHOP });
});
afterAll(() => billing.close());

const details = { name: 'Harbour Ltd', address: '1 Harbour Street\n20457 Hamburg', taxId: 'DE123456789' };
const all = async (of: 'current' | 'deleted', organisationId: string, more = {}) =>
  (await billing.call(listAllInvoices, { of, limit: 100, ...more })).items.filter(
    (one) => one.organisationId === organisationId,
  );

async function customer(): Promise<string> {
  const org = await billing.create();
  await billing.call(setBillingDetails, details, org);
  await billing.call(setSubscription, { organisationId: org, product: 'monitoring', plan: 'pro', reason: 'by Eve' });
  return org;
}
async function purge(org: string): Promise<void> {
  await billing.tenants.as({}, (tx) => noteDeleted(tx, org));
  await purgeOrganisation(billing.tenants, org);
}
/** Rows of every table that has an `org_id`, of those that are left. */
async function left(org: string): Promise<string[]> {
  const tables = await billing.tenants.as({}, (tx) =>
    tx.query<{ name: string }>(
      `select table_name as name from information_schema.columns
        where table_schema = current_schema() and column_name = 'org_id' order by 1`,
    ),
  );
  const found: string[] = [];
  for (const { name } of tables) {
    const rows = await billing.tenants.read(org, (tx) =>
      tx.query<{ row: object }>(`select to_jsonb(t) as row from ${name} t where org_id = $1`, [org]),
    );
    if (rows.length > 0) found.push(`${name} ${JSON.stringify(rows)}`);
  }
  return found;
}

test('an invoice says whom it is made out to, as it was when it was issued', async () => {
  const org = await customer();
  await billing.call(setBillingDetails, { ...details, name: 'Haven Ltd' }, org);
  const { items } = await billing.call(listInvoices, {}, org);
  expect(items).toMatchObject([{ customer: details, totalMinor: 4900 }]);
});

test('of a deleted organisation the operator still has the invoices as they were issued, and nothing else is left of it', async () => {
  const [org, other] = [await customer(), await customer()];
  const [before] = await all('current', org);
  await purge(org);
  expect(await all('current', org)).toEqual([]);
  expect(await all('deleted', org)).toEqual([{ ...before, deleted: true }]);
  const rows = (await left(org)).filter((row) => !/^(outbox|deleted_organisations) /.test(row));
  expect(rows.map((row) => row.split(' ')[0])).toEqual(['kept_invoice_lines', 'kept_invoices']);
  // Who did what, and why, is no part of an invoice.
  expect(rows.join()).not.toContain('Eve');
  // Nobody else's transaction sees them.
  const seen = await billing.tenants.read(other, (tx) => tx.query('select id from kept_invoices'));
  expect([seen, (await billing.call(listInvoices, {}, other)).items.length]).toEqual([[], 1]);
  // A sweep that is repeated takes none away.
  await purgeOrganisation(billing.tenants, org);
  expect(await all('deleted', org)).toHaveLength(1);
});

test('drafts were never issued, and are not kept', async () => {
  const org = await customer();
  await billing.tenants.run(org, (tx) =>
    tx.query(
      `insert into invoices (org_id, id, provider, status, currency, subtotal_minor, discount_minor, total_minor, due_minor,
                             period_start, period_end)
       values ($1, gen_random_uuid(), 'stripe', 'draft', 'EUR', 1, 0, 1, 1, now(), now())`,
      [org],
    ),
  );
  await purge(org);
  expect((await all('deleted', org)).map(({ status }) => status)).toEqual(['open']);
});

test('kept invoices end with the years that they are kept, counted from the end of their year', async () => {
  const org = await customer();
  await purge(org);
  await billing.tenants.purging(org, (tx) =>
    tx.query(
      "update kept_invoices set issued_at = date_trunc('year', now()) - interval '9 years 1 hour' where org_id = $1",
      [org],
    ),
  );
  await billing.expireInvoices();
  expect(await all('deleted', org)).toHaveLength(1);
  await billing.tenants.purging(org, (tx) =>
    tx.query(
      "update kept_invoices set issued_at = date_trunc('year', now()) - interval '10 years 2 days' where org_id = $1",
      [org],
    ),
  );
  await billing.expireInvoices();
  expect(await all('deleted', org)).toEqual([]);
  const lines = await billing.tenants.read(org, (tx) =>
    tx.query('select 1 from kept_invoice_lines where org_id = $1', [org]),
  );
  expect(lines).toEqual([]);
});
