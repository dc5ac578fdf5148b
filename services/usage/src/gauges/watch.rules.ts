const HOUR_MS = 3_600_000;
const PERCENT = [50, 80, 100];
/** Figures are rounded down series by series: whoever looks too early looks again. */
const AT_LEAST_MS = 1_000;

interface Given {
  /** In smallest steps. */
  quota: number | null;
  used: number;
  /** Steps that are added in an hour. */
  rate: number;
  now: number;
  /** When the window of the limit ends, and the first value that ends by itself. */
  windowEnd: number;
  ends: number | null;
}

/** When a threshold may be reached next if nothing is sent; null: not before something is. */
export function nextCheck({ quota, used, rate, now, windowEnd, ends }: Given): number | null {
  if (quota === null || rate <= 0) return null;
  const levels = PERCENT.map((percent) => Math.ceil((quota * percent) / 100)).filter((level) => level > used);
  const [next] = levels;
  const reached = next === undefined ? Number.POSITIVE_INFINITY : now + ((next - used) / rate) * HOUR_MS;
  return Math.ceil(Math.max(now + AT_LEAST_MS, Math.min(reached, windowEnd, ends ?? Number.POSITIVE_INFINITY)));
}
