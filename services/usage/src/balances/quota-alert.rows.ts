import type { Tx } from '@tidegate/database/tx';
import { drawnIn, isLeftAt, leftIn } from './credited.rows.ts';
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

const isReached = (quota: string): string => `b.used >= (${quota} * t.percent + 99) / 100`;

/** Records the thresholds that the balances of that table or query have reached, each once. */
const record = (balances: string, of: string, quota: string): string => `
  insert into quota_alerts (org_id, meter, period_start, percent, quota, used)
  select b.org_id, b.meter, b.period_start, t.percent, ${quota}, b.used
    from ${balances} b join quotas q on q.org_id = b.org_id and q.meter = b.meter and ${of}
         cross join (values (50), (80), (100)) as t(percent)
   where b.used > 0 and ${isReached(quota)}
   order by 1, 2, 3, 4
  on conflict do nothing
  returning org_id, meter, period_start, percent, quota, used`;

/** For the statement that counts: the months it has just written, but for those with prepaid units. */
export const recordReachedMonths = (balances: string): string =>
  record(balances, "q.per = 'month' and not q.credited", 'q.quota');

/** Prepaid units that were drawn in the window, and those that are left, are a part of the quota. */
const WITH_CREDITS = '(q.quota + case when q.draws_from is null then 0 else b.credits end)';

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
              end as used,
              ${drawnIn('w.org_id')} + (select coalesce(sum(${leftIn('m.decimals')}), 0)::bigint from credit_grants g
                where g.org_id = w.org_id and g.meter = w.meter and ${isLeftAt('now()', 'm.decimals')}) as credits
         from unnest($1::uuid[], $2::text[], $3::text[], $4::boolean[], $5::timestamptz[], $6::timestamptz[])
                as w(org_id, meter, per, of_hours, start, stop)
              left join meters m on m.meter = w.meter),
     rearmed as (
       delete from quota_alerts t using running b
        where t.org_id = b.org_id and t.meter = b.meter and t.period_start = b.period_start
          and not exists (select from quotas q where q.org_id = b.org_id and q.meter = b.meter and q.per = b.per
                             and ${isReached(WITH_CREDITS)})),
     reached as (${record('running', 'q.per = b.per', WITH_CREDITS)})
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

/** Another limit: meters that are weighted by time may reach their thresholds at other instants. */
export const checkAgain = (tx: Tx, orgId: string): Promise<unknown> =>
  tx.query('update gauge_watches set due_at = clock_timestamp() where org_id = $1', [orgId]);

/** Of windows that are over; what is reached once for ever stays. */
export async function expireAlerts(tx: Tx, days: number): Promise<void> {
  await tx.query(
    `delete from quota_alerts where reached_at < now() - $1::int * interval '1 day' and period_start > 'epoch'`,
    [days],
  );
}
