import { unitsOf } from '@tidegate/contracts/usage/quantity';
import { quotaReached } from '@tidegate/contracts/usage/quota';
import type { Tx } from '@tidegate/database/tx';
import type { Emit } from '@tidegate/messaging/handler';
import { findNamed } from '../meters/meter.rows.ts';
import type { Reached } from './quota-alert.rows.ts';
import type { WindowText } from './window.rules.ts';

/**
 * Emits the thresholds that were reached, only the highest of each window: an organisation that goes from 40 to 100 % in
 * one step, or by a smaller plan, is notified once that the quota is used up.
 */
export async function emitReached(
  tx: Tx,
  emit: Emit,
  reached: readonly Reached[],
  windowOf: (reached: Reached) => WindowText,
): Promise<void> {
  if (reached.length === 0) return;
  const named = await findNamed(tx, [...new Set(reached.map(({ meter }) => meter))]);
  const highest = new Map<string, Reached>();
  for (const one of reached) {
    const quota = `${one.org_id} ${one.meter} ${one.period_start}`;
    if ((highest.get(quota)?.percent ?? 0) < one.percent) highest.set(quota, one);
  }
  for (const one of highest.values()) {
    const { org_id: orgId, meter, percent, quota, used } = one;
    const { start, end } = windowOf(one);
    const window = { periodStart: start, periodEnd: end };
    const { name: meterName, decimals = 0 } = named.get(meter) ?? {};
    const units = (steps: number) => unitsOf(steps, decimals);
    const data = { orgId, meter, meterName, limit: units(quota), used: units(used), percent, ...window };
    await emit(quotaReached, data, { orgId });
  }
}
