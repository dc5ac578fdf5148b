import { invalid } from '@tidegate/contracts/kernel/problem';

export interface TimeRange {
  from: Date;
  to: Date;
}

const HOUR_MS = 3_600_000;
const MAX_DAYS = 400;
const MAX_RANGE_MS = MAX_DAYS * 24 * HOUR_MS;

/** The period of the same length that ends where this one begins. */
export const periodBefore = ({ from, to }: TimeRange): TimeRange => ({
  from: new Date(2 * from.getTime() - to.getTime()),
  to: from,
});

/** The hour before `to` unless said otherwise. */
export function toRange(
  { from, to }: { from?: string | undefined; to?: string | undefined },
  now = new Date(),
): TimeRange {
  const end = to === undefined ? now : new Date(to);
  const start = from === undefined ? new Date(end.getTime() - HOUR_MS) : new Date(from);
  if (start >= end) throw invalid('/from', 'range_empty', 'It must be before `to`.');
  if (end.getTime() - start.getTime() > MAX_RANGE_MS)
    throw invalid('/from', 'range_too_long', 'It must be at most {days} days before `to`.', { days: MAX_DAYS });
  return { from: start, to: end };
}
