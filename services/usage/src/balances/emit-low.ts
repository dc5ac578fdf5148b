import { leftOf } from '@tidegate/contracts/usage/credits';
import { runsLow } from '@tidegate/contracts/usage/low';
import { limitInSteps, unitsOf } from '@tidegate/contracts/usage/quantity';
import type { Tx } from '@tidegate/database/tx';
import type { Emit } from '@tidegate/messaging/handler';
import { findBalances } from './balance.rows.ts';
import { lockWatches, saveLow } from './credit-watch.rows.ts';
import type { MeterWindow } from './window.rules.ts';

/** Notifies whoever watches that no more is left than they want, once in each window, and again when there was more meanwhile. */
export async function emitLow(
  tx: Tx,
  emit: Emit,
  windows: readonly (MeterWindow & { orgId: string })[],
): Promise<void> {
  if (windows.length === 0) return;
  for (const watch of await lockWatches(tx, windows)) {
    const { org_id: orgId, meter, quota, low_at, low_in } = watch;
    const window = windows.find((one) => one.orgId === orgId && one.meter === meter);
    const [balance] = window && quota !== null ? await findBalances(tx, orgId, [window]) : [];
    if (!window || !balance || quota === null) continue;
    const left = Math.max(0, leftOf(Number(quota), balance));
    const low = left <= limitInSteps(Number(low_at), balance.decimals);
    const emitted = low_in?.getTime() === window.start;
    if (low === emitted) continue;
    await saveLow(tx, watch, low ? window.start : null);
    if (low) await emit(runsLow, { orgId, meter, remaining: unitsOf(left, balance.decimals) }, { orgId });
  }
}
