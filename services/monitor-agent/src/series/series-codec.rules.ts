import { crc32, deflateRawSync, inflateRawSync } from 'node:zlib';

/*
 * Columns of whole numbers in few bytes (monitoring.md 3.4). Neighbours in a column are alike, so each column is stored
 * as differences from what was expected: nothing (plain), the value before (delta), or what the value before was per
 * call times the calls of this row (ratio to the base column): a statement that reads eight blocks a call costs nothing
 * there, however its calls vary. Whichever gives the smallest differences is taken, column by column; a column of one
 * value is only that value. Differences are zigzag varints, and deflate takes what regularity is left.
 *
 *   byte 0      version
 *   bytes 1-4   CRC-32 of the rest
 *   rest        deflated: rows, columns, base + 1, then each column: its mode and its numbers
 */
export const SERIES_VERSION = 1;
const HEADER_BYTES = 5;
/** Differences up to here are exact whatever was expected. */
const MAX_EXACT = 2 ** 52;

const CONSTANT = 0;
const PLAIN = 1;
const DELTA = 2;
const RATIO = 3;

export class SeriesBlobError extends Error {
  override readonly name = 'SeriesBlobError';
}

export type Column = ArrayLike<number>;

/** Whole numbers from 0 to 2^53 - 1, all columns of one length; `base` is a column that later ones may follow. */
export function encodeColumns(columns: readonly Column[], base?: number): Buffer {
  const rows = columns[0]?.length ?? 0;
  const writer = new Writer();
  writer.number(rows);
  writer.number(columns.length);
  writer.number(base === undefined ? 0 : base + 1);
  columns.forEach((column, index) => {
    if (column.length !== rows) throw new RangeError('Columns of a series differ in length.');
    const follows = base !== undefined && index > base ? columns[base] : undefined;
    writeColumn(writer, column, follows);
  });
  const body = deflateRawSync(writer.bytes());
  const blob = Buffer.allocUnsafe(HEADER_BYTES + body.length);
  blob[0] = SERIES_VERSION;
  blob.writeUInt32LE(crc32(body), 1);
  body.copy(blob, HEADER_BYTES);
  return blob;
}

export function decodeColumns(blob: Buffer, columns: number): Float64Array[] {
  if (blob.length < HEADER_BYTES) throw new SeriesBlobError('A stored series is cut off.');
  if (blob[0] !== SERIES_VERSION)
    throw new SeriesBlobError(`A stored series has version ${blob[0]}; this program reads version ${SERIES_VERSION}.`);
  const body = blob.subarray(HEADER_BYTES);
  if (crc32(body) !== blob.readUInt32LE(1)) throw new SeriesBlobError('The checksum of a stored series is wrong.');
  const reader = new Reader(inflateRawSync(body));
  const rows = reader.number();
  const found = reader.number();
  if (found !== columns) throw new SeriesBlobError(`A stored series has ${found} columns instead of ${columns}.`);
  const base = reader.number() - 1;
  const decoded: Float64Array[] = [];
  for (let index = 0; index < columns; index += 1) decoded.push(readColumn(reader, rows, decoded[base]));
  return decoded;
}

function writeColumn(writer: Writer, column: Column, follows: Column | undefined): void {
  check(column);
  const first = column[0] ?? 0;
  if (isConstant(column, first)) {
    writer.number(CONSTANT);
    writer.difference(first);
    return;
  }
  const modes = follows ? [PLAIN, DELTA, RATIO] : [PLAIN, DELTA];
  const costs = modes.map((mode) => bits(column, mode, follows));
  const mode = modes[costs.indexOf(Math.min(...costs))] ?? PLAIN;
  writer.number(mode);
  let before = 0;
  for (let row = 0; row < column.length; row += 1) {
    const value = column[row] ?? 0;
    writer.difference(value - expected(mode, before, row, follows));
    before = value;
  }
}

function readColumn(reader: Reader, rows: number, follows: Float64Array | undefined): Float64Array {
  const column = new Float64Array(rows);
  const mode = reader.number();
  if (mode === CONSTANT) return column.fill(reader.difference());
  let before = 0;
  for (let row = 0; row < rows; row += 1) {
    before = reader.difference() + expected(mode, before, row, follows);
    column[row] = before;
  }
  return column;
}

function expected(mode: number, before: number, row: number, follows: Column | undefined): number {
  if (mode === DELTA) return before;
  if (mode !== RATIO || !follows || row === 0) return 0;
  const base = follows[row - 1] ?? 0;
  return base === 0 ? 0 : Math.round((before / base) * (follows[row] ?? 0));
}

function check(column: Column): void {
  for (let row = 0; row < column.length; row += 1) {
    const value = column[row] ?? 0;
    if (!Number.isSafeInteger(value) || value < 0) throw new RangeError(`${value} is no count.`);
  }
}

function isConstant(column: Column, first: number): boolean {
  for (let row = 1; row < column.length; row += 1) if (column[row] !== first) return false;
  return true;
}

/** About how many bits the differences need; infinite where they would not be exact. */
function bits(column: Column, mode: number, follows: Column | undefined): number {
  let sum = 0;
  let before = 0;
  for (let row = 0; row < column.length; row += 1) {
    const value = column[row] ?? 0;
    const guess = expected(mode, before, row, follows);
    if (mode === RATIO && (guess > MAX_EXACT || value > MAX_EXACT)) return Number.POSITIVE_INFINITY;
    sum += Math.log2(1 + Math.abs(value - guess));
    before = value;
  }
  return sum;
}

/** The first byte of a difference holds its sign and six bits, so that all of 2^53 - 1 fits with either sign. */
class Writer {
  private buffer = Buffer.allocUnsafe(4_096);
  private length = 0;

  number(value: number): void {
    let rest = value;
    this.reserve();
    while (rest > 127) {
      this.buffer[this.length++] = (rest % 128) | 128;
      rest = Math.floor(rest / 128);
    }
    this.buffer[this.length++] = rest;
  }

  difference(value: number): void {
    const size = Math.abs(value);
    const rest = Math.floor(size / 64);
    this.reserve();
    this.buffer[this.length++] = (size % 64) * 2 + (value < 0 ? 1 : 0) + (rest > 0 ? 128 : 0);
    if (rest > 0) this.number(rest);
  }

  bytes(): Buffer {
    return this.buffer.subarray(0, this.length);
  }

  private reserve(): void {
    if (this.buffer.length - this.length >= 16) return;
    const larger = Buffer.allocUnsafe(this.buffer.length * 2);
    this.buffer.copy(larger);
    this.buffer = larger;
  }
}

class Reader {
  private at = 0;
  private readonly bytes: Buffer;

  constructor(bytes: Buffer) {
    this.bytes = bytes;
  }

  number(): number {
    let value = 0;
    let scale = 1;
    for (;;) {
      const byte = this.next();
      value += (byte & 127) * scale;
      if (byte < 128) return value;
      scale *= 128;
    }
  }

  difference(): number {
    const byte = this.next();
    const low = (byte & 127) >> 1;
    const size = byte < 128 ? low : low + this.number() * 64;
    return byte & 1 ? -size : size;
  }

  private next(): number {
    const byte = this.bytes[this.at];
    if (byte === undefined) throw new SeriesBlobError('A stored series ends too early.');
    this.at += 1;
    return byte;
  }
}
