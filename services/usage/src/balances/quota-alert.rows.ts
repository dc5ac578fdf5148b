import type { Tx } from '@tidegate/database/tx';
import { instant, isOfHours, type MeterWindow } from './window.rules.ts';

/** A threshold of a quota that was reached just now. */
export interface Reached {
  org_id: string;
  meter: string;
  /** Where the window begins. */
  period_start: string;
  percent: 50 | 80 | 100;
  quota: number;
  used: number;
}

const IS_REACHED = 'b.used >= (q.quota * t.percent + 99) / 100';

/** Records the thresholds that the balances of that table or query have reached, each once. */
const record = (balances: string, of: string): string => `
  insert into quota_alerts (org_id, meter, period_start, percent, quota, used)
  select b.org_id, b.meter, b.period_start, t.percent, q.quota, b.used
    from ${balances} b join quotas q on q.org_id = b.org_id and q.meter = b.meter and ${of}
         cross join (values (50), (80), (100)) as t(percent)
   where b.used > 0 and ${IS_REACHED}
   order by 1, 2, 3, 4
  on conflict do nothing
  returning org_id, meter, period_start, percent, quota, used`;

/** For the statement that counts: the months it has just written. */
export const recordReachedMonths = (balances: string): string => record(balances, "q.per = 'month'");

/**
 * Thresholds that are reached in these windows now, as their limits are now. Those that a raised limit has moved beyond the
 * balance may be reached again.
 */
export async function reachedIn(tx: Tx, windows: readonly (MeterWindow & { orgId: string })[]): Promise<Reached[]> {
  if (windows.length === 0) return [];
  const row = await tx.one<{ reached: Reached[] }>(
    `with running as materialized (
       select w.org_id, w.meter, w.per, w.start as period_start,
              case when m.aggregate = 'time_weighted' then gauge_used(w.org_id, w.meter, w.start, w.stop)
                when w.of_hours
                then (select coalesce(sum(quantity), 0)::bigint from usage_hours h
                       where h.org_id = w.org_id and h.meter = w.meter and h.hour >= w.start and h.hour < w.stop)
                else (select coalesce(sum(used), 0)::bigint from usage_balances b
                       where b.org_id = w.org_id and b.meter = w.meter
                         and b.period_start >= w.start and b.period_start < w.stop)
              end as used
         from unnest($1::uuid[], $2::text[], $3::text[], $4::boolean[], $5::timestamptz[], $6::timestamptz[])
                as w(org_id, meter, per, of_hours, start, stop)
              left join meters m on m.meter = w.meter),
     rearmed as (
       delete from quota_alerts t using running b
        where t.org_id = b.org_id and t.meter = b.meter and t.period_start = b.period_start
          and not exists (select from quotas q where q.org_id = b.org_id and q.meter = b.meter and q.per = b.per
                             and ${IS_REACHED})),
     reached as (${record('running', 'q.per = b.per')})
     select coalesce(json_agg(r order by r.org_id, r.meter, r.percent), '[]') as reached from reached r`,
    [
      windows.map(({ orgId }) => orgId),
      windows.map(({ meter }) => meter),
      windows.map(({ per }) => per),
      windows.map(({ per }) => isOfHours(per)),
      windows.map(({ start }) => instant(start)),
      windows.map(({ end }) => instant(end)),
    ],
  );
  return row?.reached ?? [];
}

/** Of windows that are over; what is reached once for ever stays. */
export async function expireAlerts(tx: Tx, days: number): Promise<void> {
  await tx.query(
    `delete from quota_alerts where reached_at < now() - $1::int * interval '1 day' and period_start > 'epoch'`,
    [days],
  );
}
