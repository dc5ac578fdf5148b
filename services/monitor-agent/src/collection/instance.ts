import type { ServerConnection } from '../connection/connect-server.ts';
import { micros } from '../connection/micros.ts';
import type { Life } from '../epochs/epoch.rules.ts';

/*
 * What answers: which PostgreSQL, which of its columns exist. The version alone does not tell: an extension stays as
 * old as it was until somebody runs ALTER EXTENSION … UPDATE, so the columns are asked for by name.
 */
export interface Instance {
  version: number;
  versionText: string;
  database: string;
  databaseOid: number;
  /** Equal only for one and the same instance: a name or a proxy may lead to another one at any time. */
  identity: string;
  startedAt: number;
  /** A crash ends the connection, so this is the life of whatever is read over it. */
  life: Life;
  maxConnections: number;
  parallelWorkers: number;
  statements: StatementsExtension | undefined;
  /** Columns of the catalogue's own views that differ between versions. */
  has: { activityQueryId: boolean; databaseTime: boolean; controlData: boolean };
}

export interface StatementsExtension {
  /** Quoted, ready to stand before the function's name. */
  schema: string;
  version: string;
  columns: ReadonlySet<string>;
}

interface Row {
  version: number;
  version_text: string;
  database: string;
  database_oid: number;
  started_at: number;
  workers_started_at: number | null;
  counters_reset_at: number | null;
  max_connections: number;
  parallel_workers: number;
  schema: string | null;
  extension_version: string | null;
  columns: string[];
  loaded: boolean;
  activity_columns: string[];
  database_columns: string[];
  control: boolean;
}

const attributes = (relation: string) => `(select coalesce(array_agg(attname::text), '{}') from pg_attribute
  where attrelid = ${relation} and attnum > 0 and not attisdropped)`;

/** Null for a role that does not see it. */
export const WORKERS_STARTED_AT = `(select ${micros('max(backend_start)')}
  from pg_stat_activity where backend_type = 'checkpointer')`;
export const COUNTERS_RESET_AT = `(select ${micros('stats_reset')} from pg_stat_bgwriter)`;

const SQL = `
  with e as (
    select quote_ident(n.nspname) as schema, e.extversion as version,
           (select c.oid from pg_class c where c.relnamespace = n.oid and c.relname = 'pg_stat_statements') as view
      from pg_extension e join pg_namespace n on n.oid = e.extnamespace
     where e.extname = 'pg_stat_statements' and has_schema_privilege(n.oid, 'usage'))
  select current_setting('server_version_num')::int as version, current_setting('server_version') as version_text,
         current_database()::text as database,
         (select oid from pg_database where datname = current_database()) as database_oid,
         ${micros('pg_postmaster_start_time()')} as started_at,
         ${WORKERS_STARTED_AT} as workers_started_at, ${COUNTERS_RESET_AT} as counters_reset_at,
         current_setting('max_connections')::int as max_connections,
         current_setting('max_parallel_workers')::int as parallel_workers,
         (select schema from e) as schema, (select version from e) as extension_version,
         ${attributes('(select view from e)')} as columns,
         exists (select from pg_settings where name = 'pg_stat_statements.max') as loaded,
         ${attributes("'pg_catalog.pg_stat_activity'::regclass")} as activity_columns,
         ${attributes("'pg_catalog.pg_stat_database'::regclass")} as database_columns,
         has_function_privilege('pg_catalog.pg_control_system()', 'execute') as control`;

/** System identifier and timeline where the role may ask for them, and the address that answers. */
export const identitySql = (controlData: boolean): string =>
  `concat_ws('/', ${
    controlData
      ? '(select system_identifier from pg_control_system()), (select timeline_id from pg_control_checkpoint()),'
      : ''
  } host(inet_server_addr()), inet_server_port())`;

export async function readInstance(connection: ServerConnection): Promise<Instance> {
  const row = await connection.one<Row>(SQL);
  const { identity } = await connection.one<{ identity: string }>(`select ${identitySql(row.control)} as identity`);
  return {
    identity,
    version: row.version,
    versionText: row.version_text.split(' ')[0] ?? row.version_text,
    database: row.database,
    databaseOid: row.database_oid,
    startedAt: row.started_at,
    life: {
      startedAt: row.started_at,
      workersStartedAt: row.workers_started_at,
      countersResetAt: row.counters_reset_at,
    },
    maxConnections: row.max_connections,
    parallelWorkers: row.parallel_workers,
    statements:
      // Created is not enough: without its library, or its columns, every question is an error in the customer's log.
      row.loaded && row.schema !== null && row.extension_version !== null && row.columns.includes('total_exec_time')
        ? { schema: row.schema, version: row.extension_version, columns: new Set(row.columns) }
        : undefined,
    has: {
      activityQueryId: row.activity_columns.includes('query_id'),
      databaseTime: row.database_columns.includes('active_time'),
      controlData: row.control,
    },
  };
}
