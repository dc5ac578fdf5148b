import { addColumn, columnOf, type Decoded, POINT, SUM } from './columns.rules.ts';
import { STATEMENT_COUNTERS, type StatementCounter } from './statement-counters.rules.ts';

const FIRST_CAPACITY = 1_024;
const BYTES_A_PLACE = 40;
const INDEX_OF = new Map(STATEMENT_COUNTERS.map((name, index) => [name, index]));
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

/** When some statements took time, and how long: one after the other, in milliseconds since 1970 and microseconds. */
export type Times = ReadonlyMap<number, readonly number[]>;

/** The same of many statements, in the order in which it was read. */
export interface TimesInOrder {
  ids: number[];
  at: number[];
  us: number[];
}

/**
 * Sums by statement over parts of a range, from wherever those are stored. Each statement has a place, and each counter
 * is a column of sums by place: so a rollup is added column by column.
 */
export class StatementSums {
  private readonly places = new Map<number, number>();
  private partial = new Uint8Array(FIRST_CAPACITY);
  /** Milliseconds since 1970. */
  private lastAt = new Float64Array(FIRST_CAPACITY);
  /** Of what is not counted there are none. */
  private counters: Float64Array[];
  readonly slices: Slices | undefined;
  private readonly counted: readonly number[];
  private sliced: Float64Array;

  /** Without `only`, of all counters. */
  constructor({ slices, only = STATEMENT_COUNTERS }: Wanted = {}) {
    this.slices = slices;
    this.counted = only.map((name) => STATEMENT_COUNTERS.indexOf(name));
    const counted = new Set(this.counted);
    this.counters = STATEMENT_COUNTERS.map((_, index) => new Float64Array(counted.has(index) ? FIRST_CAPACITY : 0));
    this.sliced = new Float64Array(FIRST_CAPACITY * (slices?.count ?? 0));
  }

  /** About as much memory as it takes. */
  get bytes(): number {
    const columns = [this.lastAt, this.partial, this.sliced, ...this.counters];
    return columns.reduce((sum, { byteLength }) => sum + byteLength, this.places.size * BYTES_A_PLACE);
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
    return this.counters[INDEX_OF.get(name) ?? -1]?.[this.places.get(id) ?? -1] ?? 0;
  }

  /** Microseconds by slice, of each; `times` of rollups that were added as a whole, whose sums say nothing of slices. */
  slicesOf(ids: readonly number[], times: readonly Times[]): Map<number, number[]> {
    const count = this.slices?.count ?? 0;
    const sliced = new Map(
      ids.map((id) => {
        const place = this.places.get(id) ?? -1;
        return [id, place < 0 ? [] : [...this.sliced.subarray(place * count, (place + 1) * count)]] as const;
      }),
    );
    for (const some of times)
      for (const [id, slices] of sliced) {
        const own = some.get(id) ?? [];
        for (let index = 0; index < own.length; index += 2) {
          const slice = this.sliceAt(own[index] as number);
          slices[slice] = (slices[slice] ?? 0) + (own[index + 1] as number);
        }
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

  /** Of what was added without its slices. */
  addTimes({ ids, at, us }: TimesInOrder): void {
    if (this.slices) for (const [row, id] of ids.entries()) this.addToSlice(id, at[row] as number, us[row] as number);
  }

  /** All that others have. */
  addAll(others: StatementSums): void {
    if (this.lastAt.length < others.places.size) this.growTo(others.places.size + FIRST_CAPACITY);
    const places = new Int32Array(others.places.size);
    for (const [id, from] of others.places)
      places[from] = this.place(id, others.partial[from] === 1, others.lastAt[from] as number);
    for (const index of this.counted) {
      const column = others.counters[index] as Float64Array;
      if (column.length > 0) addColumn(this.counters[index] as Float64Array, column, places);
    }
  }

  /** As long as nothing is added any more: without room for more, and without the counters that never counted. */
  compact(): this {
    const { size } = this.places;
    this.partial = this.partial.slice(0, size);
    this.lastAt = this.lastAt.slice(0, size);
    this.counters = this.counters.map((column) => column.slice(0, column.some((count) => count > 0) ? size : 0));
    return this;
  }

  /** All of a rollup, or those hours of it; not by slices. */
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
    this.sliceChosen(points, POINT.counters, chosen, (row) => dayMs + (snapshotsAt[snapshot[row] as number] as number));
  }

  add(id: number, partial: boolean, at: number, counters: readonly number[]): void {
    const place = this.place(id, partial, at);
    for (const [index, sums] of this.counters.entries()) sums[place] = (sums[place] as number) + (counters[index] ?? 0);
  }

  private addChosen(columns: Decoded, first: number, { rows, places, count }: ChosenRows): void {
    for (const index of this.counted) {
      const sums = this.counters[index] as Float64Array;
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
      if (place === this.lastAt.length) this.growTo(place * 2);
      this.places.set(id, place);
    }
    if (partial) this.partial[place] = 1;
    if (at > (this.lastAt[place] as number)) this.lastAt[place] = at;
    return place;
  }

  private growTo(capacity: number): void {
    const before = this.lastAt.length;
    const larger = (column: Float64Array) => {
      const copy = new Float64Array((column.length / before) * capacity);
      copy.set(column);
      return copy;
    };
    const partial = new Uint8Array(capacity);
    partial.set(this.partial);
    this.partial = partial;
    this.lastAt = larger(this.lastAt);
    this.counters = this.counters.map(larger);
    this.sliced = larger(this.sliced);
  }
}

/** Hours as one, and when in them statements took time, for slices. */
export interface SumsOfHours {
  sums: StatementSums;
  times: TimesInOrder;
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
