import { MAX_SERVER_POINTS } from '@tidegate/contracts/monitor-agent/server-series';
import type { TimeRange } from '../kernel/storage/range.rules.ts';
import { hasMinutes } from './minutes-kept.rules.ts';

const HOUR = 3_600;
const DAY = 24 * HOUR;
/** Seconds that people read easily. */
const STEPS = [60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 10_800, 21_600, 43_200, 86_400, 172_800, 604_800];

/** Where figures are read, and by steps of how many seconds. */
export interface FigureStep {
  step: number;
  table: 'server_minutes' | 'server_hours' | 'server_days';
}

/** How long a step is, and where it is read: what is older than the minutes has steps of whole hours. `back`: so many ranges are read. */
export function figureStep(
  { from, to }: TimeRange,
  wanted: number | undefined,
  now: Date,
  { back = 1 }: { back?: number } = {},
): FigureStep {
  const seconds = (to.getTime() - from.getTime()) / 1_000;
  const oldest = to.getTime() - back * seconds * 1_000;
  const least = Math.max(
    wanted ?? 60,
    seconds / (MAX_SERVER_POINTS - 1),
    hasMinutes(oldest, now.getTime()) ? 60 : HOUR,
  );
  // The next of the list, or what was asked for, as whole minutes or hours.
  const step = STEPS.find((one) => one >= least) ?? Math.ceil(least / DAY) * DAY;
  return { step, table: step % DAY === 0 ? 'server_days' : step % HOUR === 0 ? 'server_hours' : 'server_minutes' };
}
