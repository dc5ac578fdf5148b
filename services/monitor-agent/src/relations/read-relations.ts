import { bigintArray, oidArray } from '../connection/binary-arrays.ts';
import type { ServerConnection } from '../connection/connect-server.ts';
import { type Counted, type KnownRelations, type Looked, NONE_KNOWN } from './known-relations.ts';

/*
 * Tables and indexes of the connected database. Everything comes from the catalogue and from functions that take no
 * lock on the relation itself: a question that waits behind somebody's ALTER TABLE, every minute, is how monitoring
 * turns one blocked table into an outage. Sizes need a lock and are read apart (read-sizes.ts).
 *
 * Of thousands only few change in a minute, so the server is given a checksum of what each showed before, and answers
 * those that differ. What has changed stands unmatched on both sides of the full join: as it is, and as it was known.
 * The names that belong to it are looked up for those alone. An index does not show when only its table or schema was
 * renamed: whoever asks has to forget what is known now and then.
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

export interface TableReading extends Counted {
  schema: string;
  name: string;
  kind: 'table' | 'materialized view';
  /** null: never analysed. */
  estimatedRows: number | null;
  liveRows: number;
  deadRows: number;
  lastVacuumUs: number | null;
  lastAnalyzeUs: number | null;
}

export interface IndexReading extends Counted {
  tableOid: number;
  schema: string;
  table: string;
  name: string;
  unique: boolean;
  primary: boolean;
  valid: boolean;
  /** Not valid yet, or not there for long: somebody is building or dropping it. */
  building: boolean;
}

/** Neither the system's own nor anybody's temporary ones; tables and materialized views, or indexes. */
const ours = (kinds: string) => `c.relkind in (${kinds}) and c.relpersistence <> 't' and c.relnamespace <> all (array(
  select oid from pg_namespace where nspname = 'information_schema' or nspname ~ '^pg_'))`;
const TABLE_KINDS = "'r', 'm'";
const INDEX_KINDS = "'i'";

const micros = (instant: string) => `(extract(epoch from ${instant}) * 1000000)::int8`;

/** Each hash is the seed of the next: with a hash of the whole row the server would work half as long again. */
const hashed = (seed: string, integers: readonly string[]): string =>
  integers.reduce((before, one) => `hashint8extended(${one}, ${before})`, seed);
const NAMED = 'hashnameextended(c.relname, c.relnamespace::int8)';

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

const changed = (kinds: string, checksum: string) => `
    select s.oid, p.oid as before, s.checksum
      from (select c.oid, ${checksum} as checksum from pg_class c where ${ours(kinds)}
             order by c.oid limit ${MAX_RELATIONS}) s
      full join unnest($1::oid[], $2::int8[]) as p(oid, checksum) on p.oid = s.oid and p.checksum = s.checksum
     where s.oid is null or p.oid is null`;

const counted = (names: readonly string[]) => names.map((name) => `pg_stat_get_${name}(c.oid)`);

const TABLE_STATE = counted(['live_tuples', 'dead_tuples']);
const TABLE_TIMES = counted(['last_vacuum_time', 'last_autovacuum_time', 'last_analyze_time', 'last_autoanalyze_time']);
const TABLE_COUNTS = counted([
  'numscans',
  'tuples_returned',
  'tuples_fetched',
  'tuples_inserted',
  'tuples_updated',
  'tuples_hot_updated',
  'tuples_deleted',
]);
const INDEX_COUNTS = counted(['numscans', 'tuples_returned', 'tuples_fetched']);
const BLOCKS = counted(['blocks_fetched', 'blocks_hit']);
const BLOCKS_READ_AND_HIT = `
  greatest(pg_stat_get_blocks_fetched(c.oid) - pg_stat_get_blocks_hit(c.oid), 0), pg_stat_get_blocks_hit(c.oid)`;

const tablesSql = () => {
  const [vacuum, autovacuum, analyze, autoanalyze] = TABLE_TIMES;
  // Whichever of them happens again is the latest then.
  const tended = `coalesce(date_part('epoch', greatest(${TABLE_TIMES.join(', ')})), 0)`;
  const seed = `hashfloat4extended(c.reltuples, hashfloat8extended(${tended}, ${NAMED}))`;
  const checksum = hashed(seed, [...TABLE_STATE, ...TABLE_COUNTS, ...BLOCKS]);
  return `
    select f.before, f.checksum::text, c.oid, n.nspname::text, c.relname::text, c.relkind::text,
           c.reltuples::float8, ${TABLE_STATE.join(', ')}, ${micros(`greatest(${vacuum}, ${autovacuum})`)},
           ${micros(`greatest(${analyze}, ${autoanalyze})`)}, ${TABLE_COUNTS.join(', ')}, ${BLOCKS_READ_AND_HIT}
      from (${changed(TABLE_KINDS, checksum)}) f
      left join pg_class c on c.oid = f.oid left join pg_namespace n on n.oid = c.relnamespace`;
};

const indexesSql = () => {
  // An index becomes valid, and its building ends, without anything else of it changing.
  const invalid = `case when c.oid = any (array(select indexrelid from pg_index where not indisvalid))
    then (select 1 + (${BUILDING})::int from pg_index i where i.indexrelid = c.oid) else 0 end`;
  const checksum = hashed(NAMED, [invalid, ...INDEX_COUNTS, ...BLOCKS]);
  return `
    select f.before, f.checksum::text, c.oid, i.indrelid, n.nspname::text, t.relname::text, c.relname::text,
           i.indisunique, i.indisprimary, i.indisvalid, ${BUILDING}, ${INDEX_COUNTS.join(', ')}, ${BLOCKS_READ_AND_HIT}
      from (${changed(INDEX_KINDS, checksum)}) f
      left join pg_class c on c.oid = f.oid left join pg_index i on i.indexrelid = c.oid
      left join pg_class t on t.oid = i.indrelid left join pg_namespace n on n.oid = t.relnamespace`;
};

const TABLES = tablesSql();
const INDEXES = indexesSql();

const countSql = (kinds: string) => `select count(*)::int as known from pg_class c where ${ours(kinds)}`;

type ChangedRow = [before: number | null, checksum: string | null, oid: number | null, ...rest: unknown[]];

/** The rows of what changed, how many there are in all, and what is gone. */
async function look<Row extends unknown[]>(
  connection: ServerConnection,
  { sql, kinds, before }: { sql: string; kinds: string; before: KnownRelations },
): Promise<{ known: number; gone: number[]; rows: (readonly [checksum: bigint, oid: number, ...rest: Row])[] }> {
  const all = await connection.rows<ChangedRow>(sql, [oidArray(before.oids), bigintArray(before.checksums)]);
  const rows = all.flatMap(([, checksum, oid, ...rest]) =>
    checksum === null || oid === null ? [] : [[BigInt(checksum), oid, ...(rest as Row)] as const],
  );
  rows.sort(([, one], [, other]) => one - other);
  const there = new Set(rows.map(([, oid]) => oid));
  const left = all.flatMap(([oid]) => (oid === null ? [] : [oid]));
  const read = before.size - left.length + rows.length;
  const known = read < MAX_RELATIONS ? read : (await connection.one<{ known: number }>(countSql(kinds))).known;
  return { known, gone: left.filter((oid) => !there.has(oid)), rows };
}

type TableRow = [
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

/** Those that differ from what is known. */
export async function readTables(
  connection: ServerConnection,
  before: KnownRelations = NONE_KNOWN,
): Promise<Looked<TableReading>> {
  const { rows, ...found } = await look<TableRow>(connection, { sql: TABLES, kinds: TABLE_KINDS, before });
  return {
    ...found,
    items: rows.map(([checksum, oid, schema, name, kind, estimated, live, dead, vacuum, analyze, ...counters]) => ({
      oid,
      checksum,
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

export async function readIndexes(
  connection: ServerConnection,
  before: KnownRelations = NONE_KNOWN,
): Promise<Looked<IndexReading>> {
  const { rows, ...found } = await look<IndexRow>(connection, { sql: INDEXES, kinds: INDEX_KINDS, before });
  return {
    ...found,
    items: rows.map(
      ([checksum, oid, tableOid, schema, table, name, unique, primary, valid, building, ...counters]) => ({
        oid,
        checksum,
        tableOid,
        schema,
        table,
        name,
        unique,
        primary,
        valid,
        building,
        counters,
      }),
    ),
  };
}
