/*
 * Rows of counters in few bytes. A collector remembers millions of them, nearly all small numbers, many of them zero:
 * as numbers of JavaScript they would take 8 bytes each and keep the garbage collector busy.
 *
 * Each counter is written with seven bits a byte, the lowest first; the eighth bit says that more follow (LEB128).
 * A row that changes is written anew at the end. Once more than half of all bytes are out of date, the rest moves
 * together.
 */
const START_BYTES_PER_ROW = 32;
const MORE = 128;
const SEVEN_BITS = 127;
/** Counters stay below 2^53: eight bytes of seven bits. */
const MAX_BYTES = 8;

export class CompactCounters {
  private readonly width: number;
  private bytes: Uint8Array;
  private starts: Uint32Array;
  private used = 0;
  private outdated = 0;

  constructor(width: number, rows: number) {
    this.width = width;
    this.bytes = new Uint8Array(rows * START_BYTES_PER_ROW);
    this.starts = new Uint32Array(rows).fill(NOWHERE);
  }

  get(row: number): number[] {
    const values = new Array<number>(this.width);
    let at = this.starts[row] ?? NOWHERE;
    if (at === NOWHERE) return values.fill(0);
    for (let index = 0; index < this.width; index += 1) {
      let value = 0;
      for (let scale = 1; ; scale *= MORE) {
        const byte = this.bytes[at] ?? 0;
        at += 1;
        value += (byte & SEVEN_BITS) * scale;
        if (byte < MORE) break;
      }
      values[index] = value;
    }
    return values;
  }

  /** Without an array: it is asked for thousands of rows, of hundreds of servers, every minute. */
  sum(row: number): number {
    let at = this.starts[row] ?? NOWHERE;
    if (at === NOWHERE) return 0;
    let sum = 0;
    for (let left = this.width, scale = 1; left > 0; at += 1) {
      const byte = this.bytes[at] ?? 0;
      sum += (byte & SEVEN_BITS) * scale;
      if (byte >= MORE) {
        scale *= MORE;
        continue;
      }
      scale = 1;
      left -= 1;
    }
    return sum;
  }

  set(row: number, values: readonly number[]): void {
    const before = this.starts[row] ?? NOWHERE;
    if (before !== NOWHERE) this.outdated += this.sizeAt(before);
    this.reserve(row);
    this.starts[row] = this.used;
    for (const value of values) {
      let rest = value;
      while (rest >= MORE) {
        this.bytes[this.used] = (rest % MORE) | MORE;
        rest = Math.floor(rest / MORE);
        this.used += 1;
      }
      this.bytes[this.used] = rest;
      this.used += 1;
    }
    if (this.outdated * 2 > this.used) this.moveTogether();
  }

  copy(): CompactCounters {
    const copy = new CompactCounters(this.width, 0);
    copy.bytes = this.bytes.slice();
    copy.starts = this.starts.slice();
    copy.used = this.used;
    copy.outdated = this.outdated;
    return copy;
  }

  private sizeAt(start: number): number {
    let at = start;
    for (let index = 0; index < this.width; index += 1) {
      while ((this.bytes[at] ?? 0) >= MORE) at += 1;
      at += 1;
    }
    return at - start;
  }

  private reserve(row: number): void {
    if (row >= this.starts.length) {
      const starts = new Uint32Array(grown(row + 1)).fill(NOWHERE);
      starts.set(this.starts);
      this.starts = starts;
    }
    const needed = this.used + this.width * MAX_BYTES;
    if (needed > this.bytes.length) this.resize(grown(needed));
  }

  private resize(length: number): void {
    const bytes = new Uint8Array(length);
    bytes.set(this.bytes.subarray(0, this.used));
    this.bytes = bytes;
  }

  private moveTogether(): void {
    const bytes = new Uint8Array(grown(this.used - this.outdated + this.width * MAX_BYTES));
    let used = 0;
    for (const [row, start] of this.starts.entries()) {
      if (start === NOWHERE) continue;
      const size = this.sizeAt(start);
      bytes.set(this.bytes.subarray(start, start + size), used);
      this.starts[row] = used;
      used += size;
    }
    this.bytes = bytes;
    this.used = used;
    this.outdated = 0;
  }
}

const NOWHERE = 0xffff_ffff;

/** An eighth more than needed, so that growing is rare. */
const grown = (needed: number): number => needed + (needed >> 3);
