import { STATEMENT_COUNTERS, type StatementCounter } from '../statements/statement-deltas.rules.ts';
import { addColumn, columnOf, type Decoded, POINT, SUM } from './columns.rules.ts';

const FIRST_CAPACITY = 1_024;

/**
 * Sums by statement over parts of a range, from wherever those are stored. Each statement has a place, and each counter
 * is a column of sums by place: so a block is added column by column.
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
    const hour = columnOf(sums, SUM.hour);
    const lastAt = columnOf(sums, SUM.lastAt);
    const wanted = (row: number) => !hours || hours.has(hour[row] as number);
    this.addRows(sums, SUM, wanted, (row) => dayMs + (lastAt[row] as number));
  }

  /** Points of those looks only; `looksAt` has their times. */
  addPoints(points: Decoded, dayMs: number, looks: ReadonlySet<number>, looksAt: Float64Array): void {
    const look = columnOf(points, POINT.look);
    const wanted = (row: number) => looks.has(look[row] as number);
    this.addRows(points, POINT, wanted, (row) => dayMs + (looksAt[look[row] as number] as number));
  }

  add(id: number, partial: boolean, at: number, counters: readonly number[]): void {
    const place = this.place(id, partial, at);
    for (const [index, sums] of this.counters.entries()) sums[place] = (sums[place] as number) + (counters[index] ?? 0);
  }

  private addRows(
    columns: Decoded,
    layout: { id: number; partial: number; counters: number },
    wanted: (row: number) => boolean,
    at: (row: number) => number,
  ): void {
    const ids = columnOf(columns, layout.id);
    const partial = columnOf(columns, layout.partial);
    const places = new Int32Array(ids.length);
    let some = false;
    for (let row = 0; row < places.length; row += 1) {
      const place = wanted(row) ? this.place(ids[row] as number, partial[row] === 1, at(row)) : -1;
      places[row] = place;
      some ||= place >= 0;
    }
    if (!some) return;
    for (const [index, sums] of this.counters.entries())
      addColumn(sums, columnOf(columns, layout.counters + index), places);
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
