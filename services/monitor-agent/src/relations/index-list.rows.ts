import type { Index } from '@tidegate/contracts/monitor-agent/relations';
import type { Tx } from '@tidegate/database/tx';
import { INDEX_SAMPLES } from './relation-kinds.rows.ts';
import {
  bytes,
  count,
  DATABASE_OID,
  itemsSql,
  OID,
  pageSql,
  parametersOf,
  placeOfRow,
  type RelationFilter,
} from './relation-lists.rows.ts';
import type { RangeInPieces } from './relation-rollups.rows.ts';

/** By what, and the counters that it is made of. */
const ORDERS: Record<string, [order: string, counters: readonly string[]]> = {
  bytes: ['s.bytes desc nulls last', []],
  scans: ['s.scans desc nulls last', ['scans']],
  rowsRead: ['s.rows_read desc nulls last', ['rows_read']],
  name: ['i.schema_name, i.name', []],
};

const IS_TOP = 'is_partitioned';
const some = (what: string, which: string) =>
  `array(select ${what} from indexes where org_id = $1 and server_id = $2 and database_oid = ${DATABASE_OID} and ${which})`;
const OF_TABLE = `table_oid = ${OID}`;
const ONLY_ITS = `and database_oid = ${DATABASE_OID}
  and (${OF_TABLE} or oid = any (${some('root_oid', OF_TABLE)}) or root_oid = any (${some('oid', OF_TABLE)}))`;

function indexesSql(sort: string, only: string): string {
  const [order = '', ordering = []] = ORDERS[sort] ?? [];
  const page = pageSql({
    ...{ table: 'indexes', samples: INDEX_SAMPLES, only, order, ordering, isTop: IS_TOP },
    sizes: 'sum(m.bytes)::bigint as bytes',
    found: '($6::text is null or m.name ilike $6) and ($10::text is null or m.table_name = $10)',
  });
  const columns = 'i.table_name, i.columns, i.method, i.is_unique, i.is_primary, i.is_valid';
  return `with ${page} ${itemsSql('indexes', columns, `i.${IS_TOP}`)} order by p.place`;
}
const SQL = new Map(Object.keys(ORDERS).map((sort) => [sort, indexesSql(sort, '')]));
const OF_ONE_TABLE = indexesSql('bytes', ONLY_ITS);

export async function indexRows(
  tx: Tx,
  serverId: string,
  range: RangeInPieces,
  filter: RelationFilter,
): Promise<Index[]> {
  const sql = filter.of ? OF_ONE_TABLE : SQL.get(filter.sort);
  const rows = await tx.query(sql as string, parametersOf(tx, serverId, range, filter, filter.table));
  return rows.map((row) => ({
    ...placeOfRow(row, range.spans),
    table: row['table_name'] as string,
    name: row['name'] as string,
    columns: row['columns'] as string[],
    method: row['method'] as string | null,
    unique: row['is_unique'] as boolean,
    primary: row['is_primary'] as boolean,
    valid: row['is_valid'] as boolean,
    bytes: bytes(row, 'bytes'),
    scans: count(row, 'scans'),
    rowsRead: count(row, 'rows_read'),
    rowsFetched: count(row, 'rows_fetched'),
    blocksHit: count(row, 'blocks_hit'),
    blocksRead: count(row, 'blocks_read'),
  }));
}
