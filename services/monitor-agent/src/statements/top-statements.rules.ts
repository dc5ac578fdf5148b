import type { ListedStatement, Statement, StatementSort } from '@tidegate/contracts/monitor-agent/statement';
import type { TimeRange } from '../kernel/storage/range.rules.ts';
import type { StatementCounter } from '../series/statement-counters.rules.ts';
import type { Slices, StatementSums } from '../series/statement-sums.rules.ts';

type Count = (counter: StatementCounter) => number;

const VALUE: Record<StatementSort, (count: Count) => number> = {
  totalMs: (count) => count('total_us'),
  calls: (count) => count('calls'),
  // What was planned but never called has no mean and comes last.
  meanMs: (count) => (count('calls') > 0 ? count('total_us') / count('calls') : -1),
  rows: (count) => count('rows'),
  ioReadMs: (count) => count('io_read_us'),
  walBytes: (count) => count('wal_bytes'),
};

/** The statements with the largest sums first, of equal ones the oldest. */
export function orderedIds(sums: StatementSums, ids: readonly number[], sort: StatementSort): number[] {
  const value = VALUE[sort];
  return ids
    .map((id) => ({ id, value: value((counter) => sums.counter(id, counter)) }))
    .sort((a, b) => b.value - a.value || a.id - b.id)
    .map(({ id }) => id);
}

const MOST_SLICES = 24;
const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;

/** Minutes are there for what is recent; what has been rolled up is known by the hour. */
export function slicesOf({ from, to }: TimeRange, now: number): Slices {
  const unit = from.getTime() > now - 2 * HOUR_MS ? MINUTE_MS : HOUR_MS;
  const stepMs = Math.max(unit, Math.ceil((to.getTime() - from.getTime()) / MOST_SLICES / unit) * unit);
  return { from: from.getTime(), stepMs, count: Math.max(1, Math.ceil((to.getTime() - from.getTime()) / stepMs)) };
}

/** Fewer calls say nothing about how long one takes. */
const LEAST_CALLS = 10;
const SLOWER = 1.5;

type Previous = NonNullable<ListedStatement['previous']>;

export function previousOf(sums: StatementSums, id: number): Previous | null {
  const calls = sums.counter(id, 'calls');
  const totalMs = sums.counter(id, 'total_us') / 1_000;
  return calls === 0 ? null : { calls, totalMs, meanMs: totalMs / calls };
}

export function changeOf(
  { calls, meanMs, firstSeenAt }: Pick<Statement, 'calls' | 'meanMs' | 'firstSeenAt'>,
  previous: Previous | null,
  from: Date,
): ListedStatement['change'] {
  if (Date.parse(firstSeenAt) >= from.getTime()) return 'new';
  if (!previous || calls < LEAST_CALLS || previous.calls < LEAST_CALLS || previous.meanMs === 0) return null;
  const times = meanMs / previous.meanMs;
  return times >= SLOWER ? 'regressed' : times <= 1 / SLOWER ? 'improved' : null;
}

const MOST_FACETS = 20;

/** How the time is divided by a name; most time first. */
export function facetOf<T extends { id: number }>(
  sums: StatementSums,
  statements: readonly T[],
  nameOf: (one: T) => string,
): { name: string; statements: number; totalMs: number }[] {
  return [...Map.groupBy(statements, nameOf)]
    .map(([name, some]) => ({
      name,
      statements: some.length,
      totalMs: some.reduce((sum, { id }) => sum + sums.counter(id, 'total_us'), 0) / 1_000,
    }))
    .sort((a, b) => b.totalMs - a.totalMs || (a.name < b.name ? -1 : 1))
    .slice(0, MOST_FACETS);
}
