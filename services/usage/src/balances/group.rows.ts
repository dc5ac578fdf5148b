import type { Tx } from '@tidegate/database/tx';
import type { GroupRow } from './group.rules.ts';

export interface AskedGroups {
  orgId: string;
  meter: string;
  /** Where the steps begin, ascending. */
  starts: readonly string[];
  /** Where the last one ends. */
  stop: string;
  /** Places of the dimensions by which to add up, from 1. */
  by: readonly number[];
  /** Places and the values that they must have. */
  having: readonly { place: number; value: string }[];
  /** How many combinations are listed; the others are added up. */
  most: number;
  /** What is divided: by dimensions, of a meter that is weighted by time as well, or by source and key. */
  of: keyof typeof DIVIDED;
}

/** Whether labels have the values that are asked for. Those of combinations that were not counted apart are all `other`. */
export const havingLabels = (labels: string, places: string, values: string): string => `
  not exists (select from unnest(${places}::int[], ${values}::text[]) as f(place, value)
               where coalesce(${labels}[f.place], case when cardinality(${labels}) = 0 then 'other' else '' end) <> f.value)`;

const counted = (table: string, column: string): string => `
  select ${column} as labels, width_bucket(hour, $4::timestamptz[]) as n, quantity, events from ${table}
   where org_id = $1 and meter = $2 and hour >= ($4::timestamptz[])[1] and hour < $3`;
const WEIGHTED = `
  select s.labels, t.n::int as n, gauge_series_used($1, $2, s.series, t.start, t.stop) as quantity, 0 as events
    from unnest($4::timestamptz[], ($4::timestamptz[])[2:] || $3::timestamptz) with ordinality as t(start, stop, n)
         join usage_series s on s.org_id = $1 and s.meter = $2 and s.labels is not null and s.first_at < t.stop
          and (s.live_until is null or s.live_until > t.start)`;

const DIVIDED = {
  dimensions: counted('usage_label_hours', 'labels'),
  weighted: WEIGHTED,
  origins: counted('usage_origin_hours', 'origin'),
};

/** Sums by combination and step, the largest combinations apart and the rest together. */
export const findGroups = (tx: Tx, asked: AskedGroups): Promise<GroupRow[]> =>
  tx.query<GroupRow>(
    `with sums as materialized (
       select case when cardinality(l.labels) > 0 or cardinality($6::int[]) = 0
                then array(select coalesce(l.labels[p], '') from unnest($6::int[]) with ordinality as b(p, o) order by o)
              end as labels,
              l.n, sum(l.quantity) as quantity, sum(l.events) as events
         from (${DIVIDED[asked.of]}) as l
        where ${havingLabels('l.labels', '$7', '$8')}
        group by 1, 2 having sum(l.quantity) <> 0 or sum(l.events) <> 0),
     largest as (
       select labels from sums where labels is not null group by labels order by sum(quantity) desc, labels limit $5)
     select g.labels, s.n, sum(s.quantity) as quantity, sum(s.events) as events
       from sums s left join largest g on g.labels = s.labels
      group by 1, 2 order by 1, 2`,
    [
      asked.orgId,
      asked.meter,
      asked.stop,
      asked.starts,
      asked.most,
      asked.by,
      asked.having.map(({ place }) => place),
      asked.having.map(({ value }) => value),
    ],
  );

/** Whose events those of a meter are that are not counted apart, and since when. */
export const findMainSource = (
  tx: Tx,
  orgId: string,
  meter: string,
): Promise<{ source: string; since: Date | null } | undefined> =>
  tx.one('select source, since from usage_sources where org_id = $1 and meter = $2', [orgId, meter]);
