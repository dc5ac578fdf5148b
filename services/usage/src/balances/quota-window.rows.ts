import type { Entitlements } from '@tidegate/contracts/billing/entitlements';
import type { MeteredGrant } from '@tidegate/contracts/billing/features';
import type { Tx } from '@tidegate/database/tx';
import { type Balance, RESERVES } from './balance.rows.ts';
import { currentPeriod, type PeriodText } from './balance.rules.ts';

/** What a limit applies to now: the current month, or the current day in the organisation's time zone. */
export async function quotaWindow(
  tx: Tx,
  entitlements: Pick<Entitlements, 'orgId' | 'periods'>,
  { per }: Pick<MeteredGrant, 'per'>,
  now: number,
): Promise<PeriodText> {
  if (per === 'month') return currentPeriod(entitlements, now);
  const day = await tx.one<{ start: Date; stop: Date }>(
    `select d.start, d.stop from (select $1::uuid as org_id) as o left join entitlement_snapshots a on a.org_id = o.org_id,
            lateral day_of(coalesce(a.time_zone, 'UTC'), coalesce(a.zone_day, '-infinity'),
                           coalesce(a.zone_until, '-infinity'), $2) as d`,
    [entitlements.orgId, new Date(now).toISOString()],
  );
  if (!day) throw new Error('Every instant lies in a day.');
  return { start: day.start.toISOString(), end: day.stop.toISOString() };
}

/** The balance of a day, from the rows of its hours: what is used, and what is lent and not reported, at one moment. */
export async function findDayBalance(tx: Tx, orgId: string, meter: string, day: PeriodText): Promise<Balance> {
  const row = await tx.one<{ used: string; reserved: string }>(
    `select (select coalesce(sum(quantity), 0) from usage_hours
              where org_id = $1 and meter = $2 and hour >= $3 and hour < $4) as used,
            (select coalesce(sum(reserved), 0) from leases
              where org_id = $1 and meter = $2 and period_start < $4 and coalesce(period_end, expires_at) > $3
                and ${RESERVES}) as reserved`,
    [orgId, meter, day.start, day.end],
  );
  return { used: Number(row?.used ?? 0), reserved: Number(row?.reserved ?? 0) };
}
