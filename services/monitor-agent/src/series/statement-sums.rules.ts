import { columnOf, DAY_MS, type Decoded, POINT, SUM } from './columns.rules.ts';
import { STATEMENT_COUNTERS, type StatementCounter } from './statement-counters.rules.ts';

const FIRST_CAPACITY = 1_024;
const TOTAL_US = STATEMENT_COUNTERS.indexOf('total_us');

/** Equal parts of a range, for each of which the time of every statement is added up besides. */
export interface Slices {
  /** In milliseconds. */
  from: number;
  stepMs: number;
  count: number;
}

/** What is added up: for slices besides, and only these counters. */
export interface Wanted {
  slices?: Slices | undefined;
  only?: readonly StatementCounter[] | undefined;
}

/** The numbers of statements, and then their time on each day of a month. */
type DaysOf = (ids: readonly number[]) => ReadonlyMap<number, Float64Array | undefined>;

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
  /** Months whose time has yet to be divided by its days. */
  private readonly months: { daysOf: DaysOf; monthMs: number }[] = [];
  readonly slices: Slices | undefined;
  private readonly counted: readonly number[];
  private sliced: Float64Array;

  /** Without `only`, of all counters. */
  constructor({ slices, only = STATEMENT_COUNTERS }: Wanted = {}) {
    this.slices = slices;
    this.counted = only.map((name) => STATEMENT_COUNTERS.indexOf(name));
    this.sliced = new Float64Array(FIRST_CAPACITY * (slices?.count ?? 0));
  }

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

  /** Microseconds by slice, of each. */
  slicesOf(ids: readonly number[]): Map<number, number[]> {
    const count = this.slices?.count ?? 0;
    const sliced = new Map(
      ids.map((id) => {
        const place = this.places.get(id) ?? -1;
        return [id, place < 0 ? [] : [...this.sliced.subarray(place * count, (place + 1) * count)]] as const;
      }),
    );
    for (const { daysOf, monthMs } of this.months)
      for (const [id, [, ...days] = []] of daysOf(ids))
        for (const [day, us] of days.entries()) {
          const [slices, slice] = [sliced.get(id), this.sliceAt(monthMs + (day + 1) * DAY_MS - 1)];
          if (slices) slices[slice] = (slices[slice] ?? 0) + us;
        }
    return sliced;
  }

  addToSlice(id: number, at: number, us: number): void {
    this.slice(this.place(id, false, 0), at, us);
  }

  private slice(place: number, at: number, us: number): void {
    if (!this.slices || us === 0) return;
    const index = place * this.slices.count + this.sliceAt(at);
    this.sliced[index] = (this.sliced[index] as number) + us;
  }

  private sliceAt(at: number): number {
    const { from = 0, stepMs = 1, count = 1 } = this.slices ?? {};
    return Math.min(count - 1, Math.max(0, Math.floor((at - from) / stepMs)));
  }

  /** Of those hours only, when given. */
  addSums(sums: Decoded, dayMs: number, hours?: ReadonlySet<number>): void {
    const lastAt = columnOf(sums, SUM.lastAt);
    const chosen = this.addWhole(sums, dayMs, hours);
    this.sliceChosen(sums, SUM.counters, chosen, (row) => dayMs + (lastAt[row] as number));
  }

  /** A month is longer than a slice: its time is divided by its days, once it is known whose slices are wanted. */
  addMonth(sums: Decoded, daysOf: DaysOf, monthMs: number): void {
    this.addWhole(sums, monthMs);
    this.months.push({ daysOf, monthMs });
  }

  private addWhole(sums: Decoded, dayMs: number, hours?: ReadonlySet<number>): ChosenRows {
    const [ids, partial, lastAt] = [columnOf(sums, SUM.id), columnOf(sums, SUM.partial), columnOf(sums, SUM.lastAt)];
    const hour = columnOf(sums, SUM.hour);
    const chosen = new ChosenRows(ids.length);
    for (let row = 0; row < ids.length; row += 1) {
      if (hours && !hours.has(hour[row] as number)) continue;
      chosen.add(row, this.place(ids[row] as number, partial[row] === 1, dayMs + (lastAt[row] as number)));
    }
    this.addChosen(sums, SUM.counters, chosen);
    return chosen;
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
    this.sliceChosen(points, POINT.counters, chosen, (row) => dayMs + (snapshotsAt[snapshot[row] as number] as number));
  }

  add(id: number, partial: boolean, at: number, counters: readonly number[]): void {
    const place = this.place(id, partial, at);
    for (const [index, sums] of this.counters.entries()) sums[place] = (sums[place] as number) + (counters[index] ?? 0);
  }

  private addChosen(columns: Decoded, first: number, { rows, places, count }: ChosenRows): void {
    for (const index of this.counted) {
      const sums = this.counters[index] as Float64Array<ArrayBuffer>;
      const column = columnOf(columns, first + index);
      for (let at = 0; at < count; at += 1) {
        const place = places[at] as number;
        sums[place] = (sums[place] as number) + (column[rows[at] as number] as number);
      }
    }
  }

  private sliceChosen(columns: Decoded, first: number, chosen: ChosenRows, atOf: (row: number) => number): void {
    if (!this.slices) return;
    const times = columnOf(columns, first + TOTAL_US);
    for (let at = 0; at < chosen.count; at += 1) {
      const row = chosen.rows[at] as number;
      this.slice(chosen.places[at] as number, atOf(row), times[row] as number);
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
    this.sliced = larger(this.sliced);
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
