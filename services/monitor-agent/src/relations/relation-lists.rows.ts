import type { Database, Index, Table } from '@tidegate/contracts/monitor-agent/relations';
import { placeOf } from '@tidegate/database/paging';
import type { Tx } from '@tidegate/database/tx';
import type { TimeRange } from '../kernel/storage/range.rules.ts';
import { containing } from '../kernel/storage/search.rules.ts';
import { DATABASE_SAMPLES, INDEX_SAMPLES, TABLE_SAMPLES } from './relation-kinds.rows.ts';
import { type RangeInPieces, sumsOf } from './relation-rollups.rows.ts';

type Row = Record<string, unknown>;
const count = (row: Row, name: string): number => Number(row[name] ?? 0);
const bytes = (row: Row, name: string): number | null => (row[name] === null ? null : Number(row[name]));
const instant = (value: unknown): string | null => (value instanceof Date ? value.toISOString() : null);

export async function databaseRows(
  tx: Tx,
  serverId: string,
  { range, pieces }: RangeInPieces,
  hasTimes: boolean,
): Promise<Database[]> {
  const rows = await tx.query(
    `select d.name, d.bytes, d.connections, d.transaction_age, d.gone_at, coalesce(u.partial, false) as partial,
            ${DATABASE_SAMPLES.counters.map((name) => `u.${name}`).join(', ')}
       from databases d left join ${sumsOf(DATABASE_SAMPLES, 4)} u on u.id = d.oid
      where d.org_id = $1 and d.server_id = $2 and (d.gone_at is null or d.gone_at >= $3) order by d.bytes desc nulls last, d.name`,
    [tx.orgId, serverId, range.from, ...pieces],
  );
  return rows.map((row) => ({
    name: row['name'] as string,
    bytes: bytes(row, 'bytes'),
    connections: row['gone_at'] === null ? count(row, 'connections') : 0,
    commits: count(row, 'commits'),
    rollbacks: count(row, 'rollbacks'),
    blocksHit: count(row, 'blocks_hit'),
    blocksRead: count(row, 'blocks_read'),
    rowsReturned: count(row, 'rows_returned'),
    rowsFetched: count(row, 'rows_fetched'),
    rowsInserted: count(row, 'rows_inserted'),
    rowsUpdated: count(row, 'rows_updated'),
    rowsDeleted: count(row, 'rows_deleted'),
    tempFiles: count(row, 'temp_files'),
    tempBytes: count(row, 'temp_bytes'),
    deadlocks: count(row, 'deadlocks'),
    activeMs: hasTimes ? count(row, 'active_us') / 1_000 : null,
    transactionAge: count(row, 'transaction_age'),
    partial: row['partial'] as boolean,
    goneAt: instant(row['gone_at']),
  }));
}

export interface RelationFilter {
  sort: string;
  limit: number;
  partitions: 'together' | 'apart';
  cursor?: string | undefined;
  database?: string | undefined;
  schema?: string | undefined;
  table?: string | undefined;
  search?: string | undefined;
  /** Only the table of this very name. */
  exactly?: string | undefined;
}

/*
 * Partitions are added up under the table or index at their top, unless they are asked for one by one; what is no
 * partition is the only member of its item. What is gone counts in the ranges that it was there in. Names of databases
 * are those of today.
 */
const members = (table: string) => `
  own as materialized (
    select * from ${table} where org_id = $1 and server_id = $2 and (gone_at is null or gone_at >= $3)),
  members as (
    select o.*, case when $9::boolean then coalesce(r.oid, o.oid) else o.oid end as item
      from own o left join own r on r.database_oid = o.database_oid and r.oid = o.root_oid)`;

/** Where the parameters of the pieces of the range begin. */
const PIECES = 11;

/** When the last snapshot of a database was. */
const withSnapshot = (kind: string) => `
  left join databases d on d.org_id = $1 and d.server_id = $2 and d.oid = i.database_oid
  left join relation_snapshots l on l.org_id = $1 and l.server_id = $2 and l.kind = '${kind}' and l.database_oid = i.database_oid`;

const SNAPSHOT = `coalesce(d.name, i.database_name) as database, i.database_oid::float8 as scope,
         l.taken_at as snapshot_at`;

const summed = (counters: readonly string[]) => counters.map((name) => `sum(u.${name})::bigint as ${name}`).join(', ');

const page = (order: string) => `
   where s.found and ($5::text is null or i.schema_name = $5)
     and ($7::text is null or coalesce(d.name, i.database_name) = $7)
   order by ${order}, i.database_oid, i.oid limit $4 offset $8`;

/** What every item of both lists says. */
const place = (row: Row, spans: ReadonlyMap<number, number>) => ({
  database: row['database'] as string,
  schema: row['schema_name'] as string,
  partitions: row['partitions'] === null ? null : count(row, 'partitions'),
  partitionOf: row['partition_of'] as string | null,
  partial: row['partial'] as boolean,
  snapshotAt: instant(row['snapshot_at']),
  coveredSeconds: (spans.get(count(row, 'scope')) ?? 0) / 1_000_000,
  goneAt: instant(row['gone_at']),
});

const TABLE_ORDER: Record<string, string> = {
  totalBytes: 's.heap_bytes + coalesce(s.index_bytes, 0) desc nulls last',
  sequentialScans: 's.sequential_scans desc nulls last',
  rowsReadSequentially: 's.rows_read_sequentially desc nulls last',
  indexScans: 's.index_scans desc nulls last',
  writes: 's.rows_inserted + s.rows_updated + s.rows_deleted desc nulls last',
  deadRows: 's.dead_rows desc',
  name: 'i.schema_name, i.name',
};

/** PostgreSQL keeps estimates for a partitioned table as well: its partitions have them already. */
const LEAF = "filter (where m.kind <> 'partitioned table')";

const tablesSql = (sort: string) => `
  with ${members('tables')},
  summed as (
    select m.database_oid, m.item, bool_or(($6::text is null or m.name ilike $6) and ($10::text is null or m.name = $10)) as found,
           sum(m.heap_bytes)::bigint as heap_bytes, sum(m.index_bytes)::bigint as index_bytes,
           bool_or(m.size_stale) as size_stale, sum(m.estimated_rows) ${LEAF}::bigint as estimated_rows,
           sum(m.live_rows) ${LEAF}::bigint as live_rows, sum(m.dead_rows) ${LEAF}::bigint as dead_rows,
           min(m.last_vacuum_at) ${LEAF} as last_vacuum_at, min(m.last_analyze_at) ${LEAF} as last_analyze_at,
           coalesce(bool_or(u.partial), false) as partial, sum(x.scans)::bigint as index_scans,
           (coalesce(sum(x.rows_fetched), 0) + coalesce(sum(u.rows_fetched_by_bitmap), 0))::bigint as rows_fetched_by_index,
           ${summed(TABLE_SAMPLES.counters)}
      from members m left join ${sumsOf(TABLE_SAMPLES, PIECES)} u on u.scope = m.database_oid and u.id = m.oid
      left join (select i.database_oid, i.table_oid, sum(s.scans) as scans, sum(s.rows_fetched) as rows_fetched
                   from ${sumsOf(INDEX_SAMPLES, PIECES)} s
                   join indexes i on i.org_id = $1 and i.server_id = $2 and i.database_oid = s.scope and i.oid = s.id
                  group by 1, 2) x on x.database_oid = m.database_oid and x.table_oid = m.oid
     group by 1, 2)
  select s.*, i.schema_name, i.name, i.kind, i.gone_at, r.name as partition_of,
         case when i.kind = 'partitioned table' then coalesce(n.partitions, 0) end as partitions, ${SNAPSHOT}
    from summed s join own i on i.database_oid = s.database_oid and i.oid = s.item
    left join own r on r.database_oid = i.database_oid and r.oid = i.root_oid
    left join (select database_oid, root_oid, count(*)::int as partitions from own where kind <> 'partitioned table'
                group by 1, 2) n on n.database_oid = i.database_oid and n.root_oid = i.oid
    ${withSnapshot('tables')} ${page(`${TABLE_ORDER[sort]}`)}`;
const TABLES_SQL = new Map(Object.keys(TABLE_ORDER).map((sort) => [sort, tablesSql(sort)]));

const parameters = (tx: Tx, serverId: string, range: TimeRange, filter: RelationFilter): unknown[] => {
  const { from, count: most } = placeOf(filter);
  return [
    tx.orgId,
    serverId,
    range.from,
    most,
    filter.schema ?? null,
    containing(filter.search),
    filter.database ?? null,
    from,
    filter.partitions === 'together',
  ];
};

export async function tableRows(
  tx: Tx,
  serverId: string,
  { range, pieces, spans }: RangeInPieces,
  filter: RelationFilter,
): Promise<Table[]> {
  const rows = await tx.query(TABLES_SQL.get(filter.sort) as string, [
    ...parameters(tx, serverId, range, filter),
    filter.exactly ?? null,
    ...pieces,
  ]);
  return rows.map((row) => {
    const heapBytes = bytes(row, 'heap_bytes');
    const indexBytes = bytes(row, 'index_bytes');
    return {
      ...place(row, spans),
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

const INDEX_ORDER: Record<string, string> = {
  bytes: 's.bytes desc nulls last',
  scans: 's.scans desc nulls last',
  rowsRead: 's.rows_read desc nulls last',
  name: 'i.schema_name, i.name',
};

const indexesSql = (sort: string) => `
  with ${members('indexes')},
  summed as (
    select m.database_oid, m.item,
           bool_or(($6::text is null or m.name ilike $6) and ($10::text is null or m.table_name = $10)) as found,
           sum(m.bytes)::bigint as bytes, coalesce(bool_or(u.partial), false) as partial, ${summed(INDEX_SAMPLES.counters)}
      from members m left join ${sumsOf(INDEX_SAMPLES, PIECES)} u on u.scope = m.database_oid and u.id = m.oid
     group by 1, 2)
  select s.*, i.schema_name, i.table_name, i.name, i.columns, i.method, i.is_unique, i.is_primary, i.is_valid, i.gone_at,
         r.name as partition_of, case when i.is_partitioned then coalesce(n.partitions, 0) end as partitions, ${SNAPSHOT}
    from summed s join own i on i.database_oid = s.database_oid and i.oid = s.item
    left join own r on r.database_oid = i.database_oid and r.oid = i.root_oid
    left join (select database_oid, root_oid, count(*)::int as partitions from own where not is_partitioned
                group by 1, 2) n on n.database_oid = i.database_oid and n.root_oid = i.oid
    ${withSnapshot('indexes')} ${page(`${INDEX_ORDER[sort]}`)}`;
const INDEXES_SQL = new Map(Object.keys(INDEX_ORDER).map((sort) => [sort, indexesSql(sort)]));

export async function indexRows(
  tx: Tx,
  serverId: string,
  { range, pieces, spans }: RangeInPieces,
  filter: RelationFilter,
): Promise<Index[]> {
  const rows = await tx.query(INDEXES_SQL.get(filter.sort) as string, [
    ...parameters(tx, serverId, range, filter),
    filter.table ?? null,
    ...pieces,
  ]);
  return rows.map((row) => ({
    ...place(row, spans),
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
