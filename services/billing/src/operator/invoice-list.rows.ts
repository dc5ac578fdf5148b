import type { InvoiceLine } from '@tidegate/contracts/billing/invoices';
import type { InvoiceOfAny, listAllInvoices } from '@tidegate/contracts/billing/operator';
import type { Input } from '@tidegate/contracts/kernel/operation';
import { cursorTime } from '@tidegate/database/paging';
import type { Tx } from '@tidegate/database/tx';
import { type InvoiceRow, type ItemRow, toLine, toWire } from '../invoices/invoice.rows.ts';

type Search = Input<typeof listAllInvoices>;

export interface ListedInvoice extends InvoiceRow {
  /** For cursors. */
  created: string;
}

const OF = {
  current: { invoices: 'invoices', lines: 'invoice_items', links: 'i.url, i.pdf_url' },
  deleted: { invoices: 'kept_invoices', lines: 'kept_invoice_lines', links: 'null as url, null as pdf_url' },
} as const;

const STATES = {
  open: "i.status = 'open'",
  overdue: "i.status = 'open' and i.due_minor > 0 and i.due_at <= clock_timestamp()",
  paid: "i.status = 'paid'",
  void: "i.status = 'void'",
} as const;

/** The newest first, after the given one, without made-up ones. Needs a transaction that sees all organisations. */
export function listInvoicesOfAll(
  tx: Tx,
  { of, state, organisationId }: Pick<Search, 'of' | 'state' | 'organisationId'>,
  limit: number,
  after: readonly [string, string] | undefined,
): Promise<ListedInvoice[]> {
  const { invoices, links } = OF[of];
  const wanted = state ? STATES[state] : "i.status <> 'draft'";
  return tx.query<ListedInvoice>(
    `select i.org_id, i.id, i.provider, i.number, i.status, i.currency, i.subtotal_minor, i.discount_minor, i.tax_minor,
            i.total_minor, i.from_balance_minor, i.credited_minor, i.due_minor, i.period_start, i.period_end, i.issued_at,
            i.due_at, i.paid_at, i.created_at, i.customer, i.tax, ${links}, ${cursorTime('i.created_at')} as created
       from ${invoices} i
      where ${wanted} and i.provider <> 'demo' and ($4::uuid is null or i.org_id = $4)
        and ($2::timestamptz is null or (i.created_at, i.id) < ($2, $3::uuid))
      order by i.created_at desc, i.id desc limit $1`,
    [limit, after?.[0] ?? null, after?.[1] ?? null, organisationId ?? null],
  );
}

export async function linesOf(
  tx: Tx,
  of: Search['of'],
  rows: readonly ListedInvoice[],
): Promise<ReadonlyMap<string, InvoiceLine[]>> {
  const found = await tx.query<ItemRow & { invoice_id: string }>(
    `select l.* from ${OF[of].lines} l
       join unnest($1::uuid[], $2::uuid[]) as w(org_id, invoice_id) on (w.org_id, w.invoice_id) = (l.org_id, l.invoice_id)
      order by l.period_start, l.item, l.id`,
    [rows.map(({ org_id }) => org_id), rows.map(({ id }) => id)],
  );
  return new Map([...Map.groupBy(found, (line) => line.invoice_id)].map(([id, lines]) => [id, lines.map(toLine)]));
}

export const invoiceOfAny = (
  row: ListedInvoice,
  of: Search['of'],
  lines: ReadonlyMap<string, InvoiceLine[]>,
): InvoiceOfAny => ({
  ...toWire(row),
  organisationId: row.org_id,
  deleted: of === 'deleted',
  lines: lines.get(row.id) ?? [],
});
