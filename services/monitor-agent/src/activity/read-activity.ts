import type { Session, SessionGroup } from '@tidegate/contracts/monitor-agent/activity';
import type { LockWait } from '@tidegate/contracts/monitor-agent/blocking';
import type { z } from 'zod';
import type { Instance } from '../collection/instance.ts';
import type { ServerConnection } from '../connection/connect-server.ts';
import { scrubText } from '../statements/scrub-text.rules.ts';
import { inTheWay, type LockOnSame } from './lock-modes.rules.ts';

/*
 * One look at the sessions, in one question: those that do something or are in somebody's way one by one, all of them
 * counted. Who blocks whom is asked only for sessions that wait for a lock, and the list of locks is read only when
 * there are such sessions, because both take all of PostgreSQL's lock tables (monitoring.md 3.6).
 */
export interface ActivityLook {
  /** Microseconds, the server's clock. */
  at: number;
  total: number;
  active: number;
  idle: number;
  idleInTransaction: number;
  waiting: number;
  longestTransactionUs: number;
  groups: z.infer<typeof SessionGroup>[];
  /** What sessions that were not idle were at. */
  waits: WaitGroup[];
  /** How many were not idle or in the way; `sessions` may hold fewer. */
  busy: number;
  sessions: Session[];
  locks: LockWait[];
  /** By pid: when the session and its transaction began, because pids are given out again. */
  origins: ReadonlyMap<number, string>;
}

export type WaitGroup = [
  state: string,
  waitType: string | null,
  waitEvent: string | null,
  queryId: string | null,
  database: string | null,
  sessions: number,
];

const MAX_SESSIONS = 200;
const MAX_GROUPS = 500;
const MAX_WAIT_GROUPS = 200;
const MAX_LOCKS = 1_000;

interface Row {
  at: number;
  total: number;
  active: number;
  idle: number;
  idle_in_transaction: number;
  waiting: number;
  longest: number;
  busy: number;
  groups: ActivityLook['groups'] | null;
  waits: WaitGroup[] | null;
  sessions: (Session & { origin: string })[] | null;
  locks: LockRow[] | null;
}

type LockRow = Pick<LockWait, 'blocked' | 'blocker' | 'lockType' | 'relation' | 'wantedMode' | 'waitSeconds'> & {
  preparedTransaction: string | null;
  locks: LockOnSame[];
};

const seconds = (from: string) => `round(extract(epoch from clock_timestamp() - ${from})::numeric, 3)`;

const queryId = (instance: Instance) => (instance.has.activityQueryId ? 'query_id::text' : 'null::text');

const WAITING = `waiting as materialized (
    select pid, pg_blocking_pids(pid) as blockers from a where wait_event_type = 'Lock'
     order by query_start, pid limit ${MAX_SESSIONS}),
  blockers as materialized (select distinct unnest(blockers) as pid from waiting)`;

/*
 * For every pair of one that waits and one in its way: what the first wants, and all that the second has or wants on
 * the same thing. Who waits for a row waits for the transaction that changed it, and holds a lock of the row meanwhile,
 * which tells the table. Prepared transactions are nobody's process: their locks have no pid and are told as 0; each
 * holds a lock of its own transaction, which tells the name.
 */
const lockRows = (instance: Instance) => `
  with l as materialized (
    select coalesce(pid, 0) as holder, * from pg_locks
     where exists (select from waiting) and mode <> 'SIReadLock'
       and (coalesce(pid, 0) in (select pid from waiting) or coalesce(pid, 0) in (select pid from blockers))),
  pairs as (
    select w.pid as blocked, h.holder, l.locktype, l.mode as wanted,
           ${instance.version >= 140_000 ? 'l.waitstart' : 'null::timestamptz'} as since,
           coalesce(l.relation, t.relation) as relation, coalesce(l.database, t.database, 0) as database,
           json_agg(json_build_object('mode', h.mode, 'granted', h.granted)) as locks,
           min(p.gid) as gid
      from waiting w join l on l.pid = w.pid and not l.granted
      join l h on h.holder = any (w.blockers) and h.holder <> w.pid
       and (h.locktype, h.database, h.relation, h.page, h.tuple, h.virtualxid, h.transactionid, h.classid, h.objid,
            h.objsubid) is not distinct from
           (l.locktype, l.database, l.relation, l.page, l.tuple, l.virtualxid, l.transactionid, l.classid, l.objid,
            l.objsubid)
      left join lateral (select relation, database from l t where t.pid = w.pid and t.locktype = 'tuple' limit 1) t on true
      left join (select x.virtualtransaction, p.gid
                   from l x join pg_prepared_xacts p on p.transaction = x.transactionid
                  where x.holder = 0 and x.locktype = 'transactionid' and x.granted
                    and exists (select from blockers where pid = 0)) p
        on h.holder = 0 and p.virtualtransaction = h.virtualtransaction
     group by 1, 2, 3, 4, 5, 6, 7 order by 1, 2 limit ${MAX_LOCKS})
  select json_agg(json_build_object(
    'blocked', blocked, 'blocker', holder, 'lockType', locktype, 'wantedMode', wanted, 'locks', locks,
    'waitSeconds', ${seconds('since')}, 'preparedTransaction', gid,
    'relation', (select format('%I.%I', n.nspname, c.relname) from pg_class c join pg_namespace n on n.oid = c.relnamespace
                  where c.oid = pairs.relation
                    and pairs.database in (0, (select oid from pg_database where datname = current_database()))))) from pairs`;

const sql = (instance: Instance) => `
  with a as materialized (
    select * from pg_stat_activity where state is not null and pid <> pg_backend_pid()),
  ${WAITING},
  busy as (
    select a.*, w.blockers from a left join waiting w using (pid)
     where state <> 'idle' or pid in (select pid from blockers)
     order by pid in (select pid from blockers) desc, w.pid is not null desc, xact_start nulls last, pid
     limit ${MAX_SESSIONS}),
  waits as (
    select state, wait_event_type as type, wait_event as event, ${queryId(instance)} as query, datname,
           count(*)::int as sessions
      from a where state <> 'idle' and wait_event_type is distinct from 'Activity'
     group by 1, 2, 3, 4, 5 order by 6 desc limit ${MAX_WAIT_GROUPS}),
  counted as (
    select state, coalesce(usename::text, '') as role, coalesce(application_name, '') as application,
           count(*)::int as sessions
      from a group by 1, 2, 3 order by 4 desc, 1, 2, 3 limit ${MAX_GROUPS})
  select (extract(epoch from clock_timestamp()) * 1000000)::int8 as at,
    (select count(*)::int from a) as total,
    (select count(*)::int from a where state = 'active') as active,
    (select count(*)::int from a where state = 'idle') as idle,
    (select count(*)::int from a where state like 'idle in transaction%') as idle_in_transaction,
    (select count(*)::int from a where wait_event_type = 'Lock') as waiting,
    (select count(*)::int from a where state <> 'idle' or pid in (select pid from blockers)) as busy,
    coalesce((select (max(extract(epoch from clock_timestamp() - xact_start)) * 1000000)::int8 from a
               where backend_type = 'client backend'), 0) as longest,
    (select json_agg(c) from counted c) as groups,
    (select json_agg(json_build_array(state, type, event, query, datname, sessions)) from waits) as waits,
    (${lockRows(instance)}) as locks,
    (select json_agg(json_build_object(
       'pid', pid, 'database', datname, 'role', usename, 'application', coalesce(application_name, ''),
       'client', host(client_addr), 'backend', backend_type, 'state', state,
       'waitType', wait_event_type, 'waitEvent', wait_event,
       'blockedBy', coalesce(blockers, '{}'::int[]),
       'origin', concat_ws(' ', (extract(epoch from backend_start) * 1000000)::int8,
                           (extract(epoch from xact_start) * 1000000)::int8),
       'querySeconds', case when state = 'active' then ${seconds('query_start')} end,
       'stateSeconds', ${seconds('state_change')},
       'transactionSeconds', ${seconds('xact_start')},
       'queryId', ${queryId(instance)},
       'text', left(query, 4000))) from busy) as sessions`;

export async function readActivity(connection: ServerConnection, instance: Instance): Promise<ActivityLook> {
  const row = await connection.one<Row>(sql(instance));
  return {
    at: row.at,
    total: row.total,
    active: row.active,
    idle: row.idle,
    idleInTransaction: row.idle_in_transaction,
    waiting: row.waiting,
    longestTransactionUs: Math.max(0, row.longest),
    busy: row.busy,
    groups: row.groups ?? [],
    waits: row.waits ?? [],
    sessions: (row.sessions ?? []).map(tidy),
    locks: (row.locks ?? []).flatMap(toLockWait),
    origins: new Map((row.sessions ?? []).map(({ pid, origin }) => [pid, origin])),
  };
}

function toLockWait({ locks, waitSeconds, ...pair }: LockRow): LockWait[] {
  const lock = inTheWay(pair.wantedMode, locks);
  if (!lock) return [];
  const wait = waitSeconds === null ? null : Math.max(0, waitSeconds);
  return [{ ...pair, blockerMode: lock.mode, held: lock.granted, waitSeconds: wait }];
}

/** Nothing as it was typed leaves this function; clocks that went back do not make negative times. */
function tidy({ origin: _, ...session }: Session & { origin: string }): Session {
  const positive = (value: number | null) => (value === null ? null : Math.max(0, value));
  return {
    ...session,
    // A blocker that is not a session (a prepared transaction) is told as 0, several times over.
    blockedBy: [...new Set(session.blockedBy)],
    querySeconds: positive(session.querySeconds),
    stateSeconds: positive(session.stateSeconds),
    transactionSeconds: positive(session.transactionSeconds),
    text: session.text ? scrubText(session.text).text : null,
  };
}
