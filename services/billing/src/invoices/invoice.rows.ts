import type { InvoiceTax } from '@tidegate/contracts/billing/invoice-tax';
import type {
  Invoice,
  InvoiceCustomer,
  InvoiceLine,
  InvoiceStatus,
  listInvoices,
} from '@tidegate/contracts/billing/invoices';
import type { Input } from '@tidegate/contracts/kernel/operation';
import { NEVER, type Place, type SortedRow, sorting } from '@tidegate/database/sorting';
import type { Tx } from '@tidegate/database/tx';
import type { StoredInvoice } from './invoice.rules.ts';
import type { LineUsage } from './line-usage.rules.ts';
import { creditedTax } from './tax.rules.ts';

export interface InvoiceRow extends StoredInvoice {
  org_id: string;
  id: string;
  url: string | null;
  pdf_url: string | null;
}

const COLUMNS = `org_id, id, provider, number, status, currency, subtotal_minor, discount_minor, tax_minor, total_minor,
  from_balance_minor, credited_minor, due_minor, period_start, period_end, issued_at, due_at, paid_at, url, pdf_url,
  created_at, customer, tax`;

/** Everything that touches an organisation's money locks its account first: changes take turns. */
export async function lockAccount(tx: Tx, orgId: string): Promise<{ currency: string | null }> {
  await tx.query('insert into billing_accounts (org_id) values ($1) on conflict do nothing', [orgId]);
  const row = await tx.one<{ currency: string | null }>(
    'select currency from billing_accounts where org_id = $1 for update',
    [orgId],
  );
  if (!row) throw new Error('The account was just made.');
  return row;
}

export const fixCurrency = (tx: Tx, orgId: string, currency: string): Promise<unknown> =>
  tx.query('update billing_accounts set currency = $2 where org_id = $1 and currency is null', [orgId, currency]);

export const INVOICE_ORDERS = sorting<Input<typeof listInvoices>['sort']>(
  {
    created: { key: 'created_at', as: 'time' },
    number: { key: "coalesce(number, '')", as: 'text' },
    issued: { key: `coalesce(issued_at, ${NEVER})`, as: 'time' },
    status: { key: 'status', as: 'text' },
    total: { key: 'total_minor', as: 'whole' },
    due: { key: 'due_minor', as: 'whole' },
  },
  { column: 'id', as: 'uuid' },
);

const LISTED = 'org_id = $1 and ($2::text is null or position(lower($2) in lower(number)) > 0)';

export function listInvoiceRows(tx: Tx, place: Place, search: string | undefined): Promise<(InvoiceRow & SortedRow)[]> {
  const params = [tx.orgId, search ?? null];
  return tx.query(`select ${COLUMNS}, ${place.key} from invoices where ${LISTED} ${place.rest(params)}`, params);
}

export async function countInvoices(tx: Tx, search: string | undefined): Promise<number> {
  const sql = `select count(*)::int as total from invoices where ${LISTED}`;
  return (await tx.one<{ total: number }>(sql, [tx.orgId, search ?? null]))?.total ?? 0;
}

export const findInvoice = (tx: Tx, id: string): Promise<InvoiceRow | undefined> =>
  tx.one<InvoiceRow>(`select ${COLUMNS} from invoices where org_id = $1 and id = $2`, [tx.orgId, id]);

export async function findLines(tx: Tx, invoiceId: string): Promise<InvoiceLine[]> {
  const rows = await tx.query<ItemRow>(
    `select ${ITEM_COLUMNS} from invoice_items where org_id = $1 and invoice_id = $2 order by period_start, item, id`,
    [tx.orgId, invoiceId],
  );
  return rows.map(toLine);
}

export interface ItemRow {
  id: string;
  product: string | null;
  item: string;
  description: string;
  quantity: string;
  currency: string;
  amount_minor: string;
  discount_minor: string;
  tax_minor: string;
  period_start: Date;
  period_end: Date;
  usage: LineUsage | null;
}

export const ITEM_COLUMNS =
  'id, product, item, description, quantity, currency, amount_minor, discount_minor, tax_minor, period_start, period_end, usage';

/** Locks the account, then reads the invoice, so that changes of an invoice take turns. */
export async function lockInvoice(tx: Tx, id: string): Promise<InvoiceRow | undefined> {
  await lockAccount(tx, tx.orgId as string);
  return findInvoice(tx, id);
}

/** The next number of our own invoices in that year, `2026-000042`. Others wait until this transaction ends. */
export async function nextNumber(tx: Tx, year: number): Promise<string> {
  const row = await tx.one<{ last: number }>(
    `insert into invoice_numbers as n (year, last) values ($1, 1)
     on conflict (year) do update set last = n.last + 1 returning last`,
    [year],
  );
  return `${year}-${String(row?.last).padStart(6, '0')}`;
}

export type NewInvoice = Pick<InvoiceRow, 'org_id' | 'id' | 'number' | 'status' | 'currency'> & {
  subtotal: bigint;
  discount: bigint;
  tax: bigint;
  total: bigint;
  fromBalance: bigint;
  due: bigint;
  periodStart: string;
  periodEnd: string;
  /** By the clock that all replicas share. */
  issuedAt: number;
  customer: InvoiceCustomer;
  taxOfAll: InvoiceTax | null;
  /** Who it is from, in lines. */
  seller: string;
  dueDays: number;
};

/** An invoice of our own, issued now; what is not owed is paid already. */
export async function insertInvoice(tx: Tx, invoice: NewInvoice): Promise<InvoiceRow> {
  const row = await tx.one<InvoiceRow>(
    `insert into invoices (org_id, id, provider, number, status, currency, subtotal_minor, discount_minor, total_minor,
                           from_balance_minor, due_minor, period_start, period_end, issued_at, due_at, paid_at,
                           remind_at, reminded_at, customer, seller, tax_minor, tax)
     values ($1, $2, 'manual', $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $14::timestamptz, $14::timestamptz + $13::int * interval '1 day',
             case when $4 = 'paid' then $14::timestamptz end, $14::timestamptz, $14::timestamptz, $15::jsonb, $16, $17, $18::jsonb)
     returning ${COLUMNS}`,
    [
      invoice.org_id,
      invoice.id,
      invoice.number,
      invoice.status,
      invoice.currency,
      invoice.subtotal,
      invoice.discount,
      invoice.total,
      invoice.fromBalance,
      invoice.due,
      invoice.periodStart,
      invoice.periodEnd,
      invoice.dueDays,
      new Date(invoice.issuedAt),
      JSON.stringify(invoice.customer),
      invoice.seller,
      invoice.tax,
      invoice.taxOfAll ? JSON.stringify(invoice.taxOfAll) : null,
    ],
  );
  if (!row) throw new Error('An invoice was inserted and not returned.');
  return row;
}

type RemindedRow = InvoiceRow & { due_at: Date; reminded_at: Date };

/** Own invoices that are open and of which somebody may have to be reminded by an instant. */
export const findToRemind = (tx: Tx, orgId: string, at: number): Promise<RemindedRow[]> =>
  tx.query<RemindedRow>(
    `select ${COLUMNS}, coalesce(reminded_at, issued_at) as reminded_at from invoices
      where org_id = $1 and provider = 'manual' and status = 'open' and due_at is not null and remind_at <= $2
      order by due_at, id`,
    [orgId, new Date(at)],
  );

export const saveReminder = (
  tx: Tx,
  orgId: string,
  id: string,
  { remindedAt, remindAt }: { remindedAt: number; remindAt: number | null },
): Promise<unknown> =>
  tx.query('update invoices set reminded_at = $3, remind_at = $4 where org_id = $1 and id = $2', [
    orgId,
    id,
    new Date(remindedAt),
    remindAt === null ? null : new Date(remindAt),
  ]);

/** Due later; reminders start over, from now on. */
export async function extendInvoice(
  tx: Tx,
  { id, dueAt, at }: { id: string; dueAt: number; at: number },
): Promise<InvoiceRow> {
  const row = await tx.one<InvoiceRow>(
    `update invoices set due_at = $3, reminded_at = $4, remind_at = $4 where org_id = $1 and id = $2 returning ${COLUMNS}`,
    [tx.orgId, id, new Date(dueAt), new Date(at)],
  );
  if (!row) throw new Error('The invoice vanished while its account was locked.');
  return row;
}

/** The invoice's new state. `due` and `credited` are what is left to pay and what credit notes took back. */
export async function updateInvoice(
  tx: Tx,
  { id, status, due, credited }: { id: string; status: InvoiceStatus; due: bigint; credited: bigint },
): Promise<InvoiceRow> {
  const row = await tx.one<InvoiceRow>(
    `update invoices set status = $3, due_minor = $4, credited_minor = $5,
            paid_at = case when $3 = 'paid' then coalesce(paid_at, now()) end
      where org_id = $1 and id = $2 returning ${COLUMNS}`,
    [tx.orgId, id, status, due, credited],
  );
  if (!row) throw new Error('The invoice vanished while its account was locked.');
  return row;
}

const iso = (at: Date | null): string | null => at?.toISOString() ?? null;

export const toLine = (row: ItemRow): InvoiceLine => ({
  product: row.product,
  item: row.item,
  description: row.description,
  quantity: Number(row.quantity),
  amountMinor: Number(row.amount_minor),
  discountMinor: Number(row.discount_minor),
  taxMinor: Number(row.tax_minor),
  periodStart: row.period_start.toISOString(),
  periodEnd: row.period_end.toISOString(),
  ...(row.usage ? { usage: toUsage(row.usage) } : {}),
});

const toUsage = ({ meter, from, to, used, covered, charged }: LineUsage): InvoiceLine['usage'] => ({
  ...{ meter, from, to },
  used: used === null ? null : Number(used),
  covered: covered
    ? { plan: Number(covered.plan), rollover: Number(covered.rollover), credits: Number(covered.credits) }
    : null,
  charged: charged === undefined ? null : Number(charged),
  events: `/api/v1/usage/events?meter=${meter}&from=${from}&to=${to}`,
});

export const toWire = (row: InvoiceRow): Invoice => ({
  id: row.id,
  number: row.number,
  provider: row.provider,
  status: row.status,
  // What was issued before knows no country.
  customer: row.customer && { ...row.customer, country: row.customer.country ?? null },
  currency: row.currency,
  subtotalMinor: Number(row.subtotal_minor),
  discountMinor: Number(row.discount_minor),
  taxMinor: Number(row.tax_minor),
  tax: row.tax,
  totalMinor: Number(row.total_minor),
  fromBalanceMinor: Number(row.from_balance_minor),
  creditedMinor: Number(row.credited_minor),
  creditedTaxMinor: Number(
    creditedTax({
      tax: BigInt(row.tax_minor),
      total: BigInt(row.total_minor),
      credited: BigInt(row.credited_minor),
    }),
  ),
  dueMinor: Number(row.due_minor),
  periodStart: row.period_start.toISOString(),
  periodEnd: row.period_end.toISOString(),
  issuedAt: iso(row.issued_at),
  dueAt: iso(row.due_at),
  paidAt: iso(row.paid_at),
  url: row.url,
  pdfUrl: row.pdf_url,
});
