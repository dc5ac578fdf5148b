import { NIL_ID } from '@tidegate/database/ids';
import type { TenantDatabase } from '@tidegate/database/tenant-database';
import { DERIVED_PREFIX, openDerived } from './derived-keys.ts';
import { lockSealed, pageOfDerived, replaceSealed, type SealedColumn, type SealedRow } from './sealed-column.rows.ts';
import type { SecretPlace, Vault } from './vault.ts';

export type { SealedColumn } from './sealed-column.rows.ts';

const BATCH = 500;

/**
 * Seals again what was sealed with derived keys, row by row, each under its lock. Call it before the first use; any
 * number of replicas may, and repeatedly. Rows that no key opens are left and reported: one damaged row must not keep
 * the service from starting.
 */
export async function resealDerived(
  { tenants, vault }: { tenants: TenantDatabase; vault: Vault },
  columns: readonly SealedColumn[],
  unreadable: (place: SecretPlace) => void,
): Promise<number> {
  let resealed = 0;
  for (const column of columns) {
    let after: SealedRow = { org_id: NIL_ID, id: NIL_ID };
    for (;;) {
      const rows = await tenants.system('vault', (tx) => pageOfDerived(tx, column, after, BATCH));
      for (const row of rows) if (await resealRow({ tenants, vault }, column, row, unreadable)) resealed += 1;
      if (rows.length < BATCH) break;
      after = rows.at(-1) as SealedRow;
    }
  }
  return resealed;
}

function resealRow(
  { tenants, vault }: { tenants: TenantDatabase; vault: Vault },
  column: SealedColumn,
  row: SealedRow,
  unreadable: (place: SecretPlace) => void,
): Promise<boolean> {
  const place = {
    orgId: row.org_id,
    table: column.table,
    column: column.sealedFor ?? column.column,
    recordId: row.id,
  };
  return tenants.run(row.org_id, async (tx) => {
    const sealed = await lockSealed(tx, column, row);
    if (!sealed?.startsWith(DERIVED_PREFIX)) return false;
    let text: string;
    try {
      text = openDerived(vault.masterKeys.all(), place, sealed);
    } catch {
      unreadable(place);
      return false;
    }
    await replaceSealed(tx, column, row, await vault.seal(tx, place, text));
    return true;
  });
}
