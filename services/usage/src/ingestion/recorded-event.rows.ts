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
  api_key: string | null;
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
  origin?: AskedOrigin | undefined;
}

/** Only what counts under this source or key. */
export interface AskedOrigin {
  source?: string | undefined;
  key?: string | undefined;
  /** Since when what is not counted apart is of this source, as text: that is asked for as well. */
  mainSince?: string | undefined;
}

const isOf = (origin: string, source: string, key: string): string =>
  `(${source}::text is null or ${origin}[1] = ${source}) and (${key}::text is null or ${origin}[2] = ${key})`;

/** Hours with what is counted of an origin; of a main source those in which not all is of others. */
const HOURS_OF_ORIGIN = `(
  select org_id, meter, hour, sum(events) as events from (
    select org_id, meter, hour, events from usage_origin_hours
     where org_id = $1 and meter = $2 and ${isOf('origin', '$7', '$8')}
    union all
    select org_id, meter, hour, events from usage_hours
     where org_id = $1 and meter = $2 and hour >= $9::timestamptz
    union all
    select org_id, meter, hour, -events from usage_origin_hours
     where org_id = $1 and meter = $2 and hour >= $9::timestamptz) as o
   where hour >= date_trunc('hour', $3::timestamptz, 'UTC') and (hour < $4::timestamptz or ($5 and hour = $4::timestamptz))
   group by 1, 2, 3 having sum(events) <> 0) as h`;

/**
 * From which instant on there are enough events before another one, looking back hour by hour; undefined when there are
 * none. `inclusive`: the hour of `before` itself may hold events at that very instant.
 */
export async function findHours(
  tx: Tx,
  { orgId, meter, from, before, inclusive, having, origin }: Of & { before: string; inclusive: boolean },
  count: number,
): Promise<string | undefined> {
  const some = having.length > 0;
  const row = await tx.one<{ since: string | null }>(
    `with hours as (
       select date_trunc('hour', hour, 'UTC') as hour, sum(events) as events
         from ${origin ? HOURS_OF_ORIGIN : some ? 'usage_label_hours' : 'usage_hours'}
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
    [orgId, meter, from, before, inclusive, count, ...(origin ? originColumns(origin) : some ? columns(having) : [])],
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
    origin,
  }: Of & { to: string; after: readonly [time: string, source: string, id: string] | undefined },
  limit: number,
): Promise<RecordedRow[]> =>
  tx.query<RecordedRow>(
    `select e.*, case when c.key is not null then json_build_object('source', c.source, 'id', c.id, 'action', c.action,
              'quantity', c.quantity, 'reason', c.reason, 'by', c.corrected_by) end as corrects
       from (select org_id, id, source, meter, quantity, at, received_at, labels, api_key, ${cursorTime('at')} as place
               from usage_events
              where org_id = $1 and meter = $2 and at >= $3 and (at < $4 or ($5::text is not null and at = $4))
                and ($5::text is null or at < $4 or (source, id) > ($5, $6))
                and (origin is not null and ${isOf('origin', '$11', '$12')}
                     or origin is null and at >= coalesce($13::timestamptz, 'infinity'))
                and (cardinality($9::int[]) = 0 or labels is not null and ${havingLabels('labels', '$9', '$10')})
              order by at desc, source, id limit $7) e
       left join usage_corrections c on c.org_id = e.org_id
         and c.key = case when e.source = $8 then split_part(e.id, '-', 1)::uuid end
         and c.number = case when e.source = $8 then split_part(e.id, '-', 2)::int end
      order by e.at desc, e.source, e.id`,
    [
      orgId,
      meter,
      from,
      to,
      after?.[1] ?? null,
      after?.[2] ?? null,
      limit,
      CORRECTION,
      ...columns(having),
      ...originColumns(origin ?? ALL),
    ],
  );

/** Whatever its source and key. */
const ALL: AskedOrigin = { mainSince: '-infinity' };

const originColumns = ({ source, key, mainSince }: AskedOrigin): unknown[] => [
  source ?? null,
  key ?? null,
  mainSince ?? null,
];

const columns = (having: Of['having']): unknown[] => [
  having.map(({ place }) => place),
  having.map(({ value }) => value),
];
