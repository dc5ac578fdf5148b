import { nameOf, numberOf } from '../connection/bounded-answers.rules.ts';
import type { ServerConnection } from '../connection/connect-server.ts';
import { micros } from '../connection/micros.ts';
import { type ResetEpoch, SERVER_WIDE } from './reset-epoch.rules.ts';
import { LOCATION_SQL, type StatementsExtension, StatementsMoved } from './statements-extension.queries.ts';

/*
 * What answers: which PostgreSQL, which of its columns exist. The version alone does not tell: an extension stays as
 * old as it was until somebody runs ALTER EXTENSION … UPDATE, so the columns are asked for by name.
 */
export interface Instance {
  version: number;
  versionText: string;
  database: string;
  databaseOid: number;
  /** A name or a proxy may lead to another instance at any time. */
  identity: string;
  startedAt: number;
  /** A crash ends the connection, so this is the reset epoch of whatever is read over it. */
  resetEpoch: ResetEpoch;
  maxConnections: number;
  parallelWorkers: number;
  statements: StatementsExtension | undefined;
  /** Columns of the catalogue's own views that differ between versions. */
  has: { activityQueryId: boolean; databaseTime: boolean; controlData: boolean };
  /** Views of server-wide statistics that say when they were set back. */
  resettable: readonly string[];
}

interface Row {
  version: number;
  version_text: string;
  database: string;
  database_oid: number;
  max_connections: number;
  parallel_workers: number;
  extension: (Omit<StatementsExtension, 'columns'> & { columns: string[] | null }) | null;
  loaded: boolean;
  activity_columns: string[];
  database_columns: string[];
  control: boolean;
  resettable: string[];
}

const attributes = (relation: string) => `(select coalesce(array_agg(attname::text), '{}') from pg_attribute
  where attrelid = ${relation} and attnum > 0 and not attisdropped)`;

/** When processes of the server itself began; null for a role that does not see them. */
const started = (backend: string) => micros(`max(backend_start) filter (where backend_type = '${backend}')`);
const processStarts = (version: number): string => `
  select ${started('checkpointer')} as "workersStartedAt", ${version >= 150_000 ? started('walwriter') : 'null::int8'} as "openedAt"
    from pg_stat_get_activity(null) as backends`;
export const WORKERS_STARTED_AT = `(select ${started('checkpointer')} from pg_stat_get_activity(null) as backends)`;

/** All that can be set back and is neither a database's nor a statement's; several rows are one. */
export const RESETTABLE: readonly string[] = [
  ...SERVER_WIDE,
  'pg_stat_replication_slots',
  'pg_stat_subscription_stats',
];

/** What tells one reset epoch of the counters from the next, as the columns of ResetEpoch. */
export const resetEpochSql = (
  { version, has, resettable }: Pick<Instance, 'version' | 'has' | 'resettable'>,
  more = '',
): string => `
  select ${identitySql(has.controlData)} as identity, ${micros('clock_timestamp()')} as at,
    ${micros('pg_postmaster_start_time()')} as "startedAt", processes.*,
    json_build_object(${resettable
      .map((view) => `'${view}', (select coalesce(${micros('max(stats_reset)')}, 0) from ${view})`)
      .join(', ')}) as resets${more}
    from (${processStarts(version)}) as processes`;

const SQL = `
  select current_setting('server_version_num')::int as version, current_setting('server_version') as version_text,
         current_database()::text as database,
         (select oid from pg_database where datname = current_database()) as database_oid,
         (select coalesce(array_agg(c.relname::text), '{}') from pg_class c join pg_attribute a on a.attrelid = c.oid
           where c.relnamespace = (select oid from pg_namespace where nspname = 'pg_catalog') and a.attname = 'stats_reset' and a.attnum > 0
             and c.relname = any ($1::text[])) as resettable,
         current_setting('max_connections')::int as max_connections,
         current_setting('max_parallel_workers')::int as parallel_workers,
         (select row_to_json(e) from (${LOCATION_SQL}) as e) as extension,
         exists (select from pg_settings where name = 'pg_stat_statements.max') as loaded,
         ${attributes("'pg_catalog.pg_stat_activity'::regclass")} as activity_columns,
         ${attributes("'pg_catalog.pg_stat_database'::regclass")} as database_columns,
         has_function_privilege('pg_catalog.pg_control_system()', 'execute') as control`;

/** The cluster where the role may ask for it, else the address that answers: others may answer there some day. */
export const identitySql = (controlData: boolean): string =>
  controlData
    ? `concat('system/', (select system_identifier from pg_control_system()))`
    : `concat_ws('/', 'address', host(inet_server_addr()), inet_server_port())`;

export async function readInstance(connection: ServerConnection): Promise<Instance> {
  const row = await connection.one<Row>(SQL, [RESETTABLE]);
  const has = {
    activityQueryId: row.activity_columns.includes('query_id'),
    databaseTime: row.database_columns.includes('active_time'),
    controlData: row.control,
  };
  // Names from a server are not put into a question: only those of ours that it has.
  const resettable = RESETTABLE.filter((view) => row.resettable.includes(view));
  const resetEpoch = resetEpochOf(
    await connection.one<ResetEpoch>(resetEpochSql({ version: row.version, has, resettable })),
  );
  return {
    identity: resetEpoch.identity,
    version: row.version,
    versionText: row.version_text.split(' ')[0] ?? row.version_text,
    database: row.database,
    databaseOid: row.database_oid,
    startedAt: resetEpoch.startedAt,
    resetEpoch,
    resettable,
    maxConnections: row.max_connections,
    parallelWorkers: row.parallel_workers,
    statements: row.loaded ? usable(row.extension) : undefined,
    has,
  };
}

/** Created is not enough: without its library, or its columns, every query is an error in the customer's log. */
const usable = (extension: Row['extension']): StatementsExtension | undefined =>
  extension?.columns?.includes('total_exec_time') ? { ...extension, columns: new Set(extension.columns) } : undefined;

/** A schema or function that is not there, or is another. */
const isMoved = (error: unknown): boolean =>
  /^(42...|3F000|statements_moved|names_changed)$/.test((error as { code?: string }).code ?? '');

/** Whoever calls the extension asks again, once, when it turns out to be somewhere else. */
export async function following<T>(
  connection: ServerConnection,
  instance: Instance,
  ask: (extension: StatementsExtension) => Promise<T>,
): Promise<T> {
  const before = instance.statements;
  if (!before) throw new StatementsMoved();
  try {
    return await ask(before);
  } catch (error) {
    if (!isMoved(error)) throw error;
    const now = (await readInstance(connection)).statements;
    instance.statements = now;
    if (!now) throw error;
    return ask(now);
  }
}

/** As it is stored: nothing but what was asked for, whatever a server sends. */
export function resetEpochOf(row: ResetEpoch): ResetEpoch {
  const resets = RESETTABLE.flatMap((view) => {
    const at = numberOf(row.resets?.[view]);
    return at === null ? [] : [[view, at] as const];
  });
  return {
    identity: nameOf(String(row.identity)),
    at: numberOf(row.at) ?? 0,
    startedAt: numberOf(row.startedAt) ?? 0,
    workersStartedAt: numberOf(row.workersStartedAt),
    openedAt: numberOf(row.openedAt),
    resets: Object.fromEntries(resets),
  };
}
