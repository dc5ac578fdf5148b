import { COUNTERS, type Columns, POINT, rowsOf, SUM } from './columns.rules.ts';

interface StatementSum {
  partial: boolean;
  /** Milliseconds since 1970. */
  lastAt: number;
  counters: Float64Array;
}

/** Sums by statement over parts of a range, from wherever those are stored. */
export class StatementSums {
  private readonly sums = new Map<number, StatementSum>();

  /** Of those hours only, when given. */
  addSums(sums: Columns, dayMs: number, hours?: ReadonlySet<number>): void {
    for (let row = 0; row < rowsOf(sums); row += 1) {
      if (hours && !hours.has(sums[SUM.hour]?.[row] ?? 0)) continue;
      const at = dayMs + (sums[SUM.lastAt]?.[row] ?? 0);
      this.add(sums, row, sums[SUM.id]?.[row] ?? 0, sums[SUM.partial]?.[row] ?? 0, at, SUM.counters);
    }
  }

  /** Points of those looks only; `looksAt` has their times. */
  addPoints(points: Columns, dayMs: number, looks: ReadonlySet<number>, looksAt: ArrayLike<number>): void {
    for (let row = 0; row < rowsOf(points); row += 1) {
      const look = points[POINT.look]?.[row] ?? 0;
      if (!looks.has(look)) continue;
      const at = dayMs + (looksAt[look] ?? 0);
      this.add(points, row, points[POINT.id]?.[row] ?? 0, points[POINT.partial]?.[row] ?? 0, at, POINT.counters);
    }
  }

  get ids(): number[] {
    return [...this.sums.keys()];
  }

  get partial(): boolean[] {
    return [...this.sums.values()].map((sum) => sum.partial);
  }

  get lastAt(): Date[] {
    return [...this.sums.values()].map((sum) => new Date(sum.lastAt));
  }

  /** One counter of all statements, in the order of `ids`. */
  counter(index: number): number[] {
    return [...this.sums.values()].map((sum) => sum.counters[index] ?? 0);
  }

  private add(columns: Columns, row: number, id: number, partial: number, at: number, first: number): void {
    let sum = this.sums.get(id);
    if (!sum) {
      sum = { partial: false, lastAt: 0, counters: new Float64Array(COUNTERS) };
      this.sums.set(id, sum);
    }
    sum.partial ||= partial > 0;
    sum.lastAt = Math.max(sum.lastAt, at);
    for (let index = 0; index < COUNTERS; index += 1)
      sum.counters[index] = (sum.counters[index] ?? 0) + (columns[first + index]?.[row] ?? 0);
  }
}
