import type { Database, Index, Table } from '@tidegate/contracts/monitor-agent/relations';
import { placeOf } from '@tidegate/database/paging';
import type { Tx } from '@tidegate/database/tx';
import type { TimeRange } from '../storage/samples.ts';
import { DATABASE_SAMPLES, INDEX_SAMPLES, TABLE_SAMPLES } from './relation.rows.ts';

type Row = Record<string, unknown>;
const count = (row: Row, name: string): number => Number(row[name] ?? 0);
const bytes = (row: Row, name: string): number | null => (row[name] === null ? null : Number(row[name]));
const instant = (value: unknown): string | null => (value instanceof Date ? value.toISOString() : null);

export async function databaseRows(tx: Tx, serverId: string, range: TimeRange, hasTimes: boolean): Promise<Database[]> {
  const rows = await tx.query(
    `select d.name, d.bytes, d.connections, d.transaction_age, coalesce(u.partial, false) as partial,
            ${DATABASE_SAMPLES.counters.map((name) => `u.${name}`).join(', ')}
       from databases d left join ${DATABASE_SAMPLES.sums} u on u.id = d.oid
      where d.org_id = $1 and d.server_id = $2 order by d.bytes desc nulls last, d.name`,
    [tx.orgId, serverId, range.from, range.to],
  );
  return rows.map((row) => ({
    name: row['name'] as string,
    bytes: bytes(row, 'bytes'),
    connections: count(row, 'connections'),
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
  }));
}

export interface RelationFilter {
  sort: string;
  limit: number;
  cursor?: string | undefined;
  database?: string | undefined;
  schema?: string | undefined;
  table?: string | undefined;
  search?: string | undefined;
}

const like = (search: string | undefined) => (search === undefined ? null : `%${search.replace(/[\\%_]/g, '\\$&')}%`);

const TABLE_ORDER: Record<string, string> = {
  totalBytes: 't.heap_bytes + coalesce(t.index_bytes, 0) desc nulls last',
  sequentialScans: 'u.sequential_scans desc nulls last',
  rowsReadSequentially: 'u.rows_read_sequentially desc nulls last',
  indexScans: 'x.scans desc nulls last',
  writes: 'u.rows_inserted + u.rows_updated + u.rows_deleted desc nulls last',
  deadRows: 't.dead_rows desc',
  name: 't.schema_name, t.name',
};

const tablesSql = (sort: string) => `
  select t.*, coalesce(u.partial, false) as partial, x.scans as index_scans,
         coalesce(x.rows_fetched, 0) + coalesce(u.rows_fetched_by_bitmap, 0) as rows_fetched_by_index,
         ${TABLE_SAMPLES.counters.map((name) => `u.${name}`).join(', ')}
    from tables t left join ${TABLE_SAMPLES.sums} u on u.scope = t.database_oid and u.id = t.oid
    left join (select i.database_oid, i.table_oid, sum(s.scans)::bigint as scans, sum(s.rows_fetched)::bigint as rows_fetched
                 from ${INDEX_SAMPLES.sums} s
                 join indexes i on i.org_id = $1 and i.server_id = $2 and i.database_oid = s.scope and i.oid = s.id
                group by 1, 2) x on x.database_oid = t.database_oid and x.table_oid = t.oid
   where t.org_id = $1 and t.server_id = $2 and ($6::text is null or t.schema_name = $6)
     and ($7::text is null or t.name ilike $7) and ($8::text is null or t.database_name = $8)
   order by ${TABLE_ORDER[sort]}, t.database_oid, t.oid limit $5 offset $9`;
const TABLES_SQL = new Map(Object.keys(TABLE_ORDER).map((sort) => [sort, tablesSql(sort)]));

export async function tableRows(tx: Tx, serverId: string, range: TimeRange, filter: RelationFilter): Promise<Table[]> {
  const { from, count: most } = placeOf(filter);
  const rows = await tx.query(TABLES_SQL.get(filter.sort) as string, [
    tx.orgId,
    serverId,
    range.from,
    range.to,
    most,
    filter.schema ?? null,
    like(filter.search),
    filter.database ?? null,
    from,
  ]);
  return rows.map((row) => {
    const heapBytes = bytes(row, 'heap_bytes');
    const indexBytes = bytes(row, 'index_bytes');
    return {
      database: row['database_name'] as string,
      schema: row['schema_name'] as string,
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
      partial: row['partial'] as boolean,
    };
  });
}

const INDEX_ORDER: Record<string, string> = {
  bytes: 'i.bytes desc nulls last',
  scans: 'u.scans desc nulls last',
  rowsRead: 'u.rows_read desc nulls last',
  name: 'i.schema_name, i.name',
};

const indexesSql = (sort: string) => `
  select i.*, coalesce(u.partial, false) as partial, ${INDEX_SAMPLES.counters.map((name) => `u.${name}`).join(', ')}
    from indexes i left join ${INDEX_SAMPLES.sums} u on u.scope = i.database_oid and u.id = i.oid
   where i.org_id = $1 and i.server_id = $2 and ($6::text is null or i.schema_name = $6)
     and ($7::text is null or i.name ilike $7) and ($8::text is null or i.table_name = $8)
     and ($9::text is null or i.database_name = $9)
   order by ${INDEX_ORDER[sort]}, i.database_oid, i.oid limit $5 offset $10`;
const INDEXES_SQL = new Map(Object.keys(INDEX_ORDER).map((sort) => [sort, indexesSql(sort)]));

export async function indexRows(tx: Tx, serverId: string, range: TimeRange, filter: RelationFilter): Promise<Index[]> {
  const { from, count: most } = placeOf(filter);
  const rows = await tx.query(INDEXES_SQL.get(filter.sort) as string, [
    tx.orgId,
    serverId,
    range.from,
    range.to,
    most,
    filter.schema ?? null,
    like(filter.search),
    filter.table ?? null,
    filter.database ?? null,
    from,
  ]);
  return rows.map((row) => ({
    database: row['database_name'] as string,
    schema: row['schema_name'] as string,
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
    partial: row['partial'] as boolean,
  }));
}
