import { STATEMENT_COUNTERS, type StatementCounter } from '../statements/statement-deltas.rules.ts';
import { COUNTERS, type Columns, POINT, rowsOf, SUM } from './columns.rules.ts';

export interface StatementSum {
  partial: boolean;
  /** Milliseconds since 1970. */
  lastAt: number;
  counters: Float64Array;
}

export const counterOf = (sum: StatementSum, name: StatementCounter): number =>
  sum.counters[STATEMENT_COUNTERS.indexOf(name)] ?? 0;

/** Sums by statement over parts of a range, from wherever those are stored. */
export class StatementSums {
  readonly byId = new Map<number, StatementSum>();

  /** Of those hours only, when given. */
  addSums(sums: Columns, dayMs: number, hours?: ReadonlySet<number>): void {
    for (let row = 0; row < rowsOf(sums); row += 1) {
      if (hours && !hours.has(sums[SUM.hour]?.[row] ?? 0)) continue;
      const at = dayMs + (sums[SUM.lastAt]?.[row] ?? 0);
      const sum = this.of(sums[SUM.id]?.[row] ?? 0, sums[SUM.partial]?.[row] === 1, at);
      addRow(sum.counters, sums, SUM.counters, row);
    }
  }

  /** Points of those looks only; `looksAt` has their times. */
  addPoints(points: Columns, dayMs: number, looks: ReadonlySet<number>, looksAt: ArrayLike<number>): void {
    for (let row = 0; row < rowsOf(points); row += 1) {
      const look = points[POINT.look]?.[row] ?? 0;
      if (!looks.has(look)) continue;
      const at = dayMs + (looksAt[look] ?? 0);
      const sum = this.of(points[POINT.id]?.[row] ?? 0, points[POINT.partial]?.[row] === 1, at);
      addRow(sum.counters, points, POINT.counters, row);
    }
  }

  add(id: number, partial: boolean, at: number, counters: readonly number[]): void {
    const sum = this.of(id, partial, at);
    for (let index = 0; index < COUNTERS; index += 1)
      sum.counters[index] = (sum.counters[index] ?? 0) + (counters[index] ?? 0);
  }

  private of(id: number, partial: boolean, at: number): StatementSum {
    let sum = this.byId.get(id);
    if (!sum) {
      sum = { partial: false, lastAt: 0, counters: new Float64Array(COUNTERS) };
      this.byId.set(id, sum);
    }
    if (partial) sum.partial = true;
    if (at > sum.lastAt) sum.lastAt = at;
    return sum;
  }
}

function addRow(counters: Float64Array, columns: Columns, first: number, row: number): void {
  for (let index = 0; index < COUNTERS; index += 1)
    counters[index] = (counters[index] as number) + (columns[first + index]?.[row] ?? 0);
}
