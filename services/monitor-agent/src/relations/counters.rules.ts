/*
 * Differences of counters that only rise until somebody resets them or the server crashes: those of databases, tables
 * and indexes. If any of them fell, all began anew, and what is there now came since; what was before is not known, so
 * the difference is marked as partial; so it is when a crash is known of, even if none fell. As for statements, nothing here can be negative.
 */
export interface CounterDelta {
  counters: number[];
  partial: boolean;
}

export function counterDelta(
  before: readonly number[],
  now: readonly number[],
  crashed = false,
): CounterDelta | undefined {
  const partial = crashed || now.some((value, index) => value < (before[index] ?? 0));
  const counters = partial ? [...now] : now.map((value, index) => value - (before[index] ?? 0));
  return counters.some((value) => value > 0) ? { counters, partial } : undefined;
}
