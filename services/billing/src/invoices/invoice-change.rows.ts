import { newId } from '@tidegate/database/ids';
import type { Tx } from '@tidegate/database/tx';

export interface InvoiceChange {
  invoiceId: string;
  /** Says what was done: the same again is done once. */
  effectKey: string;
  change: 'paid' | 'voided' | 'credited' | 'extended';
  amountMinor: bigint;
  reason: string;
  by: string;
}

/** Writes down who did what to an invoice, and why. Returns false when it was done before. */
export async function recordChange(tx: Tx, orgId: string, given: InvoiceChange): Promise<boolean> {
  const row = await tx.one(
    `insert into invoice_changes (org_id, id, invoice_id, effect_key, change, amount_minor, reason, changed_by)
     values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict (org_id, effect_key) do nothing returning id`,
    [orgId, newId(), given.invoiceId, given.effectKey, given.change, given.amountMinor, given.reason, given.by],
  );
  return row !== undefined;
}
