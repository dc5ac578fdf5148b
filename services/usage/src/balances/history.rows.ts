import type { Tx } from '@tidegate/database/tx';
import { WEEK_HOURS } from './estimate.rules.ts';

export interface Bucket {
  start: Date;
  /** Where the last one of the answer ends. */
  high: Date;
  quantity: string;
  /** null: not stored by month. */
  events: string | null;
}

/** Whole steps in that time zone, truncated only where a period begins or ends. */
export interface BucketRange {
  orgId: string;
  meter: string;
  granularity: 'hour' | 'day';
  timeZone: string;
  /** Without it: `steps` steps up to `to`. */
  from: string | undefined;
  to: string;
  steps: number;
  /** The edge is where a period begins, so that its step is truncated there. */
  cutFrom: boolean;
  cutTo: boolean;
}

/** Every step of the range with its usage, including empty ones. */
export function findBuckets(tx: Tx, asked: BucketRange): Promise<Bucket[]> {
  return tx.query<Bucket>(
    `with edges as (
       select $4::timestamptz as first, $5::timestamptz as last, ('1 ' || $3)::interval as step),
     whole as (
       select *, date_trunc($3, (last - interval '1 microsecond') at time zone $6) as newest from edges),
     steps as (
       select s at time zone $6 as start, (s + step) at time zone $6 as stop, first, last
         from whole, generate_series(coalesce(date_trunc($3, first at time zone $6), newest - ($7 - 1) * step),
                                     newest, step) as s),
     range as (
       select array_agg(case when $8 then greatest(start, first) else start end order by start) as starts,
              min(case when $8 then greatest(start, first) else start end) as low,
              max(case when $9 then least(stop, last) else stop end) as high
         from steps),
     -- One index scan, whose rows are then assigned to their steps: joining step by step takes seconds.
     sums as (
       select width_bucket(h.hour, r.starts) as n, sum(h.quantity) as quantity, sum(h.events) as events
         from range r join usage_hours h
           on h.org_id = $1 and h.meter = $2 and h.hour >= r.low and h.hour < r.high
        group by 1)
     select t.start, r.high, coalesce(s.quantity, 0) as quantity, coalesce(s.events, 0) as events
       from range r, unnest(r.starts) with ordinality as t(start, n) left join sums s on s.n = t.n
      order by 1`,
    [
      asked.orgId,
      asked.meter,
      asked.granularity,
      asked.from ?? null,
      asked.to,
      asked.timeZone,
      asked.steps,
      asked.cutFrom,
      asked.cutTo,
    ],
  );
}

/** What a meter that is weighted by time has used in each of these steps, which follow each other. */
export async function findGaugeSteps(
  tx: Tx,
  { orgId, meter }: { orgId: string; meter: string },
  { starts, stop }: { starts: readonly string[]; stop: string },
): Promise<string[]> {
  const rows = await tx.query<{ quantity: string }>(
    `select gauge_used($1, $2, t.start, t.stop) as quantity
       from unnest($3::timestamptz[], $4::timestamptz[]) with ordinality as t(start, stop, n) order by n`,
    [orgId, meter, starts, [...starts.slice(1), stop]],
  );
  return rows.map(({ quantity }) => quantity);
}

/** The balances of the months that begin at these instants, including empty ones. */
export const findMonths = (
  tx: Tx,
  { orgId, meter, high }: { orgId: string; meter: string; high: string },
  starts: readonly string[],
): Promise<Bucket[]> =>
  tx.query<Bucket>(
    `select s.start, $4::timestamptz as high, coalesce(b.used, 0) as quantity, null as events
       from unnest($3::timestamptz[]) as s(start)
            left join usage_balances b on b.org_id = $1 and b.meter = $2 and b.period_start = s.start
      order by 1`,
    [orgId, meter, starts, high],
  );

/**
 * Use by the hour of the last whole 168 hours, oldest first, of every meter that was used before them: a younger one has no
 * week to look back at.
 */
export async function findWeeks(tx: Tx, orgId: string, now: string): Promise<Map<string, number[]>> {
  const rows = await tx.query<{ meter: string; n: number | null; quantity: string | null }>(
    `with week as (
       select date_trunc('hour', $2::timestamptz, 'UTC') as stop,
              date_trunc('hour', $2::timestamptz, 'UTC') - $3::int * interval '1 hour' as start),
     old as (
       select m.meter from meters m, week w
        where exists (select from usage_hours h where h.org_id = $1 and h.meter = m.meter and h.hour < w.start))
     select o.meter, h.n, h.quantity
       from old o left join lateral (
              select (extract(epoch from u.hour - w.start)::int / 3600) as n, sum(u.quantity) as quantity
                from week w join usage_hours u
                  on u.org_id = $1 and u.meter = o.meter and u.hour >= w.start and u.hour < w.stop
               group by 1) as h on true`,
    [orgId, now, WEEK_HOURS],
  );
  const weeks = new Map<string, number[]>();
  for (const { meter, n, quantity } of rows) {
    const week = weeks.get(meter) ?? new Array<number>(WEEK_HOURS).fill(0);
    if (n !== null) week[n] = Number(quantity);
    weeks.set(meter, week);
  }
  return weeks;
}
