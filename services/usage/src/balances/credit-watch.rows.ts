import type { Tx } from '@tidegate/database/tx';
import { instant, type MeterWindow } from './window.rules.ts';

/** What is counted of the meter is looked at from now on, as that of a meter with prepaid units. */
export async function saveWatch(tx: Tx, orgId: string, meter: string, lowAt: number | null): Promise<void> {
  if (lowAt === null) {
    await tx.query('delete from credit_watches where org_id = $1 and meter = $2', [orgId, meter]);
    return;
  }
  await tx.query(
    `insert into credit_watches (org_id, meter, low_at) values ($1, $2, $3)
     on conflict (org_id, meter) do update set low_at = excluded.low_at, low_in = null`,
    [orgId, meter, lowAt],
  );
  await tx.query('update quotas set credited = true where org_id = $1 and meter = $2 and not credited', [orgId, meter]);
}

export interface Watch {
  org_id: string;
  meter: string;
  low_at: string;
  low_in: Date | null;
  /** In the smallest steps of the meter; null: nothing is refused or charged. */
  quota: string | null;
}

/** Those of the windows that somebody watches, locked until the transaction ends. */
export const lockWatches = (tx: Tx, windows: readonly (MeterWindow & { orgId: string })[]): Promise<Watch[]> =>
  tx.query<Watch>(
    `select w.org_id, w.meter, w.low_at, w.low_in,
            (select case when draws_from is null then null else quota end from quotas q
              where q.org_id = w.org_id and q.meter = w.meter) as quota
       from credit_watches w join unnest($1::uuid[], $2::text[]) as t(org_id, meter)
              on t.org_id = w.org_id and t.meter = w.meter
      order by w.org_id, w.meter for update of w`,
    [windows.map(({ orgId }) => orgId), windows.map(({ meter }) => meter)],
  );

export const saveLow = (tx: Tx, { org_id, meter }: Watch, start: number | null): Promise<unknown> =>
  tx.query('update credit_watches set low_in = $3 where org_id = $1 and meter = $2', [
    org_id,
    meter,
    start === null ? null : instant(start),
  ]);

/** Prepaid units of the last two days. */
export const findRecentGrants = (tx: Tx, orgId: string, meter: string): Promise<{ id: string }[]> =>
  tx.query(
    `select id from credit_grants
      where org_id = $1 and meter = $2 and not rollover and given_at > now() - interval '2 days'`,
    [orgId, meter],
  );
