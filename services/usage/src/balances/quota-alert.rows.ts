import type { Tx } from '@tidegate/database/tx';

/** A threshold of a quota that was reached just now. */
export interface Reached {
  org_id: string;
  meter: string;
  period_start: string;
  /** Set for daily limits; the end of a month follows from the anchor. */
  period_end?: string;
  percent: 80 | 100;
  quota: number;
  used: number;
}

/** Records the thresholds that the balances of that table or query have reached, each once. */
export const recordReached = (balances: string, per: 'month' | 'day' = 'month'): string => `
  insert into quota_alerts (org_id, meter, period_start, percent, quota, used)
  select b.org_id, b.meter, b.period_start, t.percent, q.quota, b.used
    from ${balances} b join quotas q on q.org_id = b.org_id and q.meter = b.meter and q.per = '${per}'
         cross join (values (80), (100)) as t(percent)
   where b.used > 0 and b.used >= (q.quota * t.percent + 99) / 100
   order by 1, 2, 3, 4
  on conflict do nothing
  returning org_id, meter, period_start, percent, quota, used`;

/** Blocks writers of this period's balances, so that a lowered limit is compared with the final usage. */
export const lockBalances = (tx: Tx, orgId: string, periodStart: string): Promise<unknown> =>
  tx.query('select from usage_balances where org_id = $1 and period_start = $2 order by meter for update', [
    orgId,
    periodStart,
  ]);

/** The thresholds that the current limits put below the usage so far. */
export async function reachedByLimits(tx: Tx, orgId: string, periodStart: string): Promise<Reached[]> {
  const row = await tx.one<{ reached: Reached[] }>(
    `with running as (select * from usage_balances where org_id = $1 and period_start = $2),
          reached as (${recordReached('running')})
     select coalesce(json_agg(r order by r.meter, r.percent), '[]') as reached from reached r`,
    [orgId, periodStart],
  );
  return row?.reached ?? [];
}

/** Today's usage of these meters of these organisations, where they have a daily limit. */
const TODAY = `
  select q.org_id, q.meter, d.start as period_start, d.stop as period_end,
         (select coalesce(sum(h.quantity), 0)::bigint from usage_hours h
           where h.org_id = q.org_id and h.meter = q.meter and h.hour >= d.start and h.hour < d.stop) as used
    from (select distinct * from unnest($1::uuid[], $2::text[]) as u(org_id, meter)) as t
         join quotas q on q.org_id = t.org_id and q.meter = t.meter and q.per = 'day'
         join entitlement_snapshots a on a.org_id = t.org_id,
         lateral day_of(a.time_zone, a.zone_day, a.zone_until, now()) as d`;

/** Thresholds of daily limits that are reached today; `of` may name other meters as well. */
export async function reachedToday(tx: Tx, of: readonly { org_id: string; meter: string }[]): Promise<Reached[]> {
  if (of.length === 0) return [];
  const row = await tx.one<{ reached: Reached[] }>(
    `with running as (${TODAY}),
          rearmed as (
            delete from quota_alerts a using running b join quotas q on q.org_id = b.org_id and q.meter = b.meter
             where a.org_id = b.org_id and a.meter = b.meter and a.period_start = b.period_start
               and b.used < (q.quota * a.percent + 99) / 100),
          reached as (${recordReached('running', 'day')})
     select coalesce(json_agg(json_build_object('org_id', r.org_id, 'meter', r.meter, 'period_start', r.period_start,
                                                'period_end', b.period_end, 'percent', r.percent, 'quota', r.quota,
                                                'used', r.used) order by r.org_id, r.meter, r.percent), '[]') as reached
       from reached r join running b on b.org_id = r.org_id and b.meter = r.meter`,
    [of.map((one) => one.org_id), of.map((one) => one.meter)],
  );
  return row?.reached ?? [];
}

/** A raised limit re-arms the thresholds that now lie above the balance. */
export async function rearmAlerts(tx: Tx, orgId: string): Promise<void> {
  await tx.query(
    `delete from quota_alerts a using usage_balances b
      where a.org_id = $1 and b.org_id = a.org_id and b.meter = a.meter and b.period_start = a.period_start
        and not exists (select 1 from quotas q where q.org_id = a.org_id and q.meter = a.meter
                         and (q.per = 'day' or b.used >= (q.quota * a.percent + 99) / 100))`,
    [orgId],
  );
}
