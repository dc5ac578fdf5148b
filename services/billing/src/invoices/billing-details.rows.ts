import type { InvoiceCustomer } from '@tidegate/contracts/billing/invoices';
import type { Tx } from '@tidegate/database/tx';

/** Whom invoices are made out to: what the organisation wants on them, or at least its name. */
export async function findDetails(tx: Tx, orgId: string): Promise<InvoiceCustomer> {
  const row = await tx.one<{ name: string; address: string | null; tax_id: string | null; country: string | null }>(
    `select coalesce(d.name, p.name, '') as name, d.address, d.tax_id, d.country
       from (select $1::uuid as org_id) as o
       left join billing_details d using (org_id)
       left join organisation_profiles p using (org_id)`,
    [orgId],
  );
  const { name = '', address = null, tax_id: taxId = null, country = null } = row ?? {};
  return { name, address, taxId, country };
}

export const saveDetails = (
  tx: Tx,
  orgId: string,
  { name, address, taxId, country }: { name: string; address: string; taxId: string | null; country: string | null },
): Promise<unknown> =>
  tx.query(
    `insert into billing_details (org_id, name, address, tax_id, country) values ($1, $2, $3, $4, $5)
     on conflict (org_id) do update
       set name = excluded.name, address = excluded.address, tax_id = excluded.tax_id,
           country = excluded.country, changed_at = now()`,
    [orgId, name, address, taxId, country],
  );
