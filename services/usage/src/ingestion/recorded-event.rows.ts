import { cursorTime } from '@tidegate/database/paging';
import type { Tx } from '@tidegate/database/tx';
import { havingLabels } from '../balances/group.rows.ts';
import { CORRECTION } from '../kernel/correction.rules.ts';

export interface RecordedRow {
  id: string;
  source: string;
  meter: string;
  quantity: string;
  at: Date;
  received_at: Date;
  place: string;
  labels: string[] | null;
  corrects: {
    source: string;
    id: string;
    action: 'void' | 'amend';
    quantity: number;
    reason: string;
    by: string;
  } | null;
}

interface Of {
  orgId: string;
  meter: string;
  /** Instants as text. */
  from: string;
  /** Values of dimensions, by their places. */
  having: readonly { place: number; value: string }[];
}

/**
 * From which instant on there are enough events before another one, looking back hour by hour; undefined when there are
 * none. `inclusive`: the hour of `before` itself may hold events at that very instant.
 */
export async function findHours(
  tx: Tx,
  { orgId, meter, from, before, inclusive, having }: Of & { before: string; inclusive: boolean },
  count: number,
): Promise<string | undefined> {
  const some = having.length > 0;
  const row = await tx.one<{ since: string | null }>(
    `with hours as (
       select date_trunc('hour', hour, 'UTC') as hour, sum(events) as events
         from ${some ? 'usage_label_hours' : 'usage_hours'}
        where org_id = $1 and meter = $2 and hour >= date_trunc('hour', $3::timestamptz, 'UTC')
          ${some ? `and ${havingLabels('labels', '$7', '$8')}` : ''}
          and (hour < $4::timestamptz or ($5 and hour = $4::timestamptz))
        group by 1),
     counted as (
       -- The newest hour may hold events that are not asked for any more: it is read and not counted on.
       select hour, coalesce(sum(events) over (order by hour desc rows between unbounded preceding and 1 preceding), 0)
                      - first_value(events) over (order by hour desc) as newer from hours)
     select to_char(greatest(min(hour), $3::timestamptz) at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as since
       from counted where newer < $6`,
    [orgId, meter, from, before, inclusive, count, ...(some ? columns(having) : [])],
  );
  return row?.since ?? undefined;
}

/** Newest first. `after`: time, source and id of the last one that was shown. */
export const findEvents = (
  tx: Tx,
  {
    orgId,
    meter,
    from,
    to,
    after,
    having,
  }: Of & { to: string; after: readonly [time: string, source: string, id: string] | undefined },
  limit: number,
): Promise<RecordedRow[]> =>
  tx.query<RecordedRow>(
    `select e.*, case when c.key is not null then json_build_object('source', c.source, 'id', c.id, 'action', c.action,
              'quantity', c.quantity, 'reason', c.reason, 'by', c.corrected_by) end as corrects
       from (select org_id, id, source, meter, quantity, at, received_at, labels, ${cursorTime('at')} as place
               from usage_events
              where org_id = $1 and meter = $2 and at >= $3 and (at < $4 or ($5::text is not null and at = $4))
                and ($5::text is null or at < $4 or (source, id) > ($5, $6))
                and (cardinality($9::int[]) = 0 or labels is not null and ${havingLabels('labels', '$9', '$10')})
              order by at desc, source, id limit $7) e
       left join usage_corrections c on c.org_id = e.org_id
         and c.key = case when e.source = $8 then split_part(e.id, '-', 1)::uuid end
         and c.number = case when e.source = $8 then split_part(e.id, '-', 2)::int end
      order by e.at desc, e.source, e.id`,
    [orgId, meter, from, to, after?.[1] ?? null, after?.[2] ?? null, limit, CORRECTION, ...columns(having)],
  );

const columns = (having: Of['having']): unknown[] => [
  having.map(({ place }) => place),
  having.map(({ value }) => value),
];
