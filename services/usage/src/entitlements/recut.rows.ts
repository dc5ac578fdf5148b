import type { Tx } from '@tidegate/database/tx';
import type { Recut } from './meter-periods.rules.ts';

/** Since when this organisation has balances; undefined without any. */
export async function findCounted(tx: Tx, orgId: string): Promise<{ meters: string[]; since: Date } | undefined> {
  const row = await tx.one<{ meters: string[] | null; since: Date }>(
    'select array_agg(distinct meter) as meters, min(period_start) as since from usage_balances where org_id = $1',
    [orgId],
  );
  return row?.meters ? { meters: row.meters, since: row.since } : undefined;
}

const divided = (table: string, column: string): string => `${column}_sums as (
       insert into ${table} as l (org_id, meter, hour, ${column}, quantity, events)
       select $1, $2, hour, ${column}, sum(quantity), sum(events)
         from (select greatest(piece, before) as hour, ${column}, -quantity as quantity, -1 as events from moved
               union all
               select greatest(piece, after), ${column}, quantity, 1 from moved) as t
        where ${column} is not null group by 3, 4 having sum(quantity) <> 0 or sum(events) <> 0 order by 3, 4
       on conflict (org_id, meter, hour, ${column}) do update
         set quantity = l.quantity + excluded.quantity, events = l.events + excluded.events)`;

/**
 * Moves what was counted in these stretches to the months in which they lie now, from the events themselves: from balance to
 * balance, and from one piece of an hour to another.
 */
export async function moveCounted(tx: Tx, orgId: string, meter: string, recuts: readonly Recut[]): Promise<void> {
  const instants = (of: (recut: Recut) => number) => recuts.map((recut) => new Date(of(recut)).toISOString());
  const [first, last] = [recuts[0], recuts.at(-1)];
  if (!first || !last) return;
  await tx.query(
    `with recuts as (
       select * from unnest($3::timestamptz[], $4::timestamptz[], $5::timestamptz[], $6::timestamptz[])
         as r(from_at, until_at, before, after)),
     moved as materialized (
       select r.before, r.after, e.quantity, e.labels, e.origin,
              greatest(date_trunc('hour', e.at, 'UTC'),
                       case when date_trunc('day', e.at, s.time_zone) <= e.at
                            then date_trunc('day', e.at, s.time_zone) end) as piece
         from usage_events e join recuts r on e.at >= r.from_at and e.at < r.until_at
              join entitlement_snapshots s on s.org_id = e.org_id
        where e.org_id = $1 and e.meter = $2 and e.at >= $7 and e.at < $8),
     balances as (
       insert into usage_balances as b (org_id, meter, period_start, used)
       select $1, $2, period_start, sum(quantity)
         from (select before as period_start, -quantity as quantity from moved
               union all
               select after, quantity from moved) as t
        group by 3 order by 3
       on conflict (org_id, meter, period_start) do update set used = b.used + excluded.used),
     ${divided('usage_label_hours', 'labels')},
     ${divided('usage_origin_hours', 'origin')}
     insert into usage_hours as h (org_id, meter, hour, quantity, events)
     select $1, $2, hour, sum(quantity), sum(events)
       from (select greatest(piece, before) as hour, -quantity as quantity, -1 as events from moved
             union all
             select greatest(piece, after), quantity, 1 from moved) as t
      group by 3 having sum(quantity) <> 0 or sum(events) <> 0 order by 3
     on conflict (org_id, meter, hour) do update
       set quantity = h.quantity + excluded.quantity, events = h.events + excluded.events`,
    [
      orgId,
      meter,
      instants(({ from }) => from),
      instants(({ until }) => until),
      instants(({ before }) => before),
      instants(({ after }) => after),
      new Date(first.from).toISOString(),
      new Date(last.until).toISOString(),
    ],
  );
}
