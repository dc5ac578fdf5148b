import type { Tx } from '@tidegate/database/tx';

/** A share of a quota that is used now and was not before. */
export interface Reached {
  org_id: string;
  meter: string;
  period_start: string;
  percent: 80 | 100;
  quota: number;
  used: number;
}

/** Notes which thresholds the balances of that table or query have reached; each once. */
export const noteReached = (balances: string): string => `
  insert into quota_alerts (org_id, meter, period_start, percent, quota, used)
  select b.org_id, b.meter, b.period_start, t.percent, q.quota, b.used
    from ${balances} b join quotas q on q.org_id = b.org_id and q.meter = b.meter
         cross join (values (80), (100)) as t(percent)
   where b.used > 0 and b.used >= (q.quota * t.percent + 99) / 100
   order by 1, 2, 3, 4
  on conflict do nothing
  returning org_id, meter, period_start, percent, quota, used`;

/** Whoever adds to the balances of this period waits, so that a lowered limit meets the use as it is. */
export const lockBalances = (tx: Tx, orgId: string, periodStart: string): Promise<unknown> =>
  tx.query('select from usage_balances where org_id = $1 and period_start = $2 order by meter for update', [
    orgId,
    periodStart,
  ]);

/** What the limits of now make of what is used already. */
export async function reachedByLimits(tx: Tx, orgId: string, periodStart: string): Promise<Reached[]> {
  const row = await tx.one<{ reached: Reached[] }>(
    `with running as (select * from usage_balances where org_id = $1 and period_start = $2),
          reached as (${noteReached('running')})
     select coalesce(json_agg(r order by r.meter, r.percent), '[]') as reached from reached r`,
    [orgId, periodStart],
  );
  return row?.reached ?? [];
}

/** A raised limit makes thresholds worth telling again: those that lie above the balance now. */
export async function rearmAlerts(tx: Tx, orgId: string): Promise<void> {
  await tx.query(
    `delete from quota_alerts a using usage_balances b
      where a.org_id = $1 and b.org_id = a.org_id and b.meter = a.meter and b.period_start = a.period_start
        and not exists (select 1 from quotas q where q.org_id = a.org_id and q.meter = a.meter
                         and b.used >= (q.quota * a.percent + 99) / 100)`,
    [orgId],
  );
}
