import type { InvoiceCustomer } from '@tidegate/contracts/billing/invoices';
import type { Tx } from '@tidegate/database/tx';

/** Whom invoices are made out to: what the organisation wants on them, or at least its name. */
export async function findDetails(tx: Tx, orgId: string): Promise<InvoiceCustomer> {
  const row = await tx.one<{ name: string; address: string | null; tax_id: string | null }>(
    `select coalesce(d.name, p.name, '') as name, d.address, d.tax_id
       from (select $1::uuid as org_id) as o
       left join billing_details d using (org_id)
       left join organisation_profiles p using (org_id)`,
    [orgId],
  );
  return { name: row?.name ?? '', address: row?.address ?? null, taxId: row?.tax_id ?? null };
}

export const saveDetails = (
  tx: Tx,
  orgId: string,
  { name, address, taxId }: { name: string; address: string; taxId: string | null },
): Promise<unknown> =>
  tx.query(
    `insert into billing_details (org_id, name, address, tax_id) values ($1, $2, $3, $4)
     on conflict (org_id) do update
       set name = excluded.name, address = excluded.address, tax_id = excluded.tax_id, changed_at = now()`,
    [orgId, name, address, taxId],
  );
