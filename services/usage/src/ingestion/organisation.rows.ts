import type { Tx } from '@tidegate/database/tx';

/** Which of these organisations exist and have entitlements. Needs a transaction that sees all organisations. */
export async function findExisting(tx: Tx, orgIds: readonly string[]): Promise<Set<string>> {
  const rows = await tx.query<{ org_id: string }>(
    `select org_id from entitlement_snapshots a where org_id = any($1::uuid[])
        and not exists (select from deleted_organisations d where d.org_id = a.org_id)`,
    [orgIds],
  );
  return new Set(rows.map((row) => row.org_id));
}
