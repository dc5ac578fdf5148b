import type { RolledSums } from '../kernel/storage/rolled-ranges.rows.ts';
import type { RollupUnit } from '../kernel/storage/rollup-pieces.rules.ts';

export const WAIT_ROLLUPS = 'wait_rollups';
/** Sums are bounded, whatever a server says: what is rarer counts with no statement, or not at all. */
const MOST_WAITS = 300;
const MOST_OF_STATEMENTS = 500;

/** What is one finer, each wait of each statement with its session-milliseconds. */
const FROM_SNAPSHOTS = `
  source as (select span_ms::bigint as span_ms, 1 as snapshots, waits from activity_samples
              where org_id = $1 and server_id = $2 and taken_at >= $3 and taken_at < $4),
  entries as (
    select e ->> 0 as state, e ->> 1 as wait_type, e ->> 2 as wait_event, e ->> 3 as query_id, e ->> 4 as database,
           sum((e ->> 5)::bigint * span_ms) as ms
      from source, jsonb_array_elements(waits) e group by 1, 2, 3, 4, 5)`;
const fromFiner = (unit: RollupUnit) => `
  source as (select * from ${WAIT_ROLLUPS}
              where org_id = $1 and server_id = $2 and unit = '${unit}' and begins_at >= $3 and begins_at < $4),
  entries as (
    select states[w] as state, wait_types[w] as wait_type, wait_events[w] as wait_event, u.query_id, u.database, sum(u.ms) as ms
      from source, unnest(statement_waits, query_ids, databases, statement_ms) as u(w, query_id, database, ms)
     group by 1, 2, 3, 4, 5)`;

/** All of it that begins between $3 and $4 becomes one row. */
const rollUp = (unit: RollupUnit, source: string) => `
  with ${source},
  waits as (
    select state, wait_type, wait_event, sum(ms) as ms,
           row_number() over (order by sum(ms) desc, state, wait_type, wait_event) as place
      from entries group by 1, 2, 3 order by place limit ${MOST_WAITS}),
  numbered as (
    select w.place, e.query_id, e.database, e.ms, row_number() over (order by e.ms desc, e.query_id, e.database) as rank
      from entries e join waits w on w.state is not distinct from e.state
                                 and w.wait_type is not distinct from e.wait_type
                                 and w.wait_event is not distinct from e.wait_event),
  statements as (
    select place, case when rank <= ${MOST_OF_STATEMENTS} then query_id end as query_id,
           case when rank <= ${MOST_OF_STATEMENTS} then database end as database, sum(ms) as ms
      from numbered group by 1, 2, 3)
  insert into ${WAIT_ROLLUPS} (org_id, server_id, unit, begins_at, snapshots, span_ms, states, wait_types, wait_events, session_ms,
    statement_waits, query_ids, databases, statement_ms)
  select $1, $2, '${unit}', $3, s.snapshots, s.span_ms, w.states, w.wait_types, w.wait_events, w.ms, t.waits, t.query_ids, t.databases, t.ms
    from (select sum(snapshots) as snapshots, sum(span_ms) as span_ms from source) s,
         (select coalesce(array_agg(state order by place), '{}') as states,
                 coalesce(array_agg(wait_type order by place), '{}') as wait_types,
                 coalesce(array_agg(wait_event order by place), '{}') as wait_events,
                 coalesce(array_agg(ms::bigint order by place), '{}') as ms from waits) w,
         (select coalesce(array_agg(place::int order by place, query_id, database), '{}') as waits,
                 coalesce(array_agg(query_id order by place, query_id, database), '{}') as query_ids,
                 coalesce(array_agg(database order by place, query_id, database), '{}') as databases,
                 coalesce(array_agg(ms::bigint order by place, query_id, database), '{}') as ms from statements) t
   where s.snapshots > 0
  on conflict (org_id, server_id, unit, begins_at) do update set snapshots = excluded.snapshots, span_ms = excluded.span_ms,
    states = excluded.states, wait_types = excluded.wait_types, wait_events = excluded.wait_events,
    session_ms = excluded.session_ms, statement_waits = excluded.statement_waits, query_ids = excluded.query_ids,
    databases = excluded.databases, statement_ms = excluded.statement_ms`;
const ROLL_UP: Record<RollupUnit, string> = {
  hour: rollUp('hour', FROM_SNAPSHOTS),
  day: rollUp('day', fromFiner('hour')),
  month: rollUp('month', fromFiner('day')),
};

/*
 * Waits of snapshots by the hour, of hours by the day, of days by the month; counted anew from what is one finer, like the sums of tables and
 * indexes, by the same loop and the same rules.
 */
export const WAIT_SUMS: RolledSums = {
  name: 'wait',
  samples: ['activity_samples'],
  months: WAIT_ROLLUPS,
  rollUp: async (tx, serverId, unit, { from, to }) => {
    await tx.query(ROLL_UP[unit], [tx.orgId, serverId, from, to]);
  },
};
