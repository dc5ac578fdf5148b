import type { Tx } from '@tidegate/database/tx';
import type { TimeRange } from '../kernel/storage/range.rules.ts';
import type { FigureStep } from './figure-steps.rules.ts';
import { FIGURES, figuresBySteps, summed } from './server-figures.rows.ts';
import type { FiguresRow } from './server-figures.rules.ts';

/** Days that are added up in one transaction. */
const AT_A_TIME = 31;

/** Servers with hours of days that ended before `before` and have yet to be added up. */
export async function serversWithDueDays(tx: Tx, before: Date): Promise<string[]> {
  const rows = await tx.query<{ server_id: string }>(
    'select distinct server_id from server_hours where org_id = $1 and not in_day and taken_at < $2',
    [tx.orgId, before],
  );
  return rows.map((row) => row.server_id);
}

/*
 * A day is counted anew from all of its hours, so to do it twice changes nothing. Marking the hours locks them: what is
 * added to one meanwhile waits, and takes the mark back.
 */
const ROLL_UP = `
  with due as materialized (
    select day, day + interval '24 hours' as stop from (
      select distinct date_trunc('day', taken_at, 'UTC') as day from server_hours
       where org_id = $1 and server_id = $2 and not in_day and taken_at < $3 order by 1 limit ${AT_A_TIME}) d),
  hours as (
    update server_hours h set in_day = true from due
     where h.org_id = $1 and h.server_id = $2 and h.taken_at >= due.day and h.taken_at < due.stop
    returning due.day, h.*),
  days as (
    insert into server_days (org_id, server_id, taken_at, ${FIGURES.join(', ')})
    select $1, $2, day, ${FIGURES.join(', ')} from (select day, ${summed('bigint')} from hours group by day) s
    on conflict (org_id, server_id, taken_at) do update set ${FIGURES.map((name) => `${name} = excluded.${name}`).join(', ')}
    returning 1)
  select count(*)::int as days from days`;

/** Adds up days that ended before `before`, the oldest first; false when there were none. */
export async function rollUpDays(tx: Tx, serverId: string, before: Date): Promise<boolean> {
  const row = await tx.one<{ days: number }>(ROLL_UP, [tx.orgId, serverId, before]);
  return (row?.days ?? 0) > 0;
}

/*
 * Whole days of the range whose hours are all in them, and the hours of the other days, as far as they are in the range. An
 * hour that came late, or grew, is not in its day yet: the whole day is read from its hours then.
 *
 * Hours are looked for day by day by their index, whatever the planner thinks (`offset 0`): where it knows nothing of these tables yet, it
 * read all hours of the server for each day. Below row-level security only functions that are leakproof may choose what an
 * index reads, and the sum of an instant and an interval is none, so bounds are computed before they are compared.
 */
const DAYS_AND_HOURS = `
  with late as materialized (
    select distinct date_trunc('day', taken_at, 'UTC') as day from server_hours
     where org_id = $1 and server_id = $2 and not in_day and taken_at >= $3 and taken_at < $4),
  days as materialized (
    select * from server_days
     where org_id = $1 and server_id = $2 and taken_at >= $3 and taken_at <= $4::timestamptz - interval '24 hours'
       and taken_at not in (select day from late)),
  others as materialized (
    select greatest(day, $3::timestamptz) as start, least(day + interval '24 hours', $4::timestamptz) as stop
      from generate_series(date_trunc('day', $3::timestamptz, 'UTC'), $4, interval '24 hours') day
     where day not in (select taken_at from days))
  select taken_at, ${FIGURES.join(', ')} from days
   union all
  select h.taken_at, ${FIGURES.map((name) => `h.${name}`).join(', ')} from others, lateral (
    select * from server_hours where org_id = $1 and server_id = $2
       and taken_at >= others.start and taken_at < others.stop offset 0) h`;

/** By steps of so many seconds, from where the coarsest sums are that these steps are made of. */
export function figuresOf(tx: Tx, serverId: string, range: TimeRange, how: FigureStep): Promise<FiguresRow[]> {
  if (how.table !== 'server_days') return figuresBySteps(tx, serverId, range, how);
  return tx.query<FiguresRow>(
    `select (floor(extract(epoch from taken_at) / $5::float8) * $5 * 1000)::float8 as at, ${summed('float8')}
       from (${DAYS_AND_HOURS}) f group by 1 order by 1`,
    [tx.orgId, serverId, range.from, range.to, how.step],
  );
}
