import { INTERVAL_MS } from '@tidegate/contracts/bot-executor/candle-intervals';
import type { CandleInterval, CandleSource } from '@tidegate/contracts/bot-executor/candles';
import type { Tx } from '@tidegate/database/tx';
import { type CandleTicks, candleAt, indexAt, partOf } from '../kernel/candle-series.rules.ts';
import { type CandleRange, type ChunkRow, oneChunk, type Series, TABLE, toChunk } from './candle.rows.ts';
import { CHUNK_CANDLES, firstOf } from './chunk-codec.ts';
import type { StoredSeries } from './stored-series.ts';

/**
 * A whole range as it is stored, for the thread that works with it. Of more than `limit` candles, up to a chunk more than
 * that are read.
 */
export async function readStored(
  tx: Tx,
  { source, market, interval }: Series,
  { from, until, limit }: CandleRange & { limit: number },
): Promise<StoredSeries> {
  const rows = await tx.query<ChunkRow>(
    `select starts_at, step, blob from (
       select *, sum(candles) over (order by starts_at) - candles as before from ${TABLE[source]}
        where market = $1 and interval = $2 and last_at >= $3 and starts_at < $4) c
      where before <= $5 order by starts_at`,
    [market.market, interval, from ?? '-infinity', until ?? 'infinity', limit + CHUNK_CANDLES],
  );
  return {
    chunks: rows.map((row) => toChunk(row, market)),
    intervalMs: INTERVAL_MS[interval],
    from: from?.getTime(),
    until: until?.getTime(),
  };
}

export interface Measured {
  candles: number;
  first: CandleTicks;
  /** Start of the last candle. */
  lastAt: number;
  /** Start of the first candle beyond `most`, if there are more. */
  tooManyFrom: number | undefined;
}

/** How many candles a range has. Reads only the chunks at its ends. */
export async function measureSeries(
  tx: Tx,
  series: Series,
  { from, until }: CandleRange,
  most: number,
): Promise<Measured | undefined> {
  const { source, market, interval } = series;
  const rows = await tx.query<{ starts_at: Date; last_at: Date; candles: number }>(
    `select starts_at, last_at, candles from ${TABLE[source]}
      where market = $1 and interval = $2 and last_at >= $3 and starts_at < $4 order by starts_at`,
    [market.market, interval, from ?? '-infinity', until ?? 'infinity'],
  );
  const unpack = async (row: { starts_at: Date } | undefined) => {
    const chunk = row && (await oneChunk(tx, series, 'starts_at = $3', [row.starts_at]));
    if (!chunk) return undefined;
    const begin = from ? indexAt(chunk, from.getTime()) : 0;
    return partOf(chunk, {
      from: begin,
      to: Math.max(begin, until ? indexAt(chunk, until.getTime()) : chunk.at.length),
    });
  };
  const [head, tail] = [await unpack(rows[0]), await unpack(rows.at(-1))];
  if (!head || !tail || head.at.length === 0) return undefined;
  const counts = rows.map(({ candles }) => candles);
  counts[0] = head.at.length;
  counts[counts.length - 1] = tail.at.length;
  const before = rows.at(-2);
  const lastAt = tail.at.at(-1) ?? before?.last_at.getTime() ?? 0;
  let [passed, index] = [0, 0];
  while (index < counts.length && passed + (counts[index] as number) <= most) passed += counts[index++] as number;
  const beyond = index < rows.length ? await unpack(rows[index]) : undefined;
  return {
    candles: counts.reduce((sum, count) => sum + count, 0),
    first: candleAt(head, 0),
    lastAt,
    tooManyFrom: beyond?.at[most - passed],
  };
}

export interface StoredSeriesRow {
  market: string;
  source: CandleSource;
  interval: CandleInterval;
  candles: number;
  firstAt: number;
  lastAt: number;
}

/** Which candles there are of a source. Of each series the first chunk alone is unpacked. */
export async function storedSeries(tx: Tx, source: CandleSource): Promise<StoredSeriesRow[]> {
  const rows = await tx.query<{
    market: string;
    interval: CandleInterval;
    candles: number;
    starts_at: Date;
    last_at: Date;
    blob: Buffer;
  }>(
    `select s.*, c.blob from (
       select market, interval, sum(candles)::int as candles, min(starts_at) as starts_at, max(last_at) as last_at
         from ${TABLE[source]} group by market, interval) s
       join ${TABLE[source]} c using (market, interval, starts_at)`,
  );
  return rows.map(({ market, interval, candles, starts_at, last_at, blob }) => ({
    market,
    source,
    interval,
    candles,
    firstAt: firstOf({ startsAt: starts_at.getTime(), blob }, INTERVAL_MS[interval]),
    lastAt: last_at.getTime(),
  }));
}
