import { cursorTime } from '@tidegate/database/paging';
import type { Tx } from '@tidegate/database/tx';
import { havingLabels } from '../balances/group.rows.ts';

export interface GaugeEventRow {
  id: string;
  source: string;
  at: Date;
  received_at: Date;
  place: string;
  series: string;
  labels: string[] | null;
  value: string;
  until_at: Date | null;
  /** Steps × hours that it adds to the time that was asked for. */
  quantity: string;
}

interface Asked {
  orgId: string;
  meter: string;
  from: string;
  to: string;
  after: readonly [time: string, source: string, id: string] | undefined;
  having: readonly { place: number; value: string }[];
}

const SAME = 'p.org_id = $1 and p.meter = $2 and p.series = g.series and not p.voided';
const AREA = (t: string) => `div(area + value * round((extract(epoch from ${t} - at) * 1000)::numeric), 3600000)`;

/**
 * The values that held in a time, also those from before it, each with what it adds to the time. The newest first; what they
 * add is what the meter used in the time.
 */
export const findGaugeEvents = (tx: Tx, { orgId, meter, from, to, after, having }: Asked, limit: number) =>
  tx.query<GaugeEventRow>(
    `with own as (
       select series, name, labels from usage_series
        where org_id = $1 and meter = $2 and first_at < $4 and (live_until is null or live_until > $3)
          and (cardinality($9::int[]) = 0 or labels is not null and ${havingLabels('labels', '$9', '$10')})),
     points as (
       select g.at, g.key, g.area, g.value, g.until_at, g.source, g.id, g.received_at, s.name, s.labels,
              (select p.at from usage_gauges p where ${SAME} and (p.at, p.key) > (g.at, g.key)
                order by p.at, p.key limit 1) as next_at
         from own s join usage_gauges g on g.org_id = $1 and g.meter = $2 and g.series = s.series and not g.voided
        where g.at < $4
          and g.at >= coalesce((select max(p.at) from usage_gauges p where ${SAME} and p.at <= $3), $3)
          and ($5::timestamptz is null or g.at <= $5)),
     parts as (
       select *, greatest(at, $3) as start,
              least($4, date_trunc('milliseconds', now()), coalesce(until_at, 'infinity'), coalesce(next_at, 'infinity')) as stop
         from points)
     select id, source, at, received_at, name as series, labels, value, until_at, ${cursorTime('at')} as place,
            case when stop > start then ${AREA('stop')} - ${AREA('start')} else 0 end as quantity
       from parts
      where (stop > start or at >= $3) and ($5::timestamptz is null or at < $5 or (source, id) > ($6::text, $7::text))
      order by at desc, source, id limit $8`,
    [
      ...[orgId, meter, from, to, after?.[0] ?? null, after?.[1] ?? null, after?.[2] ?? null, limit],
      having.map(({ place }) => place),
      having.map(({ value }) => value),
    ],
  );
