import { micros } from '../kernel/connection/micros.ts';
import { UNSETTLED } from './readings.rules.ts';

/*
 * Of thousands only few change in a minute, and finding them must not cost more than reading them. So the server is told
 * which relations are known and what all counters of each added up to, and reads the counters of those one by one: the
 * catalogue is not searched, nothing is sorted, hashed or joined. Whether there is anything to search for, the catalogue
 * tells itself: pg_class, pg_index and pg_namespace are tables too, and nobody makes, renames, rewrites or drops a
 * relation without their counters moving. Counters arrive when a statement has ended, so the highest oid shows what a
 * long one makes. Only when one of these moved all names are compared, and once more at the next snapshot: a change may
 * have been counted a moment before it could be seen. On a standby such changes arrive without being counted, so there
 * they are always compared. VACUUM of an empty table leaves no trace at all: whoever asks has to drop what is known
 * now and then.
 */

/** More than this is not read; lists say how many there are in all. */
export const MAX_RELATIONS = 20_000;

/** Neither the system's own nor anybody's temporary ones; tables, partitioned or not, and materialized views, or indexes. */
const ours = (
  kinds: string,
) => `c.relkind = any ('{${kinds}}') and c.relpersistence <> 't' and c.relnamespace <> all (array(
  select oid from pg_namespace where nspname = 'information_schema' or nspname ~ '^pg_'))`;

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

/** The top of the partitions, from the catalogue alone. */
const ROOT = 'case when c.relispartition then pg_partition_root(c.oid)::oid end';

const counter = (name: string) => (oid: string) => `pg_stat_get_${name}(${oid})`;

/** Hits are counted among the fetched. */
const BLOCKS_READ = (oid: string) => `greatest(pg_stat_get_blocks_fetched(${oid}) - pg_stat_get_blocks_hit(${oid}), 0)`;

/**
 * How many rows of these catalogues were ever written: while it stands still, nothing that they hold has changed. A
 * standby counts nothing of what it replays, and a session's writes are counted when its statement has ended.
 */
export const writesTo = (catalogues: readonly string[]): string => `(
  select sum(pg_stat_get_tuples_inserted(o) + pg_stat_get_tuples_updated(o) + pg_stat_get_tuples_deleted(o))::int8
    from unnest('{${catalogues.map((one) => `pg_catalog.${one}`).join(', ')}}'::regclass[]) o)`;

interface Kind {
  relkinds: string;
  /** What the details are read from beside `pg_class c`, and what of them belongs to the definition. */
  joins: string;
  definition: string;
  details: readonly string[];
  /** As in TABLE_COUNTERS or INDEX_COUNTERS. */
  counters: readonly ((oid: string) => string)[];
}

export const TABLES: Kind = {
  relkinds: 'r,m,p',
  joins: 'left join pg_namespace n on n.oid = c.relnamespace',
  definition: "hashtext(concat_ws(' ', c.relfilenode, c.relispartition, n.nspname, c.relname))",
  details: [
    'n.nspname::text',
    'c.relname::text',
    'c.relkind::text',
    'c.reltuples::float8',
    'pg_stat_get_live_tuples(c.oid)',
    'pg_stat_get_dead_tuples(c.oid)',
    micros('greatest(pg_stat_get_last_vacuum_time(c.oid), pg_stat_get_last_autovacuum_time(c.oid))'),
    micros('greatest(pg_stat_get_last_analyze_time(c.oid), pg_stat_get_last_autoanalyze_time(c.oid))'),
    ROOT,
  ],
  counters: [
    counter('numscans'),
    counter('tuples_returned'),
    counter('tuples_fetched'),
    counter('tuples_inserted'),
    counter('tuples_updated'),
    counter('tuples_hot_updated'),
    counter('tuples_deleted'),
    BLOCKS_READ,
    counter('blocks_hit'),
  ],
};

export const INDEXES: Kind = {
  relkinds: 'i,I',
  joins: `left join pg_index i on i.indexrelid = c.oid left join pg_class t on t.oid = i.indrelid
      left join pg_namespace n on n.oid = t.relnamespace`,
  // Whoever builds an index may give up without a trace.
  definition: `case when i.indisvalid then hashtext(concat_ws(' ', c.relfilenode, c.relispartition, n.nspname, t.relname, c.relname))
    else ${UNSETTLED} end`,
  details: [
    'i.indrelid',
    'n.nspname::text',
    't.relname::text',
    'c.relname::text',
    'i.indisunique',
    'i.indisprimary',
    'i.indisvalid',
    BUILDING,
    "c.relkind = 'I'",
    ROOT,
  ],
  counters: [
    counter('numscans'),
    counter('tuples_returned'),
    counter('tuples_fetched'),
    BLOCKS_READ,
    counter('blocks_hit'),
  ],
};

/**
 * Always at least one row: the mark, with nothing else when nothing has changed. Subqueries are shut off by what does not
 * depend on their rows, and `offset 0` keeps the planner, who knows nothing of how few will have changed, from reading
 * the whole catalogue to look them up.
 */
export function changedSql({ relkinds, joins, definition, details, counters }: Kind): string {
  const all = (oid: string) => counters.map((one) => one(oid));
  const writes = writesTo(['pg_class', 'pg_index', 'pg_namespace']);
  const isMoved = '(select is_moved from catalogue)';
  return `
    with catalogue as materialized (
      select mark, pg_is_in_recovery() or coalesce(mark <> $4, true) as is_moved
        from (select concat_ws(' ', ${writes}, (select max(oid) from pg_class)) as mark) m),
    changed as materialized (
      select k.oid from rows from (unnest($1::oid[]), unnest($2::int4[]), unnest($3::int8[])) as k(oid, definition, counted)
       where k.definition = ${UNSETTLED} or k.counted <> (${all('k.oid').join(' + ')})
      union
      select coalesce(s.oid, k.oid)
        from (select c.oid, ${definition} as definition from pg_class c ${joins} where ${ours(relkinds)} and ${isMoved}
               order by c.oid limit ${MAX_RELATIONS}) s
        full join (select * from rows from (unnest($1::oid[]), unnest($2::int4[])) as k(oid, definition) where ${isMoved}) k
          on k.oid = s.oid and k.definition = s.definition
       where s.oid is null or k.oid is null)
    select m.mark, f.oid, d.*
      from catalogue m left join changed f on true
      left join lateral (select c.oid, ${[definition, ...details, ...all('c.oid')].join(', ')}
        from pg_class c ${joins} where c.oid = f.oid and ${ours(relkinds)} offset 0) d on true`;
}

export const countSql = (kinds: string) => `select count(*)::int as known from pg_class c where ${ours(kinds)}`;
