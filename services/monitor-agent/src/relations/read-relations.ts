import type { ServerConnection } from '../connection/connect-server.ts';

/*
 * Tables and indexes of the connected database. Everything comes from the catalogue and from functions that take no
 * lock on the relation itself: a question that waits behind somebody's ALTER TABLE, every minute, is how monitoring
 * turns one blocked table into an outage. Sizes need a lock and are read apart (read-sizes.ts).
 */
/**
 * In the order in which they are read and stored. What indexes did for a table is summed up from the indexes' own
 * differences: a sum over counters falls when an index is dropped, and would look like a reset.
 */
export const TABLE_COUNTERS = [
  'sequential_scans',
  'rows_read_sequentially',
  'rows_fetched_by_bitmap',
  'rows_inserted',
  'rows_updated',
  'rows_hot_updated',
  'rows_deleted',
  'blocks_read',
  'blocks_hit',
] as const;

export const INDEX_COUNTERS = ['scans', 'rows_read', 'rows_fetched', 'blocks_read', 'blocks_hit'] as const;

/** More than this is not read; lists say how many there are in all. */
export const MAX_RELATIONS = 20_000;

export interface TableReading {
  oid: number;
  schema: string;
  name: string;
  kind: 'table' | 'materialized view';
  /** null: never analysed. */
  estimatedRows: number | null;
  liveRows: number;
  deadRows: number;
  lastVacuumUs: number | null;
  lastAnalyzeUs: number | null;
  counters: number[];
}

export interface IndexReading {
  oid: number;
  tableOid: number;
  schema: string;
  table: string;
  name: string;
  unique: boolean;
  primary: boolean;
  valid: boolean;
  /** Not valid yet, or not there for long: somebody is building or dropping it. */
  building: boolean;
  counters: number[];
}

export interface RelationsLook<Reading> {
  /** How many there are; `items` may hold fewer. */
  known: number;
  items: Reading[];
}

/** Neither the system's own nor anybody's temporary ones. */
const OURS = `c.relkind in ('r', 'm') and c.relpersistence <> 't'
  and n.nspname <> 'information_schema' and n.nspname !~ '^pg_'`;

const micros = (instant: string) => `(extract(epoch from ${instant}) * 1000000)::int8`;

const TABLES = `
  select count(*) over ()::int, c.oid, n.nspname::text, c.relname::text, c.relkind::text,
         c.reltuples::float8, pg_stat_get_live_tuples(c.oid), pg_stat_get_dead_tuples(c.oid),
         ${micros('greatest(pg_stat_get_last_vacuum_time(c.oid), pg_stat_get_last_autovacuum_time(c.oid))')},
         ${micros('greatest(pg_stat_get_last_analyze_time(c.oid), pg_stat_get_last_autoanalyze_time(c.oid))')},
         pg_stat_get_numscans(c.oid), pg_stat_get_tuples_returned(c.oid),
         pg_stat_get_tuples_fetched(c.oid),
         pg_stat_get_tuples_inserted(c.oid), pg_stat_get_tuples_updated(c.oid), pg_stat_get_tuples_hot_updated(c.oid),
         pg_stat_get_tuples_deleted(c.oid),
         greatest(pg_stat_get_blocks_fetched(c.oid) - pg_stat_get_blocks_hit(c.oid), 0), pg_stat_get_blocks_hit(c.oid)
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
   where ${OURS} order by c.oid limit ${MAX_RELATIONS}`;

/*
 * Whether somebody is at work on an index that is not valid. Progress of others is hidden from a role without
 * pg_monitor: then any building in this database counts as this one. REINDEX and DROP CONCURRENTLY lock the index itself.
 */
const BUILDING = `not i.indisvalid and (
  exists (select from pg_stat_progress_create_index p
           where p.datid = (select oid from pg_database where datname = current_database())
             and (p.index_relid = i.indexrelid or p.relid = i.indrelid or p.relid is null))
  or exists (select from pg_locks l
              where l.relation = i.indexrelid and l.mode = 'ShareUpdateExclusiveLock'
                and l.database = (select oid from pg_database where datname = current_database())))`;

const INDEXES = `
  select count(*) over ()::int, i.indexrelid, i.indrelid, n.nspname::text, c.relname::text,
         x.relname::text, i.indisunique, i.indisprimary, i.indisvalid, ${BUILDING},
         pg_stat_get_numscans(x.oid), pg_stat_get_tuples_returned(x.oid), pg_stat_get_tuples_fetched(x.oid),
         greatest(pg_stat_get_blocks_fetched(x.oid) - pg_stat_get_blocks_hit(x.oid), 0), pg_stat_get_blocks_hit(x.oid)
    from pg_index i join pg_class x on x.oid = i.indexrelid
    join pg_class c on c.oid = i.indrelid join pg_namespace n on n.oid = c.relnamespace
   where ${OURS} and x.relkind = 'i' order by i.indexrelid limit ${MAX_RELATIONS}`;

type TableRow = [
  known: number,
  oid: number,
  schema: string,
  name: string,
  kind: string,
  estimated: number,
  live: number,
  dead: number,
  vacuum: number | null,
  analyze: number | null,
  ...counters: number[],
];

export async function readTables(connection: ServerConnection): Promise<RelationsLook<TableReading>> {
  const rows = await connection.rows<TableRow>(TABLES);
  return {
    known: rows[0]?.[0] ?? 0,
    items: rows.map(([, oid, schema, name, kind, estimated, live, dead, vacuum, analyze, ...counters]) => ({
      oid,
      schema,
      name,
      kind: kind === 'm' ? 'materialized view' : 'table',
      // 13 says 0 for "never analysed" as well as for empty; later versions say −1.
      estimatedRows: estimated < 0 ? null : Math.round(estimated),
      liveRows: live,
      deadRows: dead,
      lastVacuumUs: vacuum,
      lastAnalyzeUs: analyze,
      counters,
    })),
  };
}

type IndexRow = [
  known: number,
  oid: number,
  tableOid: number,
  schema: string,
  table: string,
  name: string,
  unique: boolean,
  primary: boolean,
  valid: boolean,
  building: boolean,
  ...counters: number[],
];

export async function readIndexes(connection: ServerConnection): Promise<RelationsLook<IndexReading>> {
  const rows = await connection.rows<IndexRow>(INDEXES);
  return {
    known: rows[0]?.[0] ?? 0,
    items: rows.map(([, oid, tableOid, schema, table, name, unique, primary, valid, building, ...counters]) => ({
      oid,
      tableOid,
      schema,
      table,
      name,
      unique,
      primary,
      valid,
      building,
      counters,
    })),
  };
}
