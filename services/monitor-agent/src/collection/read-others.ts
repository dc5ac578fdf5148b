import type { ServerConnection } from '../connection/connect-server.ts';
import { micros } from '../connection/micros.ts';
import { WORKERS_STARTED_AT } from './instance.ts';

/* What is asked about the databases beside the one that we are connected to, and of each of them when it is visited. */
export const PROVIDERS_OWN = [
  'rdsadmin',
  'cloudsqladmin',
  'alloydbadmin',
  'alloydbmetadata',
  'azure_maintenance',
  'azure_sys',
] as const;

const OTHERS = `
  select oid, datname::text from pg_database
   where datallowconn and not datistemplate and oid <> $1 and datname <> all ($2)
     and has_database_privilege(oid, 'connect')
     and (select rolsuper or rolconnlimit <> all ('{0,1}') from pg_roles where rolname = current_user)`;

export const readOthers = (connection: ServerConnection, own: number): Promise<[oid: number, name: string][]> =>
  connection.rows(OTHERS, [own, PROVIDERS_OWN]);

const HERE = `
  select (select oid from pg_database where datname = current_database()) as oid,
         ${micros('pg_postmaster_start_time()')} as started_at,
         ${WORKERS_STARTED_AT} as workers_started_at`;

export interface Here {
  oid: number;
  started_at: number;
  workers_started_at: number | null;
}

export const readHere = (connection: ServerConnection): Promise<Here> => connection.one(HERE);

export interface Use {
  connected: number;
  sessions: number | null;
  written: number;
}

/** Sessions are counted from 14 on. What neither connects nor writes, a background worker that reads, goes unnoticed. */
const useSql = (version: number) => `
  select numbackends as connected, ${version >= 140_000 ? 'sessions' : 'null::int8 as sessions'},
         tup_inserted + tup_updated + tup_deleted as written
    from pg_stat_database where datid = $1`;

export async function readUse(connection: ServerConnection, database: number): Promise<Use | undefined> {
  const [use] = await connection.objects<Use>(useSql(connection.version), [database]);
  return use;
}
