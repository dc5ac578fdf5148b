import type { ServerConnection } from '../connection/connect-server.ts';
import { micros } from '../connection/micros.ts';
import { WORKERS_STARTED_AT } from './instance.queries.ts';

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
  select d.oid, d.datname::text, pg_encoding_to_char(d.encoding)::text
    from pg_database d join pg_roles r on r.rolname = current_user
   where d.datallowconn and d.datconnlimit <> all ('{-2}') and not d.datistemplate and d.oid <> $1 and d.datname <> all ($2)
     and (r.rolsuper or d.datconnlimit <> 0 and r.rolconnlimit <> all ('{0,1}'))
     and has_database_privilege(d.oid, 'connect')`;

export type Other = [oid: number, name: string, encoding: string];

export const readOthers = (connection: ServerConnection, own: number): Promise<Other[]> =>
  connection.rows(OTHERS, [own, PROVIDERS_OWN]);

export type Closed = [name: string, why: 'connect' | 'limit' | 'invalid' | 'closed'];

/** Named in a report; there may be thousands. */
export const MAX_CLOSED = 50;

/** Databases that cannot be looked into, and what keeps us out; for a superuser only what keeps out everybody. */
const CLOSED = `
  select d.datname::text, case when not d.datallowconn then 'closed' when d.datconnlimit = any ('{-2}') then 'invalid'
                               when d.datconnlimit = 0 then 'limit' else 'connect' end
    from pg_database d join pg_roles r on r.rolname = current_user
   where not d.datistemplate and d.datname <> all ($1) and d.datname <> current_database()
     and (not d.datallowconn or d.datconnlimit = any ('{-2}')
          or not r.rolsuper and (d.datconnlimit = 0 or not has_database_privilege(d.oid, 'connect')))
   order by 1 limit ${MAX_CLOSED}`;

export const readClosed = (connection: ServerConnection): Promise<Closed[]> => connection.rows(CLOSED, [PROVIDERS_OWN]);

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
