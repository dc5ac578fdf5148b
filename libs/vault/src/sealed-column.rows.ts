import type { Tx } from '@tidegate/database/tx';
import { DERIVED_PREFIX } from './derived-keys.ts';

/** A column of sealed texts in a tenant table with the columns org_id and id, protected for the purpose 'vault'. */
export interface SealedColumn {
  table: string;
  column: string;
  /** The column that the texts are sealed for, when they move between columns of the same row. */
  sealedFor?: string;
}

export interface SealedRow {
  org_id: string;
  id: string;
}

/** Rows after `after` whose text was sealed with a derived key. */
export const pageOfDerived = (tx: Tx, { table, column }: SealedColumn, after: SealedRow, limit: number) =>
  tx.query<SealedRow>(
    `select org_id, id from ${table}
      where starts_with(${column}, '${DERIVED_PREFIX}') and (org_id, id) > ($1, $2) order by org_id, id limit $3`,
    [after.org_id, after.id, limit],
  );

export async function lockSealed(tx: Tx, { table, column }: SealedColumn, { org_id, id }: SealedRow) {
  const row = await tx.one<{ sealed: string | null }>(
    `select ${column} as sealed from ${table} where org_id = $1 and id = $2 for update`,
    [org_id, id],
  );
  return row?.sealed ?? undefined;
}

export async function replaceSealed(tx: Tx, { table, column }: SealedColumn, row: SealedRow, sealed: string) {
  await tx.query(`update ${table} set ${column} = $3 where org_id = $1 and id = $2`, [row.org_id, row.id, sealed]);
}
