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
 * limit, what is beyond it in each of their hours or days.
 */
export async function findSums(
  tx: Tx,
  orgId: string,
  timeZone: string,
  { spans, changes = [] }: { spans: readonly AskedSpan[]; changes?: readonly UsageChange[] | undefined },
): Promise<{ sums: number[]; decimals: number[] }> {
  const rows = await tx.query<{ sum: string; decimals: number }>(
    `select coalesce(min(m.decimals), 0) as decimals,
            coalesce(sum(case when s.most is null then w.quantity else greatest(w.quantity - s.most * power(10::numeric, coalesce(m.decimals, 0))::bigint, 0) end), 0) as sum
       from unnest($2::text[], $3::timestamptz[], $4::timestamptz[], $5::bigint[], $6::text[])
              with ordinality as s(meter, start, stop, most, per, n)
            left join meters m on m.meter = s.meter
            left join lateral (
              select sum(h.quantity) as quantity
                from (select hour, quantity from usage_hours
                       where org_id = $1 and meter = s.meter and hour >= s.start and hour < s.stop
                      union all
                      select d.at, -d.quantity from credit_draws d
                       where d.org_id = $1 and d.meter = s.meter and d.at >= s.start and d.at < s.stop
                      union all
                      select c.at, c.quantity from unnest($8::timestamptz[], $9::bigint[]) as c(at, quantity)
                       where c.at >= s.start and c.at < s.stop) as h
               group by case s.per when 'day' then date_trunc('day', h.hour at time zone $7)
                                   when 'hour' then date_trunc('hour', h.hour at time zone 'UTC') end
              union all
              select gauge_used($1, s.meter, greatest(b.start, s.start), least(b.stop, s.stop))
                from (select s.start, s.stop where s.per is null
                      union all
                      select g, g + interval '1 hour'
                        from generate_series(date_trunc('hour', s.start, 'UTC'), s.stop, interval '1 hour') as g
                       where s.per = 'hour'
                      union all
                      select d at time zone $7, (d + interval '1 day') at time zone $7
                        from generate_series(date_trunc('day', s.start at time zone $7), s.stop at time zone $7,
                                             interval '1 day') as d
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
      timeZone,
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
