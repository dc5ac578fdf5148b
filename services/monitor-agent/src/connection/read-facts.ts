import type { ServerConnection } from './connect-server.ts';
import type { ServerFacts } from './server-report.rules.ts';

interface Row {
  version_text: string;
  superuser: boolean;
  reads_all_stats: boolean;
  reads_all_data: boolean;
  connection_limit: number;
  connections_left: number;
  settings: Record<string, string> | null;
  available: string | null;
  created: string | null;
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
    r.rolconnlimit as connection_limit,
    current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int
      - (select coalesce(sum(numbackends), 0)::int from pg_stat_database) as connections_left,
    (select json_object_agg(name, setting) from pg_settings where name = any ($1)) as settings,
    (select default_version from pg_available_extensions where name = 'pg_stat_statements') as available,
    (select extversion from pg_extension where extname = 'pg_stat_statements') as created
  from pg_roles r where r.rolname = current_user`;

export async function readFacts(connection: ServerConnection): Promise<ServerFacts> {
  const row = await connection.one<Row>(sql(connection.version), [SETTINGS]);
  const settings = row.settings ?? {};
  return {
    version: connection.version,
    versionText: row.version_text.split(' ')[0] ?? row.version_text,
    superuser: row.superuser,
    readsAllStats: row.reads_all_stats,
    readsAllData: row.reads_all_data,
    connectionLimit: row.superuser ? -1 : row.connection_limit,
    connectionsLeft: Math.max(0, row.connections_left),
    preloadLibraries: settings['shared_preload_libraries'] ?? null,
    statementsLoaded: 'pg_stat_statements.max' in settings,
    statementsAvailable: row.available,
    statementsVersion: row.created,
    statementsTrack: settings['pg_stat_statements.track'] ?? null,
    trackCounts: settings['track_counts'] !== 'off',
    trackActivities: settings['track_activities'] !== 'off',
    trackIoTiming: settings['track_io_timing'] === 'on',
  };
}
