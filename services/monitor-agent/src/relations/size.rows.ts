import type { Tx } from '@tidegate/database/tx';
import type { RelationSizes } from './read-sizes.ts';

/** Sizes of tables and indexes of one database. */
export async function saveSizes(tx: Tx, serverId: string, databaseOid: number, sizes: RelationSizes): Promise<void> {
  const at = [tx.orgId, serverId, databaseOid];
  const heaps = [...sizes.tables];
  await tx.query(
    `update tables t set heap_bytes = u.bytes, index_bytes = u.index_bytes, size_stale = false
       from unnest($4::bigint[], $5::bigint[], $6::bigint[]) as u(oid, bytes, index_bytes)
      where t.org_id = $1 and t.server_id = $2 and t.database_oid = $3 and t.oid = u.oid`,
    [
      ...at,
      heaps.map(([oid]) => oid),
      heaps.map(([, bytes]) => bytes),
      heaps.map(([oid]) => sizes.indexesOf.get(oid) ?? 0),
    ],
  );
  await tx.query(
    'update tables set size_stale = true where org_id = $1 and server_id = $2 and database_oid = $3 and oid = any ($4::bigint[])',
    [...at, [...sizes.stale]],
  );
  const shapes = [...sizes.shapes];
  await tx.query(
    `update indexes i set bytes = coalesce(u.bytes, i.bytes), method = u.method, columns = u.columns::text[]
       from unnest($4::bigint[], $5::bigint[], $6::text[], $7::text[]) as u(oid, bytes, method, columns)
      where i.org_id = $1 and i.server_id = $2 and i.database_oid = $3 and i.oid = u.oid`,
    [
      ...at,
      shapes.map(([oid]) => oid),
      shapes.map(([oid]) => sizes.indexes.get(oid) ?? null),
      shapes.map(([, { method }]) => method),
      shapes.map(([, { columns }]) => textArray(columns)),
    ],
  );
}

const textArray = (values: readonly string[]): string =>
  `{${values.map((value) => `"${value.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`).join(',')}}`;

export async function saveDatabaseSizes(tx: Tx, serverId: string, sizes: ReadonlyMap<number, number>): Promise<void> {
  await tx.query(
    `update databases d set bytes = u.bytes from unnest($3::bigint[], $4::bigint[]) as u(oid, bytes)
      where d.org_id = $1 and d.server_id = $2 and d.oid = u.oid`,
    [tx.orgId, serverId, [...sizes.keys()], [...sizes.values()]],
  );
}
