import { packColumns, unpackColumns } from '@tidegate/database/packed-columns';
import { type Columns, MAX_TICKS, partOf } from '../kernel/candle-series.rules.ts';

/*
 * Candles as they are stored: chunks of up to 4,096 neighbours, compressed by column. A minute candle takes about five
 * bytes instead of a hundred as a row of its own, and a year of minutes is read in a hundredth of the time. A chunk begins
 * at a whole multiple of its span since 1970, so that every candle has exactly one place.
 *
 * The columns are the number of the interval within the chunk, the open, the close, and how far high and low reach beyond
 * both, which are small numbers. Prices are whole steps of the chunk; a step is a number of hundred-millionths.
 */
export const CHUNK_CANDLES = 4_096;

const COLUMNS = 5;
const FIRST = new Set([0]);

export const chunkStart = (at: number, intervalMs: number): number => {
  const span = CHUNK_CANDLES * intervalMs;
  return Math.floor(at / span) * span;
};

/** Candles of one chunk, oldest first. */
export function encodeChunk({ at, open, high, low, close }: Columns, startsAt: number, intervalMs: number): Buffer {
  const column = () => new Float64Array(at.length);
  const [places, above, below] = [column(), column(), column()];
  for (let i = 0; i < at.length; i += 1) {
    const [first, last] = [open[i] as number, close[i] as number];
    places[i] = ((at[i] as number) - startsAt) / intervalMs;
    above[i] = (high[i] as number) - Math.max(first, last);
    below[i] = Math.min(first, last) - (low[i] as number);
  }
  return packColumns([places, open, close, above, below]);
}

export interface Chunk {
  startsAt: number;
  /** A step of the chunk in ticks. */
  ticksPerStep: number;
  blob: Buffer;
}

/** When the first candle of a chunk begins. */
export const firstOf = ({ startsAt, blob }: Pick<Chunk, 'startsAt' | 'blob'>, intervalMs: number): number =>
  startsAt + (unpackColumns(blob, COLUMNS, { only: FIRST })[0]?.[0] ?? 0) * intervalMs;

/** Several chunks, oldest first, as one series of columns, without its summaries. */
export function decodeChunks(chunks: readonly Chunk[], intervalMs: number): Columns {
  const parts = chunks.map(({ blob }) => unpackColumns(blob, COLUMNS) as Five);
  const length = parts.reduce((sum, [places]) => sum + places.length, 0);
  const prices = () => new Int32Array(new SharedArrayBuffer(length * Int32Array.BYTES_PER_ELEMENT));
  const at = new Float64Array(new SharedArrayBuffer(length * Float64Array.BYTES_PER_ELEMENT));
  const columns = { at, open: prices(), high: prices(), low: prices(), close: prices() };
  let row = 0;
  for (const [index, part] of parts.entries()) {
    const chunk = chunks[index] as Chunk;
    fill(columns, row, part, { ...chunk, intervalMs });
    row += part[0].length;
  }
  return columns;
}

type Five = [Float64Array, Float64Array, Float64Array, Float64Array, Float64Array];

function fill(
  columns: Columns,
  from: number,
  [places, opens, closes, above, below]: Five,
  { startsAt, ticksPerStep, intervalMs }: Chunk & { intervalMs: number },
): void {
  for (let i = 0; i < places.length; i += 1) {
    const row = from + i;
    const [open, close] = [opens[i] as number, closes[i] as number];
    const high = Math.max(open, close) + (above[i] as number);
    if (high * ticksPerStep >= MAX_TICKS) throw new Error('A stored price is beyond what a series of ticks can hold.');
    columns.at[row] = startsAt + (places[i] as number) * intervalMs;
    columns.open[row] = open * ticksPerStep;
    columns.close[row] = close * ticksPerStep;
    columns.high[row] = high * ticksPerStep;
    columns.low[row] = (Math.min(open, close) - (below[i] as number)) * ticksPerStep;
  }
}

export interface Merged {
  columns: Columns;
  /** Times of new candles, and of those that were stored with other prices. */
  added: number[];
  replaced: number[];
}

/** Both are in the order of time; for the same time the new candle counts. */
export function mergeCandles(old: Columns | undefined, fresh: Columns): Merged {
  if (!old) return { columns: fresh, added: [...fresh.at], replaced: [] };
  const merged: Merged = { columns: roomFor(old.at.length + fresh.at.length), added: [], replaced: [] };
  let [i, j, count] = [0, 0, 0];
  while (i < old.at.length || j < fresh.at.length) {
    const [before, now] = [old.at[i] ?? Number.POSITIVE_INFINITY, fresh.at[j] ?? Number.POSITIVE_INFINITY];
    if (before < now) copy(old, i++, merged.columns, count++);
    else {
      if (before > now) merged.added.push(now);
      else if (!isSame(old, i++, fresh, j)) merged.replaced.push(now);
      copy(fresh, j++, merged.columns, count++);
    }
  }
  return { ...merged, columns: partOf(merged.columns, { from: 0, to: count }) };
}

const roomFor = (length: number): Columns => {
  const prices = () => new Int32Array(length);
  return { at: new Float64Array(length), open: prices(), high: prices(), low: prices(), close: prices() };
};

const PRICES = ['open', 'high', 'low', 'close'] as const;

function copy(from: Columns, i: number, to: Columns, row: number): void {
  to.at[row] = from.at[i] as number;
  for (const name of PRICES) to[name][row] = from[name][i] as number;
}

const isSame = (a: Columns, i: number, b: Columns, j: number): boolean =>
  PRICES.every((name) => a[name][i] === b[name][j]);
