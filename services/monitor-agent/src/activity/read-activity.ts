import type { Session, SessionGroup } from '@tidegate/contracts/monitor-agent/activity';
import type { z } from 'zod';
import type { Instance } from '../collection/instance.ts';
import type { ServerConnection } from '../connection/connect-server.ts';
import type { Scrubber } from '../statements/scrubber.ts';

/*
 * One look at the sessions, in one question: those that do something one by one, all of them counted. Who blocks whom
 * is asked only for sessions that wait for a lock, because the question itself takes all of PostgreSQL's lock tables.
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
  /** How many were not idle; `sessions` may hold fewer. */
  busy: number;
  sessions: Session[];
}

const MAX_SESSIONS = 200;
const MAX_GROUPS = 500;

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
  sessions: Session[] | null;
}

const seconds = (from: string) => `round(extract(epoch from clock_timestamp() - ${from})::numeric, 3)`;

const sql = (instance: Instance) => `
  with a as materialized (
    select * from pg_stat_activity where state is not null and pid <> pg_backend_pid()),
  busy as (
    select * from a where state <> 'idle' order by xact_start nulls last, pid limit ${MAX_SESSIONS}),
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
    (select count(*)::int from a where state <> 'idle') as busy,
    coalesce((select (max(extract(epoch from clock_timestamp() - xact_start)) * 1000000)::int8 from a
               where backend_type = 'client backend'), 0) as longest,
    (select json_agg(c) from counted c) as groups,
    (select json_agg(json_build_object(
       'pid', pid, 'database', datname, 'role', usename, 'application', coalesce(application_name, ''),
       'client', host(client_addr), 'backend', backend_type, 'state', state,
       'waitType', wait_event_type, 'waitEvent', wait_event,
       'blockedBy', case when wait_event_type = 'Lock' then pg_blocking_pids(pid) else '{}'::int[] end,
       'querySeconds', case when state = 'active' then ${seconds('query_start')} end,
       'stateSeconds', ${seconds('state_change')},
       'transactionSeconds', ${seconds('xact_start')},
       'queryId', ${instance.has.activityQueryId ? 'query_id::text' : 'null::text'},
       'text', left(query, 4000))) from busy) as sessions`;

export async function readActivity(
  connection: ServerConnection,
  instance: Instance,
  scrubber: Pick<Scrubber, 'scrubLive'>,
): Promise<ActivityLook> {
  const row = await connection.one<Row>(sql(instance));
  const sessions = row.sessions ?? [];
  const texts = await scrubber.scrubLive(sessions.map(({ text }) => text ?? ''));
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
    sessions: sessions.map((session, index) => tidy(session, texts[index]?.text || null)),
  };
}

/** Nothing as it was typed leaves this function; clocks that went back do not make negative times. */
function tidy(session: Session, text: string | null): Session {
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
