import type { TenantDatabase } from '@tidegate/database/tenant-database';
import { DERIVED_PREFIX, openDerived } from './derived-keys.ts';
import type { SecretPlace, Vault } from './vault.ts';

/** A column of sealed texts in a tenant table with the columns org_id and id, protected for the purpose 'vault'. */
export interface SealedColumn {
  table: string;
  column: string;
  /** The column that the texts are sealed for, when they move between columns of the same row. */
  sealedFor?: string;
}

interface Row {
  org_id: string;
  id: string;
  sealed: string;
}

const BATCH = 500;

/**
 * Seals again what was sealed with derived keys, row by row under its lock: to be run before the first use, by any
 * number of replicas, as often as one likes. Rows that no key opens are left and reported: one damaged row must not
 * keep the service from starting.
 */
export async function resealDerived(
  { tenants, vault }: { tenants: TenantDatabase; vault: Vault },
  columns: readonly SealedColumn[],
  unreadable: (place: SecretPlace) => void,
): Promise<number> {
  let resealed = 0;
  for (const one of columns) {
    let after = { org_id: '00000000-0000-0000-0000-000000000000', id: '00000000-0000-0000-0000-000000000000' };
    for (let rows = await derivedRows(tenants, one, after); rows.length > 0; ) {
      for (const row of rows) {
        if (await resealRow({ tenants, vault }, one, row, unreadable)) resealed += 1;
      }
      after = rows.at(-1) as Row;
      rows = await derivedRows(tenants, one, after);
    }
  }
  return resealed;
}

const derivedRows = (
  tenants: TenantDatabase,
  { table, column }: SealedColumn,
  after: { org_id: string; id: string },
): Promise<Row[]> =>
  tenants.system('vault', (tx) =>
    tx.query<Row>(
      `select org_id, id, ${column} as sealed from ${table}
        where starts_with(${column}, '${DERIVED_PREFIX}') and (org_id, id) > ($1, $2) order by org_id, id limit ${BATCH}`,
      [after.org_id, after.id],
    ),
  );

async function resealRow(
  { tenants, vault }: { tenants: TenantDatabase; vault: Vault },
  { table, column, sealedFor }: SealedColumn,
  { org_id: orgId, id }: Row,
  unreadable: (place: SecretPlace) => void,
): Promise<boolean> {
  const place = { orgId, table, column: sealedFor ?? column, recordId: id };
  return tenants.run(orgId, async (tx) => {
    const row = await tx.one<{ sealed: string | null }>(
      `select ${column} as sealed from ${table} where org_id = $1 and id = $2 for update`,
      [orgId, id],
    );
    if (!row?.sealed?.startsWith(DERIVED_PREFIX)) return false;
    let text: string;
    try {
      text = openDerived(vault.masterKeys.all(), place, row.sealed);
    } catch {
      unreadable(place);
      return false;
    }
    const sealed = await vault.seal(tx, place, text);
    await tx.query(`update ${table} set ${column} = $3 where org_id = $1 and id = $2`, [orgId, id, sealed]);
    return true;
  });
}
