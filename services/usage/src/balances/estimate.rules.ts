import type { Period } from '@tidegate/contracts/billing/period';
import type { EstimateMethod } from '@tidegate/contracts/usage/estimate';

const HOUR_MS = 3_600_000;
/** The pace of a few minutes says nothing of a month. */
const DAY_MS = 24 * HOUR_MS;
export const WEEK_HOURS = 168;

export interface Estimate {
  estimate: number | null;
  method: EstimateMethod;
  straightLine: number | null;
  lastSevenDays: number | null;
  /** Epoch milliseconds; null: not before the period ends. */
  reachesLimitAt: number | null;
}

interface Given {
  period: Period;
  now: number;
  used: number;
  limit: number | null;
  /** Use by the hour, the 168 whole hours before the current one, oldest first; null while there are fewer. */
  week: readonly number[] | null;
}

/** A forecast of use: the rest of the period goes on as the last seven days, or as the period so far. */
export function estimate({ period, now, used, limit, week }: Given): Estimate {
  const elapsed = now - period.start;
  const straight = elapsed < DAY_MS ? null : course(used, period.end, now, () => used / elapsed);
  const weekly =
    week && course(used, period.end, now, (hour) => (week[(hour - weekStart(now)) % WEEK_HOURS] ?? 0) / HOUR_MS);
  const best = weekly ?? straight;
  return {
    estimate: best && Math.round(best.end),
    method: weekly ? 'last_7_days' : straight ? 'straight_line' : 'too_early',
    straightLine: straight && Math.round(straight.end),
    lastSevenDays: weekly && Math.round(weekly.end),
    reachesLimitAt: limit === null || !best ? null : best.reaches(limit),
  };
}

/** The oldest of the hours in `week`, counted since 1970. */
const weekStart = (now: number): number => Math.floor(now / HOUR_MS) - WEEK_HOURS;

/** Use from now to the end of the period, hour by hour, at a pace in units a millisecond. */
function course(used: number, end: number, now: number, pace: (hour: number) => number) {
  const points: { at: number; used: number }[] = [{ at: now, used }];
  let sum = used;
  for (let at = now; at < end; ) {
    const hour = Math.floor(at / HOUR_MS);
    const next = Math.min(end, (hour + 1) * HOUR_MS);
    sum += pace(hour) * (next - at);
    points.push({ at: next, used: sum });
    at = next;
  }
  return {
    end: sum,
    reaches(limit: number): number | null {
      const index = points.findIndex((point) => point.used >= limit);
      const [before, after] = [points[index - 1], points[index]];
      if (!after) return null;
      if (!before) return after.at;
      const share = (limit - before.used) / (after.used - before.used);
      return Math.ceil(before.at + share * (after.at - before.at));
    },
  };
}
