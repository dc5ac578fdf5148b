/*
 * What other monitoring reads, rewritten from public descriptions of what they report, so that their load on a
 * server can be compared with ours on the same machine. Each has more than is listed here (reconnecting, for one):
 * what is left out is left out in their favour.
 */
export interface Reading {
  name: string;
  sql: string;
  everySeconds: number;
  /** What it reports of statements, tables or indexes, for the comparison of completeness. */
  reports?: { statements?: number | 'all'; tables?: 'all' | number; indexes?: 'all' | number };
}

export type Version = 'embedded 18' | 'Debian 15';

const checkpoints = (version: Version): string =>
  version === 'Debian 15' ? 'select * from pg_stat_bgwriter' : 'select * from pg_stat_checkpointer';

/**
 * Collectors that postgres_exporter has on by default, once per scrape; Prometheus' usual 15 s.
 * https://github.com/prometheus-community/postgres_exporter/blob/master/docs/configuration.md ("Collectors")
 */
export function exporterDefaults(): Reading[] {
  const all: Omit<Reading, 'everySeconds'>[] = [
    {
      name: 'stat_activity',
      sql: `select datname, state, usename, application_name, backend_type, wait_event_type, wait_event, count(*),
                   max(extract(epoch from now() - xact_start))
              from pg_stat_activity group by 1, 2, 3, 4, 5, 6, 7`,
    },
    {
      name: 'locks',
      sql: `select d.datname, m.mode, count(l.pid)
              from pg_database d cross join (values ('AccessShareLock'), ('RowShareLock'), ('RowExclusiveLock'),
                ('ShareUpdateExclusiveLock'), ('ShareLock'), ('ShareRowExclusiveLock'), ('ExclusiveLock'),
                ('AccessExclusiveLock'), ('SIReadLock')) m(mode)
              left join pg_locks l on l.database = d.oid and l.mode = m.mode group by 1, 2`,
    },
    { name: 'roles', sql: 'select rolname, rolconnlimit from pg_roles' },
    { name: 'stat_database', sql: 'select * from pg_stat_database' },
    {
      name: 'database',
      sql: `select datname, datconnlimit, pg_database_size(oid) from pg_database where datallowconn and not datistemplate`,
    },
    {
      name: 'stat_user_tables',
      sql: `select current_database(), schemaname, relname, seq_scan, seq_tup_read, idx_scan, idx_tup_fetch, n_tup_ins,
                   n_tup_upd, n_tup_del, n_tup_hot_upd, n_live_tup, n_dead_tup, n_mod_since_analyze, last_vacuum,
                   last_autovacuum, last_analyze, last_autoanalyze, vacuum_count, autovacuum_count, analyze_count,
                   autoanalyze_count, pg_table_size(relid), pg_indexes_size(relid)
              from pg_stat_user_tables`,
      reports: { tables: 'all' },
    },
    {
      name: 'statio_user_tables',
      sql: `select current_database(), schemaname, relname, heap_blks_read, heap_blks_hit, idx_blks_read, idx_blks_hit,
                   toast_blks_read, toast_blks_hit, tidx_blks_read, tidx_blks_hit from pg_statio_user_tables`,
      reports: { tables: 'all' },
    },
    { name: 'stat_progress_vacuum', sql: 'select * from pg_stat_progress_vacuum' },
    {
      name: 'replication',
      sql: `select pg_is_in_recovery(), extract(epoch from now() - pg_last_xact_replay_timestamp())`,
    },
    {
      name: 'stat_replication',
      sql: `select application_name, client_addr, state, pg_wal_lsn_diff(pg_current_wal_lsn(), replay_lsn)
              from pg_stat_replication`,
    },
    {
      name: 'replication_slots',
      sql: `select slot_name, slot_type, active, pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn)
              from pg_replication_slots`,
    },
    { name: 'stat_archiver', sql: 'select * from pg_stat_archiver' },
    { name: 'wal', sql: 'select count(*), sum(size) from pg_ls_waldir()' },
    { name: 'stat_bgwriter', sql: 'select * from pg_stat_bgwriter' },
    {
      name: 'settings',
      sql: `select name, setting, unit, short_desc, vartype, pending_restart from pg_settings
             where vartype in ('bool', 'integer', 'real')`,
    },
  ];
  return all.map((one) => ({ ...one, everySeconds: 15 }));
}

const USER_SCHEMA = "schemaname not like 'pg\\_%' and schemaname <> 'information_schema'";

/** The most that it reports of statements, tables and indexes at a time, by its catalogue's descriptions. */
const PGWATCH_STATEMENTS = 100;
const PGWATCH_TABLES = 300;

/**
 * pgwatch's preset `exhaustive` ("all important metrics for a deeper performance understanding") at its cadences,
 * without what needs helpers on the server (CPU load by PL/Python) or later versions.
 * https://pgwat.ch/latest/reference/metric_definitions.html and the preset list of its built-in catalogue
 */
export const pgwatchExhaustive = (version: Version): Reading[] => [
  { name: 'archiver', everySeconds: 60, sql: 'select * from pg_stat_archiver' },
  {
    name: 'archiver_pending_count',
    everySeconds: 120,
    sql: "select count(*) from pg_ls_archive_statusdir() where name like '%.ready'",
  },
  {
    name: 'backends',
    everySeconds: 60,
    sql: `with a as (select * from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid())
      select count(*), count(*) filter (where state = 'active'), count(*) filter (where state = 'idle'),
             count(*) filter (where state = 'idle in transaction'), count(*) filter (where wait_event_type = 'Lock'),
             count(*) filter (where state = 'active' and cardinality(pg_blocking_pids(pid)) > 0),
             max(now() - xact_start), max(now() - query_start), max(age(backend_xmin)) from a`,
  },
  { name: 'bgwriter', everySeconds: 60, sql: 'select * from pg_stat_bgwriter' },
  { name: 'checkpointer', everySeconds: 60, sql: checkpoints(version) },
  {
    name: 'change_events: tables',
    everySeconds: 300,
    sql: `select table_schema, table_name, md5(string_agg(column_name || data_type || is_nullable || coalesce(column_default, ''), ',' order by ordinal_position))
            from information_schema.columns where table_schema = 'public' group by 1, 2`,
  },
  {
    name: 'change_events: routines, settings, privileges',
    everySeconds: 300,
    sql: `select (select count(md5(prosrc)) from pg_proc p join pg_namespace n on n.oid = pronamespace where nspname !~ '^pg_|information_schema'),
                 (select md5(string_agg(name || setting, ',' order by name)) from pg_settings),
                 (select count(relacl) from pg_class)`,
  },
  {
    name: 'datfrozenxid',
    everySeconds: 300,
    sql: 'select datname, age(datfrozenxid), mxid_age(datminmxid) from pg_database',
  },
  { name: 'db_size', everySeconds: 300, sql: 'select pg_database_size(current_database()), pg_tablespace_size(1663)' },
  {
    name: 'db_stats',
    everySeconds: 60,
    sql: 'select *, pg_is_in_recovery(), pg_postmaster_start_time() from pg_stat_database where datname = current_database()',
  },
  {
    name: 'index_stats',
    everySeconds: 900,
    sql: `select s.*, pg_relation_size(s.indexrelid), i.indisvalid, i.indisprimary, i.indisunique
            from pg_stat_user_indexes s join pg_index i using (indexrelid) where ${USER_SCHEMA}`,
    reports: { indexes: 'all' },
  },
  { name: 'instance_up', everySeconds: 60, sql: 'select 1' },
  {
    name: 'locks',
    everySeconds: 60,
    sql: `select locktype, count(*) from pg_locks where database = (select oid from pg_database where datname = current_database()) group by 1`,
  },
  {
    name: 'locks_mode',
    everySeconds: 60,
    sql: `select mode, count(*) from pg_locks where database = (select oid from pg_database where datname = current_database()) group by 1`,
  },
  { name: 'postgres_role', everySeconds: 120, sql: 'select pg_is_in_recovery()' },
  {
    name: 'replication',
    everySeconds: 120,
    sql: 'select *, pg_wal_lsn_diff(pg_current_wal_lsn(), replay_lsn) from pg_stat_replication',
  },
  {
    name: 'replication_slots',
    everySeconds: 120,
    sql: 'select *, pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn) from pg_replication_slots',
  },
  {
    name: 'sequence_health',
    everySeconds: 3_600,
    sql: 'select max(last_value::float8 / max_value) from pg_sequences where not cycle',
  },
  { name: 'settings', everySeconds: 7_200, sql: 'select name, setting, boot_val from pg_settings' },
  { name: 'sproc_stats', everySeconds: 180, sql: 'select * from pg_stat_user_functions limit 300' },
  {
    name: 'stat_activity',
    everySeconds: 30,
    sql: `select query_id, count(*), array_agg(pid), max(now() - query_start), max(left(query, 8000))
            from pg_stat_activity where datname = current_database() and state = 'active' and pid <> pg_backend_pid()
           group by 1 order by 2 desc limit 25`,
  },
  {
    name: 'stat_statements',
    everySeconds: 180,
    sql: `select queryid, max(left(query, 8000)), sum(calls), sum(total_exec_time), sum(rows), sum(shared_blks_hit),
                 sum(shared_blks_read), sum(shared_blks_written), sum(temp_blks_written), sum(wal_bytes)
            from pg_stat_statements where dbid = (select oid from pg_database where datname = current_database())
           group by 1 order by 4 desc limit ${PGWATCH_STATEMENTS}`,
    reports: { statements: PGWATCH_STATEMENTS },
  },
  {
    name: 'stat_statements_calls',
    everySeconds: 60,
    sql: `select sum(calls), sum(total_exec_time), sum(total_plan_time) from pg_stat_statements
           where dbid = (select oid from pg_database where datname = current_database())`,
  },
  {
    name: 'table_bloat_approx_summary_sql',
    everySeconds: 7_200,
    sql: `select sum(c.relpages), sum(c.reltuples * (24 + w.width)) from pg_class c
            join pg_namespace n on n.oid = c.relnamespace
            join (select schemaname, tablename, sum(avg_width * (1 - null_frac)) as width from pg_stats group by 1, 2) w
              on w.schemaname = n.nspname and w.tablename = c.relname
           where c.relkind = 'r'`,
  },
  {
    name: 'table_io_stats',
    everySeconds: 600,
    sql: `select * from pg_statio_user_tables where ${USER_SCHEMA}`,
    reports: { tables: 'all' },
  },
  {
    name: 'table_stats',
    everySeconds: 300,
    sql: `select s.*, pg_table_size(s.relid), pg_total_relation_size(s.relid), age(c.relfrozenxid),
                 pg_total_relation_size(nullif(c.reltoastrelid, 0))
            from pg_stat_user_tables s join pg_class c on c.oid = s.relid where ${USER_SCHEMA}
           order by pg_table_size(s.relid) desc limit ${PGWATCH_TABLES}`,
    reports: { tables: PGWATCH_TABLES },
  },
  { name: 'wal', everySeconds: 60, sql: 'select pg_current_wal_lsn() - $$0/0$$::pg_lsn, pg_postmaster_start_time()' },
  { name: 'wal_receiver', everySeconds: 120, sql: 'select * from pg_stat_wal_receiver' },
  { name: 'wal_size', everySeconds: 300, sql: 'select sum(size) from pg_ls_waldir()' },
];
