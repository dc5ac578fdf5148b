import { quotaReached } from '@tidegate/contracts/usage/quota';
import type { Emit } from '@tidegate/messaging/handler';
import type { Reached } from './quota-alert.rows.ts';
import type { WindowText } from './window.rules.ts';

/**
 * Emits the thresholds that were reached, only the highest of each window: an organisation that goes from 40 to 100 % in
 * one step, or by a smaller plan, is notified once that the quota is used up.
 */
export async function emitReached(
  emit: Emit,
  reached: readonly Reached[],
  windowOf: (reached: Reached) => WindowText,
): Promise<void> {
  const highest = new Map<string, Reached>();
  for (const one of reached) {
    const quota = `${one.org_id} ${one.meter} ${one.period_start}`;
    if ((highest.get(quota)?.percent ?? 0) < one.percent) highest.set(quota, one);
  }
  for (const one of highest.values()) {
    const { org_id: orgId, meter, percent, quota, used } = one;
    const { start, end } = windowOf(one);
    const window = { periodStart: start, periodEnd: end };
    await emit(quotaReached, { orgId, meter, limit: Number(quota), used: Number(used), percent, ...window }, { orgId });
  }
}
