import type { Entitlements } from '@tidegate/contracts/billing/entitlements';
import type { Tx } from '@tidegate/database/tx';

export interface AnnouncedEntitlements {
  snapshot: Entitlements;
  catalogueVersion: number;
}

export async function findEntitlements(tx: Tx, orgId: string): Promise<AnnouncedEntitlements | undefined> {
  const row = await tx.one<{ snapshot: Entitlements; catalogue_version: number }>(
    'select snapshot, catalogue_version from entitlements where org_id = $1',
    [orgId],
  );
  return row && { snapshot: row.snapshot, catalogueVersion: row.catalogue_version };
}

export async function saveEntitlements(tx: Tx, snapshot: Entitlements, catalogueVersion: number): Promise<void> {
  await tx.query(
    `insert into entitlements (org_id, version, snapshot, catalogue_version) values ($1, $2, $3::jsonb, $4)
     on conflict (org_id) do update
       set version = excluded.version, snapshot = excluded.snapshot, catalogue_version = excluded.catalogue_version`,
    [snapshot.orgId, snapshot.version, JSON.stringify(snapshot), catalogueVersion],
  );
}

/**
 * Organisations whose snapshot was computed with an older catalogue, in order, after the given one. Needs a transaction
 * that sees all of them.
 */
export async function findOutdated(tx: Tx, after: string, limit: number): Promise<string[]> {
  const rows = await tx.query<{ org_id: string }>(
    `select org_id from entitlements where catalogue_version < (select max(version) from catalogues)
        and org_id > $1 order by org_id limit $2`,
    [after, limit],
  );
  return rows.map((row) => row.org_id);
}
