import type { Table } from '@tidegate/contracts/monitor-agent/relations';
import type { Tx } from '@tidegate/database/tx';
import { INDEX_SAMPLES, TABLE_SAMPLES } from './relation-kinds.rows.ts';
import {
  bytes,
  count,
  DATABASE_OID,
  instant,
  itemsSql,
  OID,
  PIECES,
  pageSql,
  parametersOf,
  placeOfRow,
  type RelationFilter,
} from './relation-lists.rows.ts';
import { type RangeInPieces, sumsOf } from './relation-rollups.rows.ts';

/** By what, and the counters that it is made of. */
const ORDERS: Record<string, [order: string, counters: readonly string[]]> = {
  totalBytes: ['s.heap_bytes + coalesce(s.index_bytes, 0) desc nulls last', []],
  sequentialScans: ['s.sequential_scans desc nulls last', ['sequential_scans']],
  rowsReadSequentially: ['s.rows_read_sequentially desc nulls last', ['rows_read_sequentially']],
  indexScans: ['s.scans desc nulls last', []],
  writes: [
    's.rows_inserted + s.rows_updated + s.rows_deleted desc nulls last',
    ['rows_inserted', 'rows_updated', 'rows_deleted'],
  ],
  deadRows: ['s.dead_rows desc', []],
  name: ['i.schema_name, i.name', []],
};

const IS_TOP = "kind = 'partitioned table'";
/** PostgreSQL keeps estimates for a partitioned table as well: its partitions have them already. */
const LEAF = `filter (where m.${IS_TOP} is not true)`;
const SIZES = `
  sum(m.heap_bytes)::bigint as heap_bytes, sum(m.index_bytes)::bigint as index_bytes, bool_or(m.size_stale) as size_stale,
  sum(m.estimated_rows) ${LEAF}::bigint as estimated_rows, sum(m.live_rows) ${LEAF}::bigint as live_rows,
  sum(m.dead_rows) ${LEAF}::bigint as dead_rows, min(m.last_vacuum_at) ${LEAF} as last_vacuum_at,
  min(m.last_analyze_at) ${LEAF} as last_analyze_at`;

const ROOTS = `array(select root_oid from tables
                      where org_id = $1 and server_id = $2 and database_oid = ${DATABASE_OID} and oid = ${OID})`;
const ONLY_ONE = `and database_oid = ${DATABASE_OID} and (oid = ${OID} or root_oid = ${OID} or oid = any (${ROOTS}))`;

/** Scans of the indexes of some tables, by item; the first step is by table, so that partitions are few to join. */
const scans = (of: string, wanted?: string) => `
  select m.database_oid, m.item, sum(x.scans)::bigint as scans, sum(x.rows_fetched) as rows_fetched
    from (select i.database_oid, i.table_oid, sum(s.scans) as scans, sum(s.rows_fetched) as rows_fetched
            from ${sumsOf(INDEX_SAMPLES, PIECES, { counters: ['scans', 'rows_fetched'], ...(wanted ? { wanted } : {}) })} s
            join indexes i on i.org_id = $1 and i.server_id = $2 and i.database_oid = s.scope and i.oid = s.id
           group by 1, 2) x
    join ${of} m on m.database_oid = x.database_oid and m.oid = x.table_oid
   group by 1, 2`;
const ITS_INDEXES = `select w.database_oid, w.oid from indexes w join of_page m on m.database_oid = w.database_oid and m.oid = w.table_oid
  where w.org_id = $1 and w.server_id = $2`;

function tablesSql(sort: string, only: string): string {
  const [order = '', ordering = []] = ORDERS[sort] ?? [];
  const byScans = sort === 'indexScans';
  const page = pageSql({
    ...{ table: 'tables', samples: TABLE_SAMPLES, only, order, ordering, isTop: IS_TOP },
    sizes: byScans ? `${SIZES}, max(x.scans) as scans` : SIZES,
    ...(byScans ? { joins: 'left join scanned x on x.database_oid = m.database_oid and x.item = m.item' } : {}),
    found: '($6::text is null or m.name ilike $6) and ($10::text is null or m.name = $10)',
  });
  const scanned = `scanned as materialized (${byScans ? scans('members') : scans('of_page', ITS_INDEXES)})`;
  const ctes = byScans ? page.replace('ranked as (', `${scanned}, ranked as (`) : `${page}, ${scanned}`;
  return `with ${ctes}
    select i.*, x.scans as index_scans,
           (coalesce(x.rows_fetched, 0) + coalesce(i.rows_fetched_by_bitmap, 0))::bigint as rows_fetched_by_index
      from (${itemsSql('tables', 'i.kind', `i.${IS_TOP}`)}) i
      left join scanned x on x.database_oid = i.database_oid and x.item = i.item order by i.place`;
}
const SQL = new Map(Object.keys(ORDERS).map((sort) => [sort, tablesSql(sort, '')]));
const ONE_TABLE = tablesSql('name', ONLY_ONE);

export async function tableRows(
  tx: Tx,
  serverId: string,
  range: RangeInPieces,
  filter: RelationFilter,
): Promise<Table[]> {
  const sql = filter.of ? ONE_TABLE : SQL.get(filter.sort);
  const rows = await tx.query(sql as string, parametersOf(tx, serverId, range, filter, filter.of?.name));
  return rows.map((row) => {
    const heapBytes = bytes(row, 'heap_bytes');
    const indexBytes = bytes(row, 'index_bytes');
    return {
      ...placeOfRow(row, range.spans),
      name: row['name'] as string,
      kind: row['kind'] as Table['kind'],
      estimatedRows: bytes(row, 'estimated_rows'),
      heapBytes,
      indexBytes,
      totalBytes: heapBytes === null ? null : heapBytes + (indexBytes ?? 0),
      sizeStale: row['size_stale'] as boolean,
      deadRows: count(row, 'dead_rows'),
      liveRows: count(row, 'live_rows'),
      sequentialScans: count(row, 'sequential_scans'),
      rowsReadSequentially: count(row, 'rows_read_sequentially'),
      indexScans: count(row, 'index_scans'),
      rowsFetchedByIndex: count(row, 'rows_fetched_by_index'),
      rowsInserted: count(row, 'rows_inserted'),
      rowsUpdated: count(row, 'rows_updated'),
      rowsHotUpdated: count(row, 'rows_hot_updated'),
      rowsDeleted: count(row, 'rows_deleted'),
      blocksHit: count(row, 'blocks_hit'),
      blocksRead: count(row, 'blocks_read'),
      lastVacuumAt: instant(row['last_vacuum_at']),
      lastAnalyzeAt: instant(row['last_analyze_at']),
    };
  });
}
