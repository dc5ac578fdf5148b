import { monthAt } from '@tidegate/contracts/billing/period';
import { quotaReached } from '@tidegate/contracts/usage/quota';
import type { Emit } from '@tidegate/messaging/handler';
import type { Reached } from './quota-alert.rows.ts';

/**
 * Emits the thresholds that were reached, only the highest of each quota: an organisation that goes from 70 to 100 % in
 * one step, or by a smaller plan, is notified once that the quota is used up.
 */
export async function emitReached(
  emit: Emit,
  reached: readonly Reached[],
  anchors: ReadonlyMap<string, number>,
): Promise<void> {
  const highest = new Map<string, Reached>();
  for (const one of reached) {
    const quota = `${one.org_id} ${one.meter} ${one.period_start}`;
    if ((highest.get(quota)?.percent ?? 0) < one.percent) highest.set(quota, one);
  }
  for (const { org_id: orgId, meter, period_start, period_end, percent, quota, used } of highest.values()) {
    const start = Date.parse(period_start);
    const end = period_end === undefined ? monthAt(anchors.get(orgId) ?? start, start).end : Date.parse(period_end);
    const period = { periodStart: new Date(start).toISOString(), periodEnd: new Date(end).toISOString() };
    await emit(quotaReached, { orgId, meter, limit: Number(quota), used: Number(used), percent, ...period }, { orgId });
  }
}
