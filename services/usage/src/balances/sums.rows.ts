import type { Tx } from '@tidegate/database/tx';

export interface AskedSpan {
  meter: string;
  from: string;
  to: string;
  beyond?: { limit: number; per: 'hour' | 'day' } | undefined;
}

/**
 * What was used in each span without what prepaid units paid for, in their order; of those with a limit, what is beyond it in
 * each of their hours or days.
 */
export async function findSums(
  tx: Tx,
  orgId: string,
  timeZone: string,
  spans: readonly AskedSpan[],
): Promise<number[]> {
  const rows = await tx.query<{ sum: string }>(
    `select coalesce(sum(case when s.most is null then w.quantity else greatest(w.quantity - s.most, 0) end), 0) as sum
       from unnest($2::text[], $3::timestamptz[], $4::timestamptz[], $5::bigint[], $6::text[])
              with ordinality as s(meter, start, stop, most, per, n)
            left join lateral (
              select sum(u.quantity) as quantity
                from (select h.hour as at, h.quantity from usage_hours h
                       where h.org_id = $1 and h.meter = s.meter and h.hour >= s.start and h.hour < s.stop
                      union all
                      select d.at, -d.quantity from credit_draws d
                       where d.org_id = $1 and d.meter = s.meter and d.at >= s.start and d.at < s.stop) as u
               group by case s.per when 'day' then date_trunc('day', u.at at time zone $7)
                                   when 'hour' then date_trunc('hour', u.at at time zone 'UTC') end) as w on true
      group by s.n order by s.n`,
    [
      orgId,
      spans.map(({ meter }) => meter),
      spans.map(({ from }) => from),
      spans.map(({ to }) => to),
      spans.map(({ beyond }) => beyond?.limit ?? null),
      spans.map(({ beyond }) => beyond?.per ?? null),
      timeZone,
    ],
  );
  return rows.map(({ sum }) => Number(sum));
}
