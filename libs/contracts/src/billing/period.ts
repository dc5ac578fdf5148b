/** Half-open: `start` belongs to the period, `end` to the next. Milliseconds since 1970, UTC. */
export interface Period {
  start: number;
  end: number;
}

/** The month that contains `at`: quotas are counted by it. */
export const monthAt = (anchor: number, at: number): Period => periodAt(anchor, at, 1);

/** The year that contains `at`: for prices that are paid yearly. */
export const yearAt = (anchor: number, at: number): Period => periodAt(anchor, at, 12);

/** From an instant on, periods are counted from this anchor. */
export interface PeriodStep {
  /** ISO instants. */
  from: string;
  anchor: string;
  /** The length of what is paid at a time. */
  months: 1 | 12;
}

/**
 * The window in which `at` lies. Every instant lies in exactly one: where a step ends, its last window is cut short, and the
 * next begins there. Before the first step its own anchor counts.
 *
 * @param steps ascending by `from`, at least one
 */
export function windowAt(steps: readonly PeriodStep[], per: 'month' | 'period', at: number): Period {
  const next = steps.findIndex((step) => Date.parse(step.from) > at);
  const index = next < 0 ? steps.length - 1 : Math.max(0, next - 1);
  const step = steps[index];
  if (!step) throw new Error('Periods need an anchor.');
  const { start, end } = periodAt(Date.parse(step.anchor), at, per === 'month' ? 1 : step.months);
  const after = steps[index + 1];
  return {
    start: index === 0 ? start : Math.max(start, Date.parse(step.from)),
    end: after ? Math.min(end, Date.parse(after.from)) : end,
  };
}

/**
 * Counted from the anchor itself and never from the period before: an anchor on January 31 gives periods from
 * Jan 31, Feb 28, Mar 31, Apr 30. Every instant lies in exactly one period.
 */
function periodAt(anchor: number, at: number, months: number): Period {
  const from = new Date(anchor);
  const then = new Date(at);
  const apart = (then.getUTCFullYear() - from.getUTCFullYear()) * 12 + then.getUTCMonth() - from.getUTCMonth();
  // In the month of `at` the period may not have begun yet.
  const whole = addMonths(from, apart) <= at ? apart : apart - 1;
  const index = Math.floor(whole / months) * months;
  return { start: addMonths(from, index), end: addMonths(from, index + months) };
}

/** The same day and time of day `months` later, or the last day of that month when it is shorter. */
function addMonths(anchor: Date, months: number): number {
  const month = anchor.getUTCMonth() + months;
  const lastDay = utc(anchor.getUTCFullYear(), month + 1, 0).getUTCDate();
  const day = utc(anchor.getUTCFullYear(), month, Math.min(anchor.getUTCDate(), lastDay));
  return day.getTime() + (((anchor.getTime() % DAY_MS) + DAY_MS) % DAY_MS);
}

const DAY_MS = 86_400_000;

/** Date.UTC takes the years 0–99 for 1900–1999; this does not. */
function utc(year: number, month: number, day: number): Date {
  const date = new Date(0);
  date.setUTCFullYear(year, month, day);
  return date;
}
