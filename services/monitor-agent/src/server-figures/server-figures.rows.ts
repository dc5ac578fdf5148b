import type { Tx } from '@tidegate/database/tx';
import type { TimeRange } from '../kernel/storage/range.rules.ts';
import type { FigureStep } from './figure-steps.rules.ts';
import type { MostSessions } from './moments.rules.ts';
import type { FiguresRow, LastHour, LastSessions } from './server-figures.rules.ts';

/*
 * Figures of a server as a whole. They are added up from what the minute stored, in its transaction: the minute for as
 * long as charts of some days want minutes, and its hour for as long as the plan keeps history.
 */
export const SERVER_MINUTES = 'server_minutes';

/** Columns that an hour has the sum of. */
export const SUMMED_FIGURES = [
  'span_us',
  'statement_span_us',
  'commits',
  'rollbacks',
  'rows_read',
  'rows_written',
  'blocks_hit',
  'blocks_read',
  'temp_files',
  'temp_bytes',
  'deadlocks',
  'calls',
  'call_us',
  'wal_bytes',
  'snapshots',
  'active_sum',
];
/** And those that it has the most of. */
const MOST = [
  'active_max',
  'waiting_max',
  'idle_in_transaction_max',
  'sessions_max',
  'longest_transaction_us',
  'transaction_age',
];
/** Of some rows as one. What a column cannot hold is the most that it can. */
export const summed = (type: 'float8' | 'bigint'): string =>
  [
    ...SUMMED_FIGURES.map((name) => `least(sum(${name}), ${MOST_BIGINT})::${type} as ${name}`),
    ...MOST.map((name) => `max(${name})::${type} as ${name}`),
    `(array_agg(bytes order by taken_at desc) filter (where bytes is not null))[1]::${type} as bytes`,
  ].join(', ');
const MOST_BIGINT = '9223372036854775807';
/** All of them: sums, then the most, then the size, of which an hour has the last. */
export const FIGURES = [...SUMMED_FIGURES, ...MOST, 'bytes'];

/** What is not stored of this minute, because its query failed, covers no time. */
const OF_THE_MINUTE = `
  select coalesce(d.span_us, 0) as span_us, coalesce(s.span_us, 0) as statement_span_us,
         coalesce(d.commits, 0) as commits, coalesce(d.rollbacks, 0) as rollbacks,
         coalesce(d.rows_read, 0) as rows_read, coalesce(d.rows_written, 0) as rows_written,
         coalesce(d.blocks_hit, 0) as blocks_hit, coalesce(d.blocks_read, 0) as blocks_read,
         coalesce(d.temp_files, 0) as temp_files, coalesce(d.temp_bytes, 0) as temp_bytes,
         coalesce(d.deadlocks, 0) as deadlocks,
         coalesce(s.calls, 0) as calls, coalesce(s.call_us, 0) as call_us, coalesce(s.wal_bytes, 0) as wal_bytes,
         a.snapshots, a.active_sum, a.active_max, a.waiting_max, a.idle_in_transaction_max, a.sessions_max,
         a.longest_transaction_us, now_so.transaction_age, now_so.bytes
    from (select sum(bytes)::bigint as bytes, max(transaction_age) as transaction_age
            from databases where org_id = $1 and server_id = $2 and gone_at is null) now_so
    cross join (
      select count(*)::int as snapshots, coalesce(sum(active), 0)::bigint as active_sum, max(active) as active_max,
             max(waiting) as waiting_max, max(idle_in_transaction) as idle_in_transaction_max,
             max(total) as sessions_max, max(longest_transaction_us) as longest_transaction_us
        from activity_samples where org_id = $1 and server_id = $2 and taken_at <= $3 and taken_at > coalesce(
          (select max(taken_at) from ${SERVER_MINUTES}
            where org_id = $1 and server_id = $2 and taken_at < $3 and taken_at > $3::timestamptz - interval '1 hour'),
          $3::timestamptz - interval '1 minute')) a
    left join (
      select s.span_us, sum(u.commits)::bigint as commits, sum(u.rollbacks)::bigint as rollbacks,
             sum(u.returned)::bigint as rows_read, sum(u.inserted + u.updated + u.deleted)::bigint as rows_written,
             sum(u.hit)::bigint as blocks_hit, sum(u.read)::bigint as blocks_read,
             sum(u.temp_files)::bigint as temp_files, sum(u.temp_bytes)::bigint as temp_bytes,
             sum(u.deadlocks)::bigint as deadlocks
        from database_samples s
        left join lateral unnest(s.commits, s.rollbacks, s.rows_returned, s.rows_inserted, s.rows_updated, s.rows_deleted,
                                 s.blocks_hit, s.blocks_read, s.temp_files, s.temp_bytes, s.deadlocks)
          as u(commits, rollbacks, returned, inserted, updated, deleted, hit, read, temp_files, temp_bytes, deadlocks) on true
       where s.org_id = $1 and s.server_id = $2 and s.taken_at = $3 group by s.span_us) d on true
    left join (
      select s.span_us, sum(u.calls) filter (where t.toplevel)::bigint as calls,
             sum(u.us) filter (where t.toplevel)::bigint as call_us, sum(u.wal) filter (where t.toplevel)::bigint as wal_bytes
        from statement_samples s
        left join lateral unnest(s.ids, s.calls, s.total_us, s.wal_bytes) as u(id, calls, us, wal) on true
        left join statements t on t.org_id = $1 and t.server_id = $2 and t.statement_id = u.id
       where s.org_id = $1 and s.server_id = $2 and s.taken_at = $3 group by s.span_us) s on true`;

const STORE = `
  with minute as (
    insert into ${SERVER_MINUTES} (org_id, server_id, taken_at, ${FIGURES.join(', ')})
    select $1, $2, $3, ${FIGURES.join(', ')} from (${OF_THE_MINUTE}) m returning *)
  insert into server_hours as h (org_id, server_id, taken_at, ${FIGURES.join(', ')})
  select org_id, server_id, date_trunc('hour', taken_at, 'UTC'), ${FIGURES.join(', ')} from minute
  on conflict (org_id, server_id, taken_at) do update set
    ${SUMMED_FIGURES.map((name) => `${name} = h.${name} + excluded.${name}`).join(', ')},
    ${MOST.map((name) => `${name} = greatest(h.${name}, excluded.${name})`).join(', ')},
    bytes = coalesce(excluded.bytes, h.bytes), in_day = false`;

/** After everything else of the minute was stored, in the same transaction. */
export async function storeServerFigures(tx: Tx, serverId: string, takenAt: Date): Promise<void> {
  await tx.query(STORE, [tx.orgId, serverId, takenAt]);
}

/** By steps of so many seconds, of minutes or of hours, each added up in the database: a year is never read row by row. */
export function figuresBySteps(
  tx: Tx,
  serverId: string,
  { from, to }: TimeRange,
  { step, table }: FigureStep,
): Promise<FiguresRow[]> {
  return tx.query<FiguresRow>(
    `select (floor(extract(epoch from taken_at) / $5::float8) * $5 * 1000)::float8 as at,
            ${summed('float8')}
       from ${table} where org_id = $1 and server_id = $2 and taken_at >= $3 and taken_at < $4
      group by 1 order by 1`,
    [tx.orgId, serverId, from, to, step],
  );
}

/** The most sessions of each minute or hour of a range, and nothing else of it. */
export function mostSessions(
  tx: Tx,
  serverId: string,
  { from, to }: TimeRange,
  { step, table }: FigureStep,
): Promise<MostSessions[]> {
  return tx.query<MostSessions>(
    `select (floor(extract(epoch from taken_at) / $5::float8) * $5 * 1000)::float8 as at, waiting_max, active_max
       from ${table} where org_id = $1 and server_id = $2 and taken_at >= $3 and taken_at < $4 order by taken_at`,
    [tx.orgId, serverId, from, to, step],
  );
}

const LAST = ['span_us', 'statement_span_us', 'commits', 'calls', 'call_us'];

/** Of some servers: a row for each, because sixty would be most of the time that a list takes. */
export function lastHours(tx: Tx, serverIds: readonly string[], { from, to }: TimeRange): Promise<LastHour[]> {
  return tx.query<LastHour>(
    `select server_id, 0::float8 as at, ${summed('float8')},
            ${LAST.map((name) => `(array_agg(${name} order by taken_at desc))[1]::float8 as last_${name}`).join(', ')},
            string_agg(concat_ws(',', floor(extract(epoch from taken_at) / 60) * 60000, snapshots, active_sum, span_us), ';'
                       order by taken_at) as minutes
       from ${SERVER_MINUTES}
      where org_id = $1 and server_id = any ($2::uuid[]) and taken_at >= $3 and taken_at < $4
      group by server_id`,
    [tx.orgId, serverIds, from, to],
  );
}

/** The last snapshot of the sessions of some servers, if there was one in the range. */
export function lastSessions(
  tx: Tx,
  serverIds: readonly string[],
  { from, to }: TimeRange,
): Promise<(LastSessions & { server_id: string })[]> {
  return tx.query(
    `select u.id as server_id, a.* from unnest($2::uuid[]) as u(id),
       lateral (select taken_at, active, waiting, total, longest_transaction_us::float8 as longest_transaction_us
                  from activity_samples
                 where org_id = $1 and server_id = u.id and taken_at >= $3 and taken_at < $4
                 order by taken_at desc limit 1) a`,
    [tx.orgId, serverIds, from, to],
  );
}
