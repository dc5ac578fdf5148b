import type { Columns as Prices } from '../../kernel/candle-series.rules.ts';

const LISTED = 20;

/** Candles as they are read, in growing columns; each knows its line. */
export class CandleTable {
  length = 0;
  private room = 0;
  private at = new Float64Array(0);
  private line = new Uint32Array(0);
  private open = new Int32Array(0);
  private high = new Int32Array(0);
  private low = new Int32Array(0);
  private close = new Int32Array(0);

  add(at: number, [open, high, low, close]: readonly number[], line: number): void {
    if (this.length === this.room) this.grow();
    const row = this.length++;
    this.at[row] = at;
    this.line[row] = line;
    this.open[row] = open as number;
    this.high[row] = high as number;
    this.low[row] = low as number;
    this.close[row] = close as number;
  }

  /**
   * In the order of time, each time once, in shared memory. Rows of the same time that are equal are `repeated`, others are
   * `contradictions`.
   */
  sorted(): { candles: Prices; repeated: Repeats; contradictions: Repeats } {
    const order = this.order();
    const same = (a: number, b: number) =>
      this.open[a] === this.open[b] &&
      this.high[a] === this.high[b] &&
      this.low[a] === this.low[b] &&
      this.close[a] === this.close[b];
    const kept = new Uint32Array(order.length);
    const repeated: Repeats = { count: 0, listed: [] };
    const contradictions: Repeats = { count: 0, listed: [] };
    let count = 0;
    for (const row of order) {
      const last = count > 0 ? (kept[count - 1] as number) : -1;
      if (last >= 0 && this.at[row] === this.at[last]) {
        const found = same(row, last) ? repeated : contradictions;
        found.count += 1;
        if (found.listed.length < LISTED)
          found.listed.push({ first: this.line[last] as number, again: this.line[row] as number });
      } else kept[count++] = row;
    }
    const ints = (column: Int32Array) => {
      const out = new Int32Array(new SharedArrayBuffer(count * Int32Array.BYTES_PER_ELEMENT));
      for (let i = 0; i < count; i += 1) out[i] = column[kept[i] as number] as number;
      return out;
    };
    const at = new Float64Array(new SharedArrayBuffer(count * Float64Array.BYTES_PER_ELEMENT));
    for (let i = 0; i < count; i += 1) at[i] = this.at[kept[i] as number] as number;
    const candles = { at, open: ints(this.open), high: ints(this.high), low: ints(this.low), close: ints(this.close) };
    return { candles, repeated, contradictions };
  }

  /** Rows by time; of one time in the order of the file. */
  private order(): Uint32Array {
    const order = Uint32Array.from({ length: this.length }, (_, row) => row);
    let ascending = true;
    for (let row = 1; row < this.length && ascending; row += 1)
      ascending = (this.at[row] as number) >= (this.at[row - 1] as number);
    return ascending ? order : order.sort((a, b) => (this.at[a] as number) - (this.at[b] as number) || a - b);
  }

  private grow(): void {
    this.room = Math.max(4_096, 2 * this.room);
    const grown = <Column extends Float64Array | Int32Array | Uint32Array>(column: Column, into: Column): Column => {
      into.set(column);
      return into;
    };
    this.at = grown(this.at, new Float64Array(this.room));
    this.line = grown(this.line, new Uint32Array(this.room));
    this.open = grown(this.open, new Int32Array(this.room));
    this.high = grown(this.high, new Int32Array(this.room));
    this.low = grown(this.low, new Int32Array(this.room));
    this.close = grown(this.close, new Int32Array(this.room));
  }
}

/** Rows of a time that had come before: how many, and the lines of the first ones. */
export interface Repeats {
  count: number;
  listed: { first: number; again: number }[];
}
