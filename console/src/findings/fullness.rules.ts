import type { UsageCurrentOutput, UsageEstimate } from '@tidegate/client';
import type { Mark } from '../kernel/state-mark.tsx';

export type MeterUsage = UsageCurrentOutput['items'][number];

/** How full a meter is, in per cent of a bar. Reserved units count, because nobody else may have them. */
export function fullness(
  { used, reserved, limit, enforcement }: Pick<MeterUsage, 'used' | 'reserved' | 'limit' | 'enforcement'>,
  estimate: Pick<UsageEstimate, 'estimate'> | undefined,
): { mark: Mark; usedShare: number; estimateShare: number | null } {
  if (limit === null) return { mark: 'ok', usedShare: 0, estimateShare: null };
  const share = (quantity: number) => (limit === 0 ? 100 : Math.min(100, (100 * quantity) / limit));
  const full = used + reserved >= limit;
  const mark = full
    ? enforcement === 'hard'
      ? 'critical'
      : 'warning'
    : used + reserved >= 0.8 * limit
      ? 'warning'
      : 'ok';
  return {
    mark,
    usedShare: share(used + reserved),
    estimateShare: estimate?.estimate == null ? null : share(estimate.estimate),
  };
}
