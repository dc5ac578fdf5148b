/* Periods are counted from the anchor, in UTC: the 31st stays the anchor's day, also after a February. */
export interface Interval {
  interval: 'day' | 'week' | 'month' | 'year';
  interval_count: number;
}
export interface Period {
  start: number;
  end: number;
}

const DAYS = { day: 86_400, week: 604_800 };

/** The anchor moved by `times` intervals. */
export function moved(anchor: number, { interval, interval_count: count }: Interval, times: number): number {
  if (interval === 'day' || interval === 'week') return anchor + DAYS[interval] * count * times;
  const months = (interval === 'year' ? 12 : 1) * count * times;
  const at = new Date(anchor * 1000);
  const first = Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + months, 1);
  const lastDay = new Date(Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + months + 1, 0)).getUTCDate();
  const day = Math.min(at.getUTCDate(), lastDay) - 1;
  const midnight = Date.UTC(at.getUTCFullYear(), at.getUTCMonth(), at.getUTCDate()) / 1000;
  return first / 1000 + day * DAYS.day + (anchor - midnight);
}

/** The period [start, end) that holds the instant. */
export function periodAt(anchor: number, interval: Interval, instant: number): Period {
  const length = moved(anchor, interval, 1) - anchor;
  let index = Math.floor((instant - anchor) / length);
  while (moved(anchor, interval, index) > instant) index -= 1;
  while (moved(anchor, interval, index + 1) <= instant) index += 1;
  return { start: moved(anchor, interval, index), end: moved(anchor, interval, index + 1) };
}
