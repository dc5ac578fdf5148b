import { nameOf } from '../../kernel/connection/bounded-answers.rules.ts';
import type { ServerConnection } from '../../kernel/connection/connect-server.ts';
import { micros } from '../../kernel/connection/micros.ts';
import { readClosed } from '../../kernel/instance/other-databases.queries.ts';
import type { ServerFacts } from './server-report.rules.ts';

interface Row {
  version_text: string;
  superuser: boolean;
  reads_all_stats: boolean;
  belongs_to_stats: boolean;
  reads_all_data: boolean;
  valid_until: number | null;
  connection_limit: number;
  connections_left: number;
  settings: Record<string, string> | null;
  available: string | null;
  created: string | null;
  schema: string | null;
  may_use_schema: boolean | null;
  may_call: boolean | null;
  query_ids_off: boolean | null;
}

const SETTINGS = [
  'shared_preload_libraries',
  'pg_stat_statements.max',
  'pg_stat_statements.track',
  'track_counts',
  'track_activities',
  'track_io_timing',
];

/** The view leaves out settings that the role may not see; current_setting would fail on them. */
const sql = (version: number) => `
  select current_setting('server_version') as version_text, r.rolsuper as superuser,
    pg_has_role('pg_read_all_stats', 'usage') as reads_all_stats,
    ${version >= 140_000 ? "pg_has_role('pg_read_all_data', 'usage')" : 'r.rolsuper'} as reads_all_data,
    pg_has_role('pg_read_all_stats', 'member') as belongs_to_stats,
    r.rolconnlimit as connection_limit,
    case when isfinite(r.rolvaliduntil) then ${micros('r.rolvaliduntil')} end as valid_until,
    current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int
      - (select coalesce(sum(numbackends), 0)::int from pg_stat_database) as connections_left,
    (select json_object_agg(name, setting) from pg_settings where name = any ($1)) as settings,
    (select default_version from pg_available_extensions where name = 'pg_stat_statements') as available,
    (select setting = 'off' and source <> all ('{database,user,"database user"}')
       from pg_settings where name = 'compute_query_id') as query_ids_off,
    e.extversion as created, quote_ident(n.nspname) as schema, has_schema_privilege(n.oid, 'usage') as may_use_schema,
    (select bool_and(has_function_privilege(p.oid, 'execute')) from pg_depend d join pg_proc p on p.oid = d.objid
      where d.refobjid = e.oid and d.refclassid = 'pg_catalog.pg_extension'::regclass
        and d.classid = 'pg_catalog.pg_proc'::regclass and p.proname = 'pg_stat_statements')
      as may_call
  from pg_roles r left join pg_extension e on e.extname = 'pg_stat_statements'
    left join pg_namespace n on n.oid = e.extnamespace
 where r.rolname = current_user`;

export async function readFacts(connection: ServerConnection): Promise<ServerFacts> {
  const [row, closed] = await Promise.all([
    connection.one<Row>(sql(connection.version), [SETTINGS]),
    readClosed(connection),
  ]);
  const settings = row.settings ?? {};
  return {
    version: connection.version,
    versionText: row.version_text.split(' ')[0] ?? row.version_text,
    superuser: row.superuser,
    readsAllStats: row.reads_all_stats,
    belongsToStats: row.belongs_to_stats,
    validUntil: row.valid_until === null ? null : new Date(row.valid_until / 1_000),
    readsAllData: row.reads_all_data,
    connectionLimit: row.superuser ? -1 : row.connection_limit,
    connectionsLeft: Math.max(0, row.connections_left),
    preloadLibraries: settings['shared_preload_libraries'] ?? null,
    statementsLoaded: 'pg_stat_statements.max' in settings,
    statementsAvailable: row.available,
    statementsVersion: row.created,
    statementsSchema: row.schema,
    mayUseSchema: row.may_use_schema !== false,
    mayCallStatements: row.may_call !== false,
    queryIdsOff: row.query_ids_off === true,
    closedDatabases: closed.map(([name, why]) => ({ name: nameOf(name), why })),
    statementsTrack: settings['pg_stat_statements.track'] ?? null,
    trackCounts: settings['track_counts'] !== 'off',
    trackActivities: settings['track_activities'] !== 'off',
    trackIoTiming: settings['track_io_timing'] === 'on',
  };
}
