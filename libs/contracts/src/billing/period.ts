/** Half-open: `start` belongs to the period, `end` to the next. Milliseconds since 1970, UTC. */
export interface Period {
  start: number;
  end: number;
}

/** The month that contains `at`: quotas are counted by it. */
export const monthAt = (anchor: number, at: number): Period => periodAt(anchor, at, 1);

/** The year that contains `at`: for prices that are paid yearly. */
export const yearAt = (anchor: number, at: number): Period => periodAt(anchor, at, 12);

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
