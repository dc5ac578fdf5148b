import type { Covered, UsageChange } from '@tidegate/contracts/usage/sums';
import type { Tx } from '@tidegate/database/tx';

export interface AskedSpan {
  meter: string;
  from: string;
  to: string;
  beyond?: { limit: number; per: 'hour' | 'day' } | undefined;
}

/**
 * What was used in each span without what was drawn, in their order and in steps of their meters; of those with a
 * limit, what is beyond it in each of their hours or days; days are those of the zones that the organisation had then.
 */
export async function findSums(
  tx: Tx,
  orgId: string,
  { spans, changes = [] }: { spans: readonly AskedSpan[]; changes?: readonly UsageChange[] | undefined },
): Promise<{ sums: number[]; decimals: number[] }> {
  const rows = await tx.query<{ sum: string; decimals: number }>(
    `with z as (
       select coalesce(a.zones, '[]') as zones, coalesce(a.time_zone, 'UTC') as zone,
              coalesce(a.zone_day, '-infinity') as day, coalesce(a.zone_until, '-infinity') as until
         from (select 1) as one left join entitlement_snapshots a on a.org_id = $1)
     select coalesce(min(m.decimals), 0) as decimals,
            coalesce(sum(case when s.most is null then w.quantity else greatest(w.quantity - s.most * power(10::numeric, coalesce(m.decimals, 0))::bigint, 0) end), 0) as sum
       from unnest($2::text[], $3::timestamptz[], $4::timestamptz[], $5::bigint[], $6::text[])
              with ordinality as s(meter, start, stop, most, per, n)
            cross join z
            left join meters m on m.meter = s.meter
            left join lateral (
              select sum(h.quantity) as quantity
                from (select hour, quantity from usage_hours
                       where org_id = $1 and meter = s.meter and hour >= s.start and hour < s.stop
                      union all
                      select d.at, -d.quantity from credit_draws d
                       where d.org_id = $1 and d.meter = s.meter and d.at >= s.start and d.at < s.stop
                      union all
                      select c.at, c.quantity from unnest($7::timestamptz[], $8::bigint[]) as c(at, quantity)
                       where c.at >= s.start and c.at < s.stop) as h
                     left join lateral day_then(z.zones, z.zone, z.day, z.until, h.hour) as d on s.per = 'day'
               group by case s.per when 'day' then d.start when 'hour' then date_trunc('hour', h.hour, 'UTC') end
              union all
              select gauge_used($1, s.meter, greatest(b.start, s.start), least(b.stop, s.stop))
                from (select s.start, s.stop where s.per is null
                      union all
                      select g, g + interval '1 hour'
                        from generate_series(date_trunc('hour', s.start, 'UTC'), s.stop, interval '1 hour') as g
                       where s.per = 'hour'
                      union all
                      select distinct d.start, d.stop
                        from generate_series(s.start, s.stop - interval '1 millisecond', interval '1 hour') as g,
                             lateral day_then(z.zones, z.zone, z.day, z.until, g) as d
                       where s.per = 'day') as b
               where m.aggregate = 'time_weighted' and b.start < s.stop) as w on true
      group by s.n order by s.n`,
    [
      orgId,
      spans.map(({ meter }) => meter),
      spans.map(({ from }) => from),
      spans.map(({ to }) => to),
      spans.map(({ beyond }) => beyond?.limit ?? null),
      spans.map(({ beyond }) => beyond?.per ?? null),
      changes.map(({ at }) => at),
      changes.map(({ quantity }) => quantity),
    ],
  );
  return { sums: rows.map(({ sum }) => Number(sum)), decimals: rows.map(({ decimals }) => decimals) };
}

/** Everything that was used in each span, and what was drawn for it, in steps of their meters. */
export async function findCovered(tx: Tx, orgId: string, spans: readonly AskedSpan[]): Promise<Covered[]> {
  const rows = await tx.query<Record<keyof Covered, string>>(
    `select case when m.aggregate = 'time_weighted' then gauge_used($1, s.meter, s.start, s.stop)
                 else (select coalesce(sum(quantity), 0) from usage_hours
                        where org_id = $1 and meter = s.meter and hour >= s.start and hour < s.stop) end as used,
            d.rollover, d.credits
       from unnest($2::text[], $3::timestamptz[], $4::timestamptz[]) with ordinality as s(meter, start, stop, n)
            left join meters m on m.meter = s.meter,
            lateral (select coalesce(sum(d.quantity) filter (where g.rollover), 0) as rollover,
                            coalesce(sum(d.quantity) filter (where not g.rollover), 0) as credits
                       from credit_draws d join credit_grants g on g.org_id = d.org_id and g.id = d.grant_id
                      where d.org_id = $1 and d.meter = s.meter and d.at >= s.start and d.at < s.stop) as d
      order by s.n`,
    [orgId, spans.map(({ meter }) => meter), spans.map(({ from }) => from), spans.map(({ to }) => to)],
  );
  return rows.map(({ used, rollover, credits }) => ({
    used: Number(used),
    rollover: Number(rollover),
    credits: Number(credits),
  }));
}
