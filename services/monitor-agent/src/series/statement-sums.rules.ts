import { columnOf, type Decoded, POINT, SUM } from './columns.rules.ts';
import { STATEMENT_COUNTERS, type StatementCounter } from './statement-counters.rules.ts';

const FIRST_CAPACITY = 1_024;

/**
 * Sums by statement over parts of a range, from wherever those are stored. Each statement has a place, and each counter
 * is a column of sums by place: so a rollup is added column by column.
 */
export class StatementSums {
  private readonly places = new Map<number, number>();
  private partial = new Uint8Array(FIRST_CAPACITY);
  /** Milliseconds since 1970. */
  private lastAt = new Float64Array(FIRST_CAPACITY);
  private counters = STATEMENT_COUNTERS.map(() => new Float64Array(FIRST_CAPACITY));

  get ids(): number[] {
    return [...this.places.keys()];
  }

  isPartial(id: number): boolean {
    return this.partial[this.places.get(id) ?? -1] === 1;
  }

  lastSeenAt(id: number): Date {
    return new Date(this.lastAt[this.places.get(id) ?? -1] ?? 0);
  }

  counter(id: number, name: StatementCounter): number {
    return this.counters[STATEMENT_COUNTERS.indexOf(name)]?.[this.places.get(id) ?? -1] ?? 0;
  }

  /** Of those hours only, when given. */
  addSums(sums: Decoded, dayMs: number, hours?: ReadonlySet<number>): void {
    const [ids, partial, lastAt] = [columnOf(sums, SUM.id), columnOf(sums, SUM.partial), columnOf(sums, SUM.lastAt)];
    const hour = columnOf(sums, SUM.hour);
    const chosen = new ChosenRows(ids.length);
    for (let row = 0; row < ids.length; row += 1) {
      if (hours && !hours.has(hour[row] as number)) continue;
      chosen.add(row, this.place(ids[row] as number, partial[row] === 1, dayMs + (lastAt[row] as number)));
    }
    this.addChosen(sums, SUM.counters, chosen);
  }

  /** Points of those snapshots only; `snapshotsAt` has their times. */
  addPoints(points: Decoded, dayMs: number, snapshots: ReadonlySet<number>, snapshotsAt: Float64Array): void {
    const [ids, partial, snapshot] = [
      columnOf(points, POINT.id),
      columnOf(points, POINT.partial),
      columnOf(points, POINT.snapshot),
    ];
    const chosen = new ChosenRows(ids.length);
    for (let row = 0; row < ids.length; row += 1) {
      const number = snapshot[row] as number;
      if (!snapshots.has(number)) continue;
      chosen.add(row, this.place(ids[row] as number, partial[row] === 1, dayMs + (snapshotsAt[number] as number)));
    }
    this.addChosen(points, POINT.counters, chosen);
  }

  add(id: number, partial: boolean, at: number, counters: readonly number[]): void {
    const place = this.place(id, partial, at);
    for (const [index, sums] of this.counters.entries()) sums[place] = (sums[place] as number) + (counters[index] ?? 0);
  }

  private addChosen(columns: Decoded, first: number, { rows, places, count }: ChosenRows): void {
    for (const [index, sums] of this.counters.entries()) {
      const column = columnOf(columns, first + index);
      for (let at = 0; at < count; at += 1) {
        const place = places[at] as number;
        sums[place] = (sums[place] as number) + (column[rows[at] as number] as number);
      }
    }
  }

  private place(id: number, partial: boolean, at: number): number {
    let place = this.places.get(id);
    if (place === undefined) {
      place = this.places.size;
      if (place === this.lastAt.length) this.grow();
      this.places.set(id, place);
    }
    if (partial) this.partial[place] = 1;
    if (at > (this.lastAt[place] as number)) this.lastAt[place] = at;
    return place;
  }

  private grow(): void {
    const larger = (column: Float64Array) => {
      const copy = new Float64Array(column.length * 2);
      copy.set(column);
      return copy;
    };
    const partial = new Uint8Array(this.partial.length * 2);
    partial.set(this.partial);
    this.partial = partial;
    this.lastAt = larger(this.lastAt);
    this.counters = this.counters.map(larger);
  }
}

/** Rows to add, and the place of each. */
class ChosenRows {
  readonly rows: Int32Array;
  readonly places: Int32Array;
  count = 0;

  constructor(most: number) {
    this.rows = new Int32Array(most);
    this.places = new Int32Array(most);
  }

  add(row: number, place: number): void {
    this.rows[this.count] = row;
    this.places[this.count] = place;
    this.count += 1;
  }
}
