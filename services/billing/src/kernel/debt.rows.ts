import type { Tx } from '@tidegate/database/tx';

/** Of a subscription `s`: when the first own invoice that is open and charges its product was due, or will be. */
export const OWED_SINCE = `(
  select min(i.due_at) from invoices i
   where i.org_id = s.org_id and i.provider = 'manual' and i.status = 'open' and i.due_minor > 0
     and exists (select 1 from invoice_items l
                  where (l.org_id, l.invoice_id, l.product) = (i.org_id, i.id, s.product) and l.amount_minor > 0))`;

/** When somebody has to be reminded next of an own invoice of the organisation. */
export async function nextReminder(tx: Tx, orgId: string): Promise<number | null> {
  const row = await tx.one<{ at: Date | null }>(
    `select min(remind_at) as at from invoices where org_id = $1 and provider = 'manual' and status = 'open' and due_at is not null`,
    [orgId],
  );
  return row?.at?.getTime() ?? null;
}
