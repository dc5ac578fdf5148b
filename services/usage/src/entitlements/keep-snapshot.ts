import type { Entitlements } from '@tidegate/contracts/billing/entitlements';
import { MAX_EVENT_LEAD_MINUTES } from '@tidegate/contracts/usage/event';
import type { Tx } from '@tidegate/database/tx';
import { clock } from '@tidegate/runtime/clock';
import { beginPeriodChange, insertSnapshot, lockSnapshot, updateSnapshot } from './entitlement-snapshot.rows.ts';
import { type MeterPeriods, periodsByMeter, recutsBetween, stepsOf } from './meter-periods.rules.ts';
import { planRollovers } from './plan-rollovers.ts';
import { findCounted, moveCounted } from './recut.rows.ts';

/**
 * Stores the newest snapshot, and answers whether it is: a newer one stays. Periods that begin or end elsewhere than before
 * take over what was counted already, because the event of a change arrives after the change. Meanwhile nobody counts, and
 * whoever counts afterwards does so in the new periods and against the new limits, on every replica.
 */
export async function keepSnapshot(tx: Tx, snapshot: Entitlements): Promise<boolean> {
  const periods = periodsByMeter(snapshot);
  let stored = await lockSnapshot(tx, snapshot.orgId);
  const plan = (before?: Entitlements) => planRollovers(tx, snapshot, before, periods, clock.now());
  if (!stored) {
    if (await insertSnapshot(tx, snapshot, periods)) {
      await plan();
      return true;
    }
    stored = await lockSnapshot(tx, snapshot.orgId);
  }
  if (!stored || stored.version >= snapshot.version) return false;
  const moved = JSON.stringify(stored.periods) !== JSON.stringify(periods);
  if (!moved && !lowers(stored.snapshot, snapshot)) {
    await updateSnapshot(tx, snapshot, periods);
    await plan(stored.snapshot);
    return true;
  }
  const epoch = await beginPeriodChange(tx);
  if (moved) await recut(tx, snapshot.orgId, stored.periods, periods);
  await updateSnapshot(tx, snapshot, periods, moved ? epoch : undefined);
  await plan(stored.snapshot);
  return true;
}

async function recut(tx: Tx, orgId: string, before: MeterPeriods, after: MeterPeriods): Promise<void> {
  const counted = await findCounted(tx, orgId);
  if (!counted) return;
  const range = { from: counted.since.getTime(), until: clock.now() + 2 * MAX_EVENT_LEAD_MINUTES * 60_000 };
  for (const meter of counted.meters) {
    await moveCounted(tx, orgId, meter, recutsBetween(stepsOf(before, meter), stepsOf(after, meter), range));
  }
}

/** A limit that falls, or applies to another window: whoever counts at the moment would compare with the old one. */
function lowers({ features: before }: Entitlements, { features: after }: Entitlements): boolean {
  return Object.entries(after).some(([meter, grant]) => {
    if (grant.kind !== 'metered' || grant.limit === null) return false;
    const old = before[meter];
    return old?.kind !== 'metered' || old.per !== grant.per || old.limit === null || old.limit > grant.limit;
  });
}
