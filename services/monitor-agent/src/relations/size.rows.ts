import type { Tx } from '@tidegate/database/tx';
import { arrayText } from '../kernel/storage/sample.rows.ts';
import type { IndexShape } from './index-shape.rules.ts';
import type { RelationSizes } from './sizes.queries.ts';

/** Sizes of tables and indexes of one database. Answers the highest oid of an index whose shape was stored, or 0. */
export async function storeSizes(tx: Tx, serverId: string, databaseOid: number, sizes: RelationSizes): Promise<number> {
  const at = [tx.orgId, serverId, databaseOid];
  const heaps = [...sizes.tables];
  await tx.query(
    `update tables t set heap_bytes = u.bytes, index_bytes = u.index_bytes, size_stale = false
       from unnest($4::bigint[], $5::bigint[], $6::bigint[]) as u(oid, bytes, index_bytes)
      where t.org_id = $1 and t.server_id = $2 and t.database_oid = $3 and t.oid = u.oid`,
    [
      ...at,
      arrayText(heaps.map(([oid]) => oid)),
      arrayText(heaps.map(([, bytes]) => bytes)),
      arrayText(heaps.map(([oid]) => sizes.indexesOf.get(oid) ?? 0)),
    ],
  );
  await storeSizesOfDay(
    tx,
    at,
    heaps.map(([oid]) => oid),
  );
  await tx.query(
    'update tables set size_stale = true where org_id = $1 and server_id = $2 and database_oid = $3 and oid = any ($4::bigint[])',
    [...at, [...sizes.stale]],
  );
  const indexes = [...sizes.indexes];
  await tx.query(
    `update indexes i set bytes = u.bytes from unnest($4::bigint[], $5::bigint[]) as u(oid, bytes)
      where i.org_id = $1 and i.server_id = $2 and i.database_oid = $3 and i.oid = u.oid`,
    [...at, arrayText(indexes.map(([oid]) => oid)), arrayText(indexes.map(([, bytes]) => bytes))],
  );
  return storeShapes(tx, at, [...sizes.shapes]);
}

/** Only what changed: most tables of most days are as large as the day before. */
async function storeSizesOfDay(tx: Tx, at: unknown[], oids: readonly number[]): Promise<void> {
  await tx.query(
    `insert into table_sizes as s (org_id, server_id, database_oid, oid, day, heap_bytes, index_bytes, live_rows, dead_rows)
     select t.org_id, t.server_id, t.database_oid, t.oid, (now() at time zone 'utc')::date,
            t.heap_bytes, coalesce(t.index_bytes, 0), t.live_rows, t.dead_rows
       from tables t
       left join lateral (
         select heap_bytes, index_bytes from table_sizes b
          where b.org_id = $1 and b.server_id = $2 and b.database_oid = $3 and b.oid = t.oid
          order by day desc limit 1) b on true
      where t.org_id = $1 and t.server_id = $2 and t.database_oid = $3 and t.oid = any ($4::bigint[])
        and t.heap_bytes is not null
        and (b.heap_bytes, b.index_bytes) is distinct from (t.heap_bytes, coalesce(t.index_bytes, 0))
     on conflict (org_id, server_id, database_oid, oid, day) do update
       set heap_bytes = excluded.heap_bytes, index_bytes = excluded.index_bytes,
           live_rows = excluded.live_rows, dead_rows = excluded.dead_rows`,
    [...at, arrayText(oids)],
  );
}

async function storeShapes(tx: Tx, at: unknown[], shapes: [number, IndexShape][]): Promise<number> {
  if (shapes.length === 0) return 0;
  const row = await tx.one<{ highest: string | null }>(
    `with shaped as (
       update indexes i set method = u.method, columns = u.columns::text[], facts = u.facts
         from unnest($4::bigint[], $5::text[], $6::text[], $7::jsonb[]) as u(oid, method, columns, facts)
        where i.org_id = $1 and i.server_id = $2 and i.database_oid = $3 and i.oid = u.oid returning i.oid)
     select max(oid) as highest from shaped`,
    [
      ...at,
      arrayText(shapes.map(([oid]) => oid)),
      shapes.map(([, { method }]) => method),
      shapes.map(([, { columns }]) => textArray(columns)),
      shapes.map(([, { facts }]) => JSON.stringify(facts)),
    ],
  );
  return Number(row?.highest ?? 0);
}

const textArray = (values: readonly string[]): string =>
  `{${values.map((value) => `"${value.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`).join(',')}}`;

export async function storeDatabaseSizes(tx: Tx, serverId: string, sizes: ReadonlyMap<number, number>): Promise<void> {
  await tx.query(
    `update databases d set bytes = u.bytes from unnest($3::bigint[], $4::bigint[]) as u(oid, bytes)
      where d.org_id = $1 and d.server_id = $2 and d.oid = u.oid`,
    [tx.orgId, serverId, [...sizes.keys()], [...sizes.values()]],
  );
}
