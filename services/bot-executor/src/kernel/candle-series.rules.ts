/** A candle, its prices in whole ticks of its market. */
export interface CandleTicks {
  /** Epoch milliseconds of the candle's begin. */
  at: number;
  open: bigint;
  high: bigint;
  low: bigint;
  close: bigint;
}

/*
 * Candles as columns of whole ticks, with a summary of every block of 64 candles beside them. A question over a range
 * ("where is the first candle that reaches this price?", "how deep did closes fall on the way?") reads whole blocks
 * from the summaries and single candles only at the range's ends and in the block that holds the answer: a run over a
 * year of minutes looks at a few per cent of its candles.
 */
export interface CandleSeries {
  /** Epoch milliseconds of each candle's begin, ascending. Gaps are allowed. */
  readonly at: Float64Array;
  readonly open: Int32Array;
  readonly high: Int32Array;
  readonly low: Int32Array;
  readonly close: Int32Array;
  readonly blocks: Blocks;
}

/** How closes ran over a range, in ticks. */
export interface PriceRange {
  min: number;
  max: number;
  /** Deepest fall from a close to a later one, and highest rise; never negative. */
  fall: number;
  rise: number;
}

/** Of block b: candles 64 b to 64 b + 63. */
interface Blocks {
  readonly low: Int32Array;
  readonly high: Int32Array;
  readonly min: Int32Array;
  readonly max: Int32Array;
  readonly fall: Int32Array;
  readonly rise: Int32Array;
}

export type Columns = Omit<CandleSeries, 'blocks'>;

const SHIFT = 6;
const SIZE = 1 << SHIFT;

/** Prices must be whole ticks below 2³¹. */
export const MAX_TICKS = 2 ** 31 - 1;

/** No price reaches these: for ranges that are open at one end. */
export const NEVER_BELOW = -1;
export const NEVER_ABOVE = MAX_TICKS;

export function candleSeries(columns: Columns): CandleSeries {
  const { low, high, close } = columns;
  const count = Math.ceil(close.length / SIZE);
  // Shared, so that a series is handed to threads without a copy.
  const column = () => new Int32Array(new SharedArrayBuffer(count * Int32Array.BYTES_PER_ELEMENT));
  const blocks = { low: column(), high: column(), min: column(), max: column(), fall: column(), rise: column() };
  for (let block = 0; block < count; block += 1) {
    const [from, to] = [block << SHIFT, Math.min(close.length, (block + 1) << SHIFT)];
    let [lowest, highest] = [MAX_TICKS, 0];
    for (let i = from; i < to; i += 1) {
      lowest = Math.min(lowest, low[i] as number);
      highest = Math.max(highest, high[i] as number);
    }
    blocks.low[block] = lowest;
    blocks.high[block] = highest;
    const range = priceRangeOf(close, from, to);
    for (const name of ['min', 'max', 'fall', 'rise'] as const) blocks[name][block] = range[name];
  }
  return { ...columns, blocks };
}

/**
 * The first candle from `from` on whose low is at or below `below` or whose high is at or above `above`; `to` when
 * none before it is.
 */
export function firstTouch({ low, high, blocks }: CandleSeries, range: Range, below: number, above: number): number {
  const { to } = range;
  let i = range.from;
  while (i < to) {
    const block = i >> SHIFT;
    const end = Math.min(to, (block + 1) << SHIFT);
    if ((blocks.low[block] as number) <= below || (blocks.high[block] as number) >= above) {
      for (; i < end; i += 1) if ((low[i] as number) <= below || (high[i] as number) >= above) return i;
    }
    i = end;
  }
  return to;
}

/** Candles from `from` up to and without `to`. */
export interface Range {
  from: number;
  to: number;
}

/** How closes ran within a range that is not empty. */
export function closeRange({ close, blocks }: CandleSeries, { from, to }: Range): PriceRange {
  const firstBlock = (from + SIZE - 1) >> SHIFT;
  const lastBlock = to >> SHIFT;
  if (firstBlock >= lastBlock) return priceRangeOf(close, from, to);
  let range: PriceRange = { min: MAX_TICKS, max: 0, fall: 0, rise: 0 };
  if (from < firstBlock << SHIFT) range = priceRangeOf(close, from, firstBlock << SHIFT);
  for (let b = firstBlock; b < lastBlock; b += 1) {
    range = joined(range, {
      min: blocks.min[b] as number,
      max: blocks.max[b] as number,
      fall: blocks.fall[b] as number,
      rise: blocks.rise[b] as number,
    });
  }
  return lastBlock << SHIFT < to ? joined(range, priceRangeOf(close, lastBlock << SHIFT, to)) : range;
}

/** The deepest fall is within one of the two, or from the first's highest close to the second's lowest. */
const joined = (first: PriceRange, second: PriceRange): PriceRange => ({
  min: Math.min(first.min, second.min),
  max: Math.max(first.max, second.max),
  fall: Math.max(first.fall, second.fall, first.max - second.min),
  rise: Math.max(first.rise, second.rise, second.max - first.min),
});

function priceRangeOf(close: Int32Array, from: number, to: number): PriceRange {
  let min = close[from] as number;
  let max = min;
  let fall = 0;
  let rise = 0;
  for (let i = from + 1; i < to; i += 1) {
    const price = close[i] as number;
    if (price > max) max = price;
    else fall = Math.max(fall, max - price);
    if (price < min) min = price;
    else rise = Math.max(rise, price - min);
  }
  return { min, max, fall, rise };
}

/** The first candle, from `from` on, whose open is at least `least` and at most `most`; `to` when none before it is. */
export function firstOpenWithin({ open }: CandleSeries, { from, to }: Range, least: number, most: number): number {
  for (let i = from; i < to; i += 1) if ((open[i] as number) >= least && (open[i] as number) <= most) return i;
  return to;
}

/** The first candle, from `from` on, that begins at this instant or later. */
export function indexAt({ at }: Pick<Columns, 'at'>, instant: number, from = 0): number {
  let [low, high] = [from, at.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((at[middle] as number) < instant) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** A part of some columns, on the same memory. */
export const partOf = ({ at, open, high, low, close }: Columns, { from, to }: Range): Columns => ({
  at: at.subarray(from, to),
  open: open.subarray(from, to),
  high: high.subarray(from, to),
  low: low.subarray(from, to),
  close: close.subarray(from, to),
});

export const candleAt = ({ at, open, high, low, close }: Columns, index: number): CandleTicks => ({
  at: at[index] as number,
  open: BigInt(open[index] as number),
  high: BigInt(high[index] as number),
  low: BigInt(low[index] as number),
  close: BigInt(close[index] as number),
});

/** Cheaper to hand from thread to thread. */
export const columnsOf = (candles: readonly CandleTicks[]): Columns => ({
  at: Float64Array.from(candles, ({ at }) => at),
  open: Int32Array.from(candles, ({ open }) => Number(open)),
  high: Int32Array.from(candles, ({ high }) => Number(high)),
  low: Int32Array.from(candles, ({ low }) => Number(low)),
  close: Int32Array.from(candles, ({ close }) => Number(close)),
});

export const candlesOf = (columns: Columns): CandleTicks[] =>
  Array.from(columns.at, (_, index) => candleAt(columns, index));
