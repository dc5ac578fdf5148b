import { crc32, deflateRawSync, inflateRawSync } from 'node:zlib';

/*
 * Columns of whole numbers in few bytes (monitoring.md 3.4). Neighbours in a column are alike, so each column is stored
 * as differences from what was expected: nothing (plain), the value before (delta), or what a call has cost lately
 * times the calls of this row (rate, from the base column): a statement that reads eight blocks a call costs nothing
 * there, however its calls vary. Whichever gives the smallest differences is taken, column by column; a column of one
 * value is only that value. Differences are zigzag numbers of as many bytes as the largest needs, all lowest bytes
 * first, then all second ones: high bytes are nearly always zero, which deflate takes for nothing (measured: 4 % less
 * than varints), and any number of rows from the beginning is read without the others.
 *
 *   byte 0      version
 *   bytes 1-4   CRC-32 of the rest
 *   rest        deflated: rows (4 bytes), columns, base + 1, then each column: its mode, its width, its bytes
 */
export const PACKED_VERSION = 1;
const HEADER_BYTES = 5;
const LEAST_CHUNK = 1_024;
const NO_ROWS = new Float64Array(0);
const BODY_HEADER_BYTES = 6;
/** Differences up to here are exact as zigzag numbers. */
const MAX_DIFFERENCE = 2 ** 51;

const CONSTANT = 0;
const PLAIN = 1;
const DELTA = 2;
const RATE = 3;

/** How much the learned cost of a call keeps with the next row. */
const MEMORY = 0.95;

export class PackedColumnsError extends Error {
  override readonly name = 'PackedColumnsError';
}

export type Column = ArrayLike<number>;

/** Whole numbers from 0 to 2^53 - 1, all columns of one length; `base` is a column that later ones may follow. */
export function packColumns(columns: readonly Column[], base?: number): Buffer {
  const rows = columns[0]?.length ?? 0;
  const header = Buffer.alloc(BODY_HEADER_BYTES);
  header.writeUInt32LE(rows, 0);
  header[4] = columns.length;
  header[5] = base === undefined ? 0 : base + 1;
  const parts = columns.map((column, index) => {
    if (column.length !== rows) throw new RangeError('Packed columns differ in length.');
    check(column);
    return encodeColumn(column, base !== undefined && index > base ? columns[base] : undefined);
  });
  const body = deflateRawSync(Buffer.concat([header, ...parts]));
  const blob = Buffer.allocUnsafe(HEADER_BYTES + body.length);
  blob[0] = PACKED_VERSION;
  blob.writeUInt32LE(crc32(body), 1);
  body.copy(blob, HEADER_BYTES);
  return blob;
}

/** Rows up to the last that has at most `most` in `column`, in which numbers only rise. */
export interface Until {
  column: number;
  most: number;
}

/** These columns; the others are answered without rows. */
export interface Only {
  only: ReadonlySet<number>;
}

export function unpackColumns(blob: Buffer, columns: number, wantedOnly?: Until | Only): Float64Array[] {
  const until = wantedOnly && 'column' in wantedOnly ? wantedOnly : undefined;
  const only = wantedOnly && 'only' in wantedOnly ? wantedOnly.only : undefined;
  const { bytes, rows, base } = unpacked(blob, columns);
  const decoded: Float64Array[] = [];
  let wanted = rows;
  // Most columns of most statements are zeros: one array for all of them.
  let zeros = new Float64Array(rows);
  for (const [index, { mode, width, count, at }] of layoutOf(bytes, columns, rows).entries()) {
    if (only && index !== base && !only.has(index)) {
      decoded.push(NO_ROWS);
      continue;
    }
    const numbers = width === 0 ? zeros : readPlanes(bytes, at, count, width, Math.min(count, wanted));
    decoded.push(width === 0 ? zeros : decodeColumn(mode, numbers, wanted, decoded[base]));
    if (until?.column !== index) continue;
    wanted = rowsUntil(decoded[index] ?? zeros, until.most);
    zeros = zeros.subarray(0, wanted);
    decoded.forEach((column, before) => {
      decoded[before] = column.subarray(0, wanted);
    });
  }
  return decoded;
}

/** All columns of a few rows, found by the first column; undefined for what it does not have. */
export function decodeRows(
  blob: Buffer,
  columns: number,
  first: readonly number[],
): Map<number, Float64Array | undefined> {
  const { bytes, rows, base } = unpacked(blob, columns);
  const layout = layoutOf(bytes, columns, rows);
  const whole = ({ mode, width, count, at }: Layout, follows?: Float64Array) =>
    decodeColumn(mode, readPlanes(bytes, at, count, width, count), rows, follows);
  const firsts = layout[0] ? whole(layout[0]) : NO_ROWS;
  const bases = base >= 0 && layout[base] ? whole(layout[base]) : undefined;
  const found = new Map(first.map((one) => [one, firsts.indexOf(one)]));
  const values = new Map(
    [...found].map(([one, row]) => [one, row < 0 ? undefined : new Float64Array(columns)] as const),
  );
  for (const [index, column] of layout.entries()) {
    const { mode, width, count, at } = column;
    // Only where each number stands for itself can others be passed over.
    const decoded = mode === DELTA || mode === RATE ? whole(column, bases) : undefined;
    for (const [one, own] of values) {
      const row = found.get(one) ?? 0;
      if (own) own[index] = decoded ? (decoded[row] ?? 0) : numberAt(bytes, at, count, width, count === 1 ? 0 : row);
    }
  }
  return values;
}

interface Layout {
  mode: number;
  width: number;
  count: number;
  at: number;
}

function layoutOf(bytes: Buffer, columns: number, rows: number): Layout[] {
  const layout: Layout[] = [];
  let at = BODY_HEADER_BYTES;
  for (let index = 0; index < columns; index += 1) {
    const [mode, width] = [bytes[at] ?? 0, bytes[at + 1] ?? 0];
    const count = mode === CONSTANT ? 1 : rows;
    if (at + 2 + count * width > bytes.length) throw new PackedColumnsError('A packed block ends too early.');
    layout.push({ mode, width, count, at: at + 2 });
    at += 2 + count * width;
  }
  return layout;
}

function unpacked(blob: Buffer, columns: number): { bytes: Buffer; rows: number; base: number } {
  if (blob.length < HEADER_BYTES) throw new PackedColumnsError('A packed block is truncated.');
  if (blob[0] !== PACKED_VERSION)
    throw new PackedColumnsError(
      `A packed block has version ${blob[0]}; this program reads version ${PACKED_VERSION}.`,
    );
  const body = blob.subarray(HEADER_BYTES);
  if (crc32(body) !== blob.readUInt32LE(1)) throw new PackedColumnsError('The checksum of a packed block is wrong.');
  // In few pieces: they are put together in the end.
  const bytes = inflateRawSync(body, { chunkSize: Math.max(LEAST_CHUNK, 4 * body.length) });
  if (bytes[4] !== columns)
    throw new PackedColumnsError(`A packed block has ${bytes[4]} columns instead of ${columns}.`);
  return { bytes, rows: bytes.readUInt32LE(0), base: (bytes[5] ?? 0) - 1 };
}

function rowsUntil(column: Float64Array, most: number): number {
  let row = 0;
  while (row < column.length && (column[row] as number) <= most) row += 1;
  return row;
}

function encodeColumn(column: Column, follows: Column | undefined): Buffer {
  if (column.length === 0 || isConstant(column)) return writePlanes(CONSTANT, Float64Array.of(column[0] ?? 0));
  const candidates = [PLAIN, DELTA, ...(follows ? [RATE] : [])].map((mode) => ({
    mode,
    numbers: differences(column, mode, follows),
  }));
  const costs = candidates.map(({ numbers }) => bits(numbers));
  const best = candidates[costs.indexOf(Math.min(...costs))];
  return writePlanes(best?.mode ?? PLAIN, best?.numbers ?? Float64Array.from(column));
}

/** Zigzag numbers, but for plain ones; empty when one is too large to be exact. */
function differences(column: Column, mode: number, follows: Column | undefined): Float64Array {
  if (mode === PLAIN) return Float64Array.from(column);
  const numbers = new Float64Array(column.length);
  let before = 0;
  let values = 0;
  let bases = 0;
  for (let row = 0; row < column.length; row += 1) {
    const value = column[row] ?? 0;
    const base = follows?.[row] ?? 0;
    const difference = value - (mode === DELTA ? before : rateOf(values, bases, base));
    if (Math.abs(difference) > MAX_DIFFERENCE || value > MAX_DIFFERENCE) return new Float64Array(0);
    numbers[row] = difference < 0 ? -2 * difference - 1 : 2 * difference;
    values = values * MEMORY + value;
    bases = bases * MEMORY + base;
    before = value;
  }
  return numbers;
}

function decodeColumn(
  mode: number,
  numbers: Float64Array,
  rows: number,
  follows: Float64Array | undefined,
): Float64Array {
  if (mode === CONSTANT) return new Float64Array(rows).fill(numbers[0] ?? 0);
  if (mode === PLAIN) return numbers;
  if (mode === DELTA) undoDelta(numbers);
  else undoRate(numbers, follows ?? new Float64Array(rows));
  return numbers;
}

function undoDelta(numbers: Float64Array): void {
  let before = 0;
  for (let row = 0; row < numbers.length; row += 1) {
    before += signed(numbers[row] as number);
    numbers[row] = before;
  }
}

/** As `differences` makes them, with the rate in variables of its own: this loop is most of reading a year. */
function undoRate(numbers: Float64Array, follows: Float64Array): void {
  let values = 0;
  let bases = 0;
  for (let row = 0; row < numbers.length; row += 1) {
    const base = follows[row] as number;
    const value = signed(numbers[row] as number) + rateOf(values, bases, base);
    numbers[row] = value;
    values = values * MEMORY + value;
    bases = bases * MEMORY + base;
  }
}

function signed(zigzag: number): number {
  const half = Math.floor(zigzag / 2);
  return half * 2 === zigzag ? half : -half - 1;
}

/** What a call has cost lately, times the calls. Writing and reading compute it from the same numbers in one order. */
function rateOf(values: number, bases: number, base: number): number {
  return bases > 0 ? Math.round((values / bases) * base) : 0;
}

function check(column: Column): void {
  for (let row = 0; row < column.length; row += 1) {
    const value = column[row] ?? 0;
    if (!Number.isSafeInteger(value) || value < 0) throw new RangeError(`${value} is no count.`);
  }
}

function isConstant(column: Column): boolean {
  for (let row = 1; row < column.length; row += 1) if (column[row] !== column[0]) return false;
  return true;
}

/** Estimated bits for the numbers; a mode that cannot represent them is not chosen. */
function bits(numbers: Float64Array): number {
  if (numbers.length === 0) return Number.POSITIVE_INFINITY;
  let sum = 0;
  for (const number of numbers) sum += Math.log2(1 + number);
  return sum;
}

function writePlanes(mode: number, numbers: Float64Array): Buffer {
  let most = 0;
  for (const number of numbers) if (number > most) most = number;
  let width = 0;
  for (let rest = most; rest >= 1; rest /= 256) width += 1;
  const bytes = Buffer.alloc(2 + width * numbers.length);
  bytes[0] = mode;
  bytes[1] = width;
  let at = 2;
  for (let plane = 0; plane < width; plane += 1) {
    const scale = 256 ** plane;
    for (const number of numbers) {
      bytes[at] = Math.floor(number / scale) % 256;
      at += 1;
    }
  }
  return bytes;
}

/** The first `wanted` of `count` numbers; one pass for each two bytes of them, of which most have no more. */
function readPlanes(bytes: Buffer, from: number, count: number, width: number, wanted: number): Float64Array {
  const numbers = new Float64Array(wanted);
  for (let plane = 0; plane < width; plane += 2) {
    const [low, high] = [from + plane * count, from + (plane + 1) * count];
    const scale = 256 ** plane;
    if (plane + 1 === width)
      for (let row = 0; row < wanted; row += 1)
        numbers[row] = (numbers[row] as number) + (bytes[low + row] as number) * scale;
    else
      for (let row = 0; row < wanted; row += 1)
        numbers[row] =
          (numbers[row] as number) + ((bytes[low + row] as number) + (bytes[high + row] as number) * 256) * scale;
  }
  return numbers;
}

function numberAt(bytes: Buffer, from: number, count: number, width: number, row: number): number {
  let number = 0;
  for (let plane = width - 1; plane >= 0; plane -= 1) number = number * 256 + (bytes[from + plane * count + row] ?? 0);
  return number;
}
