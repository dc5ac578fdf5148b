import type { StatementSort } from '@tidegate/contracts/monitor-agent/statement';
import { counterOf, type StatementSum } from '../series/statement-sums.rules.ts';

const VALUE: Record<StatementSort, (sum: StatementSum) => number> = {
  totalMs: (sum) => counterOf(sum, 'total_us'),
  calls: (sum) => counterOf(sum, 'calls'),
  // What was planned but never called has no mean and comes last.
  meanMs: (sum) => (counterOf(sum, 'calls') > 0 ? counterOf(sum, 'total_us') / counterOf(sum, 'calls') : -1),
  rows: (sum) => counterOf(sum, 'rows'),
  ioReadMs: (sum) => counterOf(sum, 'io_read_us'),
  walBytes: (sum) => counterOf(sum, 'wal_bytes'),
};

/** The statements with the largest sums, of equal ones the oldest first. */
export function topIds(
  sums: ReadonlyMap<number, StatementSum>,
  ids: readonly number[],
  sort: StatementSort,
  limit: number,
): number[] {
  const value = VALUE[sort];
  const ranked = ids.flatMap((id) => {
    const sum = sums.get(id);
    return sum ? [{ id, value: value(sum) }] : [];
  });
  return ranked
    .sort((a, b) => b.value - a.value || a.id - b.id)
    .slice(0, limit)
    .map(({ id }) => id);
}
