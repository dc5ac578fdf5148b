import type { Tx } from '@tidegate/database/tx';
import type { StoredInvoice } from '../invoices/invoice.rules.ts';
import type { PrintedLine } from './invoice-sheet.rules.ts';

const TABLES = [
  { invoices: 'invoices', lines: 'invoice_items' },
  { invoices: 'kept_invoices', lines: 'kept_invoice_lines' },
] as const;

export interface FoundInvoice extends StoredInvoice {
  /** As it was when it was issued; null where nobody kept it. */
  seller: string | null;
  lines: PrintedLine[];
}

/**
 * An invoice with its lines, of which at most so many; of a deleted organisation what is kept. In one query, so that both are
 * of the same moment.
 */
export async function findPrinted(
  tx: Tx,
  orgId: string,
  { invoiceId, most, kept = false }: { invoiceId: string; most: number; kept?: boolean },
): Promise<FoundInvoice | undefined> {
  const { invoices, lines } = TABLES[kept ? 1 : 0];
  const rows = await tx.query<Omit<FoundInvoice, 'lines'> & { line: PrintedLine | null }>(
    `select i.provider, i.number, i.status, i.currency, i.subtotal_minor::text, i.discount_minor::text, i.tax_minor::text,
            i.total_minor::text, i.from_balance_minor::text, i.credited_minor::text, i.due_minor::text, i.period_start,
            i.period_end, i.issued_at, i.due_at, i.paid_at, i.created_at, i.customer, i.seller, i.tax, l.line
       from ${invoices} i
       left join lateral (
         select jsonb_build_object('description', description, 'quantity', quantity::text, 'amount_minor', amount_minor::text,
                                   'discount_minor', discount_minor::text, 'period_start', period_start,
                                   'period_end', period_end) as line,
                row_number() over (order by period_start, item, id) as n
           from ${lines} where org_id = i.org_id and invoice_id = i.id order by n limit $3) l on true
      where i.org_id = $1 and i.id = $2 order by l.n`,
    [orgId, invoiceId, most],
  );
  const [first] = rows;
  if (!first) return undefined;
  const { line: _, ...invoice } = first;
  return { ...invoice, lines: rows.flatMap(({ line }) => (line ? dated(line) : [])) };
}

/** Instants within JSON are text. */
const dated = (line: PrintedLine): PrintedLine => ({
  ...line,
  period_start: new Date(line.period_start),
  period_end: new Date(line.period_end),
});
