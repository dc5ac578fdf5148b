import type { AgedTable, HorizonHolder, VacuumSettings } from '@tidegate/contracts/monitor-agent/wraparound';
import type { ServerConnection } from '../kernel/connection/connect-server.ts';
import { micros } from '../kernel/connection/micros.ts';
import type { DatabaseAge } from './wraparound.rules.ts';

/*
 * All from catalogues and shared memory, without a lock on any table. pg_current_xact_id would use up an id itself; a
 * snapshot contains the next id too.
 */
export interface WraparoundSnapshot {
  nextXid: number;
  databases: DatabaseAge[];
  holders: HorizonHolder[];
  settings: VacuumSettings;
}

const MAX_DATABASES = 200;
const MAX_HOLDERS = 20;
const MAX_TABLES = 20;

const clamped = (age: string) => `greatest(${age}, 0)`;

const DATABASES = `
  select oid, datname::text, ${clamped('age(datfrozenxid)')}, ${clamped('mxid_age(datminmxid)')}, datminmxid::text::int8
    from pg_database order by greatest(age(datfrozenxid), mxid_age(datminmxid)) desc, oid limit ${MAX_DATABASES}`;

/*
 * The five that hold the horizon back. A walsender's xmin is its standby's; vacuums look at rows without holding them
 * back. With hot_standby_feedback over a slot it is the slot that holds.
 */
const HOLDERS = [
  `select 'session', pid::text, greatest(age(backend_xid), age(backend_xmin)), ${micros('xact_start')},
          datname::text, usename::text, state
     from pg_stat_activity
    where (backend_xid is not null or backend_xmin is not null) and pid <> pg_backend_pid()
      and backend_type <> all ('{walsender,autovacuum worker}')
      and not (pid = any (select pid from pg_stat_progress_vacuum))`,
  `select 'prepared_transaction', gid, age(transaction), ${micros('prepared')}, database::text, owner::text, null
     from pg_prepared_xacts`,
  `select 'slot_xmin', slot_name::text, age(xmin), null::int8, database::text, null,
          case when active then 'active' else 'inactive' end
     from pg_replication_slots where xmin is not null`,
  `select 'slot_catalog_xmin', slot_name::text, age(catalog_xmin), null::int8, database::text, null,
          case when active then 'active' else 'inactive' end
     from pg_replication_slots where catalog_xmin is not null`,
  `select 'standby', coalesce(case when application_name <> '' then application_name end, host(client_addr), pid::text), age(backend_xmin),
          ${micros('backend_start')}, null, usename::text, state
     from pg_stat_replication where backend_xmin is not null`,
]
  .map((one) => `(${one} order by 3 desc limit ${MAX_HOLDERS})`)
  .join(' union all ');

const SETTINGS = `
  select pg_snapshot_xmax(pg_current_snapshot())::text::int8 as next_xid,
         (select json_object_agg(name, setting) from pg_settings where name = any ($1)) as settings`;

const NAMES = [
  'autovacuum',
  'track_counts',
  'autovacuum_freeze_max_age',
  'autovacuum_multixact_freeze_max_age',
  'vacuum_failsafe_age',
  'vacuum_multixact_failsafe_age',
  'autovacuum_max_workers',
  'autovacuum_vacuum_cost_delay',
  'vacuum_cost_delay',
  'autovacuum_vacuum_cost_limit',
  'vacuum_cost_limit',
];

type HolderRow = [
  kind: HorizonHolder['kind'],
  name: string,
  age: number,
  sinceUs: number | null,
  database: string | null,
  role: string | null,
  state: string | null,
];

export async function readWraparound(connection: ServerConnection): Promise<WraparoundSnapshot> {
  const [databases, holders, { next_xid, settings }] = await Promise.all([
    connection.rows<[number, string, number, number, number]>(DATABASES),
    connection.rows<HolderRow>(HOLDERS),
    connection.one<{ next_xid: number; settings: Record<string, string> | null }>(SETTINGS, [NAMES]),
  ]);
  return {
    nextXid: next_xid,
    databases: databases.map(([oid, name, xidAge, multixactAge, oldestMultixact]) => ({
      oid,
      name,
      xidAge,
      multixactAge,
      oldestMultixact,
    })),
    holders: holders
      .map(([kind, name, age, sinceUs, database, role, state]) => {
        const since = sinceUs === null ? null : new Date(sinceUs / 1_000).toISOString();
        return { kind, name, age: Math.max(0, age), since, database, role, state };
      })
      .sort((a, b) => b.age - a.age),
    settings: toSettings(settings ?? {}),
  };
}

const FAILSAFE_AGE = 1_600_000_000;

/** Before 14 there is no failsafe; the age at which it would set in is as bad without. */
function toSettings(settings: Record<string, string>): VacuumSettings {
  const number = (name: string, otherwise: number) => Number(settings[name] ?? otherwise);
  /** −1: as for a VACUUM by hand. */
  const own = (name: string, general: string, otherwise: number) =>
    number(name, -1) < 0 ? number(general, otherwise) : number(name, -1);
  return {
    autovacuum: settings['autovacuum'] !== 'off' && settings['track_counts'] !== 'off',
    freezeMaxAge: number('autovacuum_freeze_max_age', 200_000_000),
    multixactFreezeMaxAge: number('autovacuum_multixact_freeze_max_age', 400_000_000),
    failsafeAge: number('vacuum_failsafe_age', FAILSAFE_AGE),
    multixactFailsafeAge: number('vacuum_multixact_failsafe_age', FAILSAFE_AGE),
    maxWorkers: number('autovacuum_max_workers', 3),
    costDelayMs: own('autovacuum_vacuum_cost_delay', 'vacuum_cost_delay', 2),
    costLimit: own('autovacuum_vacuum_cost_limit', 'vacuum_cost_limit', 200),
  };
}

/** As stored: percents are worked out when it is shown. */
export type StoredTable = Omit<AgedTable, 'database' | 'xidPercent' | 'multixactPercent'>;

/** There is no index from TOAST tables to their tables: they are looked up for all that are shown at once. */
const TABLES = `
  with oldest as materialized (
    select oid, relnamespace, relname, relpersistence, reloptions, relkind,
           ${clamped('age(relfrozenxid)')} as xid_age, ${clamped('mxid_age(relminmxid)')} as multixact_age
      from pg_class where relkind = any ('{r,m,t}') and relfrozenxid <> '0'
     order by greatest(age(relfrozenxid), mxid_age(relminmxid)) desc, oid limit ${MAX_TABLES})
  select n.nspname::text, c.relname::text, case when o.oid is not null then format('%I.%I', m.nspname, o.relname) end,
         c.relpersistence = 't', coalesce(array_to_string(c.reloptions, ',') ~* 'autovacuum_enabled=(f|n|0|of)', false),
         c.xid_age, c.multixact_age
    from oldest c join pg_namespace n on n.oid = c.relnamespace
    left join pg_class o on o.reltoastrelid = c.oid and c.relkind = 't'
    left join pg_namespace m on m.oid = o.relnamespace
   order by greatest(c.xid_age, c.multixact_age) desc, c.oid`;

/** The oldest tables of the connected database, its TOAST tables and catalogues among them. */
export async function readAgedTables(connection: ServerConnection): Promise<StoredTable[]> {
  const rows = await connection.rows<[string, string, string | null, boolean, boolean, number, number]>(TABLES);
  return rows.map(([schema, name, toastOf, temporary, autovacuumOff, xidAge, multixactAge]) => ({
    schema,
    name,
    toastOf,
    temporary,
    autovacuumOff,
    xidAge,
    multixactAge,
  }));
}
