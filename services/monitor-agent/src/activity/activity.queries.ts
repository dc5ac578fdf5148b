import type { Session, SessionGroup } from '@tidegate/contracts/monitor-agent/activity';
import type { LockWait } from '@tidegate/contracts/monitor-agent/blocking';
import type { z } from 'zod';
import { mustBeFew, shortened } from '../kernel/connection/bounded-answers.rules.ts';
import type { ServerConnection } from '../kernel/connection/connect-server.ts';
import { micros } from '../kernel/connection/micros.ts';
import { decoderFor, unescaped } from '../kernel/connection/readable-bytes.rules.ts';
import type { Instance } from '../kernel/instance/instance.queries.ts';
import type { Scrubber } from '../kernel/scrubbing/scrubber.ts';
import { readLockWaits } from './lock-waits.queries.ts';

/*
 * The sessions in one query: those that are active or block others one by one, all of them counted. Who blocks whom is
 * asked only for sessions that wait for a lock, and the list of locks is read only when there are such sessions, in a
 * query of its own: both take all of PostgreSQL's lock tables (monitoring.md 3.6).
 */
export interface ActivitySnapshot {
  /** Microseconds, the server's clock. */
  at: number;
  /** Of clients; what else has a state (walsenders, autovacuum, other workers) is no load that anybody brought. */
  total: number;
  active: number;
  idle: number;
  idleInTransaction: number;
  waiting: number;
  others: number;
  longestTransactionUs: number;
  groups: z.infer<typeof SessionGroup>[];
  /** What sessions that were not idle did. */
  waits: WaitGroup[];
  /** How many were not idle or in the way; `sessions` may hold fewer. */
  busy: number;
  sessions: Session[];
  locks: LockWait[];
  /** By pid: when the session and its transaction started, because pids are reused. */
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

/**
 * Texts of other databases are in other encodings, which no text function accepts: they are cut as bytes.
 */
const MAX_TEXT_BYTES = 3_000;
const MAX_SESSIONS = 200;
const MAX_GROUPS = 500;
const MAX_WAIT_GROUPS = 200;

interface Row {
  at: number;
  /** Of clients; what else has a state (walsenders, autovacuum, other workers) is no load that anybody brought. */
  total: number;
  active: number;
  idle: number;
  idle_in_transaction: number;
  waiting: number;
  others: number;
  longest: number;
  busy: number;
  groups: ActivitySnapshot['groups'] | null;
  waits: WaitGroup[] | null;
  sessions: (Session & { origin: string })[] | null;
}

/** Whose waits are somebody's: parallel workers work for a client. */
const WORKING = `'{client backend,parallel worker}'`;

const seconds = (from: string) => `round(extract(epoch from clock_timestamp() - ${from})::numeric, 3)`;

const queryId = (instance: Instance) => (instance.has.activityQueryId ? 'query_id::text' : 'null::text');

const WAITING = `waiting as materialized (
    select pid, pg_blocking_pids(pid) as blockers from a where wait_event_type = 'Lock'
     order by query_start, pid limit ${MAX_SESSIONS}),
  blockers as materialized (
    select array(select pids.pid from waiting cross join lateral unnest(blockers) as pids(pid)) as pids)`;

const IS_BLOCKER = (pid: string) => `${pid} = any ((select pids from blockers)::int4[])`;

const CLIENT = `backend_type = 'client backend'`;
const clients = (which: string) => `(count(*) filter (where ${CLIENT} and ${which}))::int`;

/** At once: what a query is set up for costs a server that has few sessions more than going through them. */
const TOTALS = `
  select ${clients('true')} as total,
    ${clients("state = 'active'")} as active,
    ${clients("state = 'idle'")} as idle,
    ${clients("starts_with(state, 'idle in transaction')")} as idle_in_transaction,
    ${clients("wait_event_type = 'Lock'")} as waiting,
    (count(*) filter (where backend_type <> 'client backend'))::int as others,
    (count(*) filter (where state <> 'idle' or ${IS_BLOCKER('pid')}))::int as busy,
    coalesce(${micros(`clock_timestamp() - min(xact_start) filter (where ${CLIENT})`)}, 0) as longest
   from a`;

const sql = (instance: Instance) => `
  with a as materialized (
    select * from pg_stat_activity where state is not null and pid <> pg_backend_pid()),
  ${WAITING},
  busy as (
    select a.*, w.blockers from a left join waiting w on w.pid = a.pid
     where state <> 'idle' or ${IS_BLOCKER('a.pid')}
     order by ${IS_BLOCKER('a.pid')} desc, w.pid is not null desc, xact_start nulls last, a.pid
     limit ${MAX_SESSIONS}),
  waits as (
    select state, wait_event_type as type, wait_event as event, ${queryId(instance)} as query, datname,
           count(*)::int as sessions
      from a where state <> 'idle' and (wait_event_type is null or wait_event_type <> 'Activity')
       and backend_type = any (${WORKING})
     group by 1, 2, 3, 4, 5 order by 6 desc limit ${MAX_WAIT_GROUPS}),
  counted as (
    select state, coalesce(usename::text, '') as role, coalesce(application_name, '') as application,
           backend_type as backend, count(*)::int as sessions
      from a group by 1, 2, 3, 4 order by 5 desc, 1, 2, 3, 4 limit ${MAX_GROUPS})
  select ${micros('clock_timestamp()')} as at, totals.*,
    (select json_agg(c) from counted c) as groups,
    (select json_agg(json_build_array(state, type, event, query, datname, sessions)) from waits) as waits,
    (select json_agg(json_build_object(
       'pid', pid, 'database', datname, 'role', usename, 'application', coalesce(application_name, ''),
       'client', host(client_addr), 'backend', backend_type, 'state', state,
       'waitType', wait_event_type, 'waitEvent', wait_event,
       'blockedBy', coalesce(blockers, '{}'::int[]),
       'origin', concat_ws(' ', ${micros('backend_start')},
                           ${micros('xact_start')}),
       'querySeconds', case when state = 'active' then ${seconds('query_start')} end,
       'stateSeconds', ${seconds('state_change')},
       'transactionSeconds', ${seconds('xact_start')},
       'queryId', ${queryId(instance)},
       'text', encode(substr(textsend(query), 1, ${MAX_TEXT_BYTES}), 'escape'))) from busy) as sessions
    from (${TOTALS}) as totals`;

export async function readActivity(
  connection: ServerConnection,
  instance: Instance,
  scrubber: Pick<Scrubber, 'scrubLive'>,
): Promise<ActivitySnapshot> {
  const row = await connection.one<Row>(sql(instance));
  const rows = (row.sessions ?? []).map(shortened);
  const [groups, waits] = [(row.groups ?? []).map(shortened), (row.waits ?? []).map(shortened)];
  mustBeFew(rows, MAX_SESSIONS);
  mustBeFew(groups, MAX_GROUPS);
  mustBeFew(waits, MAX_WAIT_GROUPS);
  const decoder = decoderFor(connection.encoding);
  const texts = await scrubber.scrubLive(rows.map(({ text }) => unescaped(text ?? '', decoder)));
  const sessions = rows.map((session, index) => tidy(session, texts[index]?.text || null));
  return {
    at: row.at,
    total: row.total,
    active: row.active,
    idle: row.idle,
    idleInTransaction: row.idle_in_transaction,
    waiting: row.waiting,
    others: row.others,
    longestTransactionUs: Math.max(0, row.longest),
    busy: row.busy,
    groups,
    waits,
    sessions,
    locks: await readLockWaits(connection, sessions),
    origins: new Map(rows.map(({ pid, origin }) => [pid, origin])),
  };
}

/** No text leaves this function as it was typed; clocks that went back do not make negative times. */
function tidy({ origin: _, ...session }: Session & { origin: string }, text: string | null): Session {
  const positive = (value: number | null) => (value === null ? null : Math.max(0, value));
  return {
    ...session,
    // A blocker that is not a session (a prepared transaction) is told as 0, several times over.
    blockedBy: [...new Set(session.blockedBy)],
    querySeconds: positive(session.querySeconds),
    stateSeconds: positive(session.stateSeconds),
    transactionSeconds: positive(session.transactionSeconds),
    text,
  };
}
