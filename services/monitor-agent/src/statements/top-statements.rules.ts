import type { StatementSort } from '@tidegate/contracts/monitor-agent/statement';
import type { StatementCounter } from '../series/statement-counters.rules.ts';
import type { StatementSums } from '../series/statement-sums.rules.ts';

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
