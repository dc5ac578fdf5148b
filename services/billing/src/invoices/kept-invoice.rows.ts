import type { Tx } from '@tidegate/database/tx';

/**
 * Deletes invoices of deleted organisations whose time is over: so many years from the end of that in which they were
 * issued. Needs to see all organisations. Returns how many.
 */
export async function expireKeptInvoices(tx: Tx, years: number, limit: number): Promise<number> {
  const row = await tx.one<{ count: number }>(
    `with over as (
       select org_id, id from kept_invoices
        where issued_at < (date_trunc('year', clock_timestamp() at time zone 'utc') - make_interval(years => $1)) at time zone 'utc'
        order by issued_at limit $2),
     lines as (
       delete from kept_invoice_lines l using over where (l.org_id, l.invoice_id) = (over.org_id, over.id)),
     gone as (
       delete from kept_invoices k using over where (k.org_id, k.id) = (over.org_id, over.id) returning 1)
     select count(*)::int as count from gone`,
    [years, limit],
  );
  return row?.count ?? 0;
}
