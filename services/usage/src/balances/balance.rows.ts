import type { Tx } from '@tidegate/database/tx';

export interface Balance {
  used: number;
  /** Lent out and not yet reported. */
  reserved: number;
}

/** What a lease holds counts until it is reported, or the lease has been over for a while without being returned. */
export const HOLDS = "held > 0 and (spent is not null or expires_at > now() - interval '60 seconds')";

/** Every meter's balance of the period, in one read. */
export async function findBalances(tx: Tx, orgId: string, periodStart: string): Promise<Map<string, Balance>> {
  const rows = await tx.query<{ meter: string; used: string; reserved: string }>(
    `select meter, sum(used) as used, sum(reserved) as reserved from (
       select meter, used, 0 as reserved from usage_balances where org_id = $1 and period_start = $2
       union all
       select meter, 0, held from leases where org_id = $1 and period_start = $2 and ${HOLDS}) as t
     group by meter`,
    [orgId, periodStart],
  );
  return new Map(rows.map((row) => [row.meter, { used: Number(row.used), reserved: Number(row.reserved) }]));
}

export interface Bucket {
  start: Date;
  quantity: string;
  events: string;
}

/** Hours or days with usage; the others are absent. Half-open. */
export function findBuckets(
  tx: Tx,
  asked: { orgId: string; meter: string; from: Date; to: Date; granularity: 'hour' | 'day' },
): Promise<Bucket[]> {
  return tx.query<Bucket>(
    `select date_trunc($5, hour, 'UTC') as start, sum(quantity) as quantity, sum(events) as events from usage_hours
      where org_id = $1 and meter = $2 and hour >= $3 and hour < $4 group by 1 order by 1`,
    [asked.orgId, asked.meter, asked.from, asked.to, asked.granularity],
  );
}
