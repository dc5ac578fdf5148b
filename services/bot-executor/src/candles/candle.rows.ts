import { INTERVAL_MS } from '@tidegate/contracts/bot-executor/candle-intervals';
import type { Candle, CandleInterval, CandleSource, Gaps } from '@tidegate/contracts/bot-executor/candles';
import type { Tx } from '@tidegate/database/tx';
import { type CandleTicks, type Columns, candleAt, columnsOf, indexAt, partOf } from '../kernel/candle-series.rules.ts';
import { div, fraction, whole } from '../kernel/exact.rules.ts';
import { GapCounter } from '../kernel/gaps.rules.ts';
import { lockMarkets } from '../markets/market.rows.ts';
import { type MarketRules, priceText } from '../markets/markets.rules.ts';
import { CHUNK_CANDLES, type Chunk, chunkStart, decodeChunks, encodeChunk, mergeCandles } from './chunk-codec.ts';

export interface Series {
  source: CandleSource;
  market: MarketRules;
  interval: CandleInterval;
}

/** Candles from `from` on, before `until`. */
export interface CandleRange {
  from?: Date | null | undefined;
  until?: Date | null | undefined;
}

export interface ChunkRow {
  starts_at: Date;
  step: string;
  blob: Buffer;
}

export const TABLE = { bundled: 'bundled_chunks', imported: 'imported_chunks' } as const;
const PER_UNIT = whole(100_000_000);

/** Hundred-millionths of a tick: every market's tick is a whole number of them. */
function stepOf({ tickSize }: MarketRules): bigint {
  const { n, d } = div(fraction(tickSize), div(whole(1), PER_UNIT));
  if (n % d !== 0n) throw new Error(`A tick of ${tickSize} is finer than candles are stored.`);
  return n / d;
}

export function toChunk({ starts_at, step, blob }: ChunkRow, market: MarketRules): Chunk {
  const stored = BigInt(step);
  const tick = stepOf(market);
  if (stored % tick !== 0n) throw new Error(`Candles of ${market.market} are finer than its tick of today.`);
  return { startsAt: starts_at.getTime(), ticksPerStep: Number(stored / tick), blob };
}

export const toWire = (market: MarketRules, candle: CandleTicks): Candle => ({
  at: new Date(candle.at).toISOString(),
  open: priceText(market, candle.open),
  high: priceText(market, candle.high),
  low: priceText(market, candle.low),
  close: priceText(market, candle.close),
});

/** Chunks that are read at once at most: where candles lie far apart, each has only a few. */
const MOST_CHUNKS = 64;

/** Oldest first: candles after `after`, from `from` on. Reads chunks until there are enough candles. */
export async function readCandles(
  tx: Tx,
  series: Series,
  range: { after?: Date | null; from?: Date | null | undefined; limit: number },
): Promise<CandleTicks[]> {
  const candles: CandleTicks[] = [];
  let next = Math.max(range.after ? range.after.getTime() + 1 : 0, range.from?.getTime() ?? 0);
  for (let most = 1; candles.length < range.limit; most = Math.min(2 * most, MOST_CHUNKS)) {
    const rows = await chunkRows(tx, series, 'last_at >= $3 order by starts_at limit $4', [new Date(next), most]);
    for (const row of rows) {
      const chunk = decodeChunks([toChunk(row, series.market)], INTERVAL_MS[series.interval]);
      for (let i = indexAt(chunk, next); i < chunk.at.length && candles.length < range.limit; i += 1)
        candles.push(candleAt(chunk, i));
      next = (chunk.at.at(-1) ?? 0) + 1;
    }
    if (rows.length < most) break;
  }
  return candles;
}

/** The last candles before an instant, oldest first. */
export async function readCandlesBefore(tx: Tx, series: Series, before: Date, limit: number): Promise<CandleTicks[]> {
  const candles: CandleTicks[] = [];
  let until = before.getTime();
  for (let most = 1; candles.length < limit; most = Math.min(2 * most, MOST_CHUNKS)) {
    const which = 'starts_at < $3 order by starts_at desc limit $4';
    const rows = await chunkRows(tx, series, which, [new Date(until), most]);
    for (const row of rows) {
      const chunk = decodeChunks([toChunk(row, series.market)], INTERVAL_MS[series.interval]);
      for (let i = indexAt(chunk, until) - 1; i >= 0 && candles.length < limit; i -= 1)
        candles.push(candleAt(chunk, i));
      until = row.starts_at.getTime();
    }
    if (rows.length < most) break;
  }
  return candles.reverse();
}

/** The first candle that a bot would see. */
export async function firstCandle(tx: Tx, series: Series, from: Date | undefined): Promise<CandleTicks | undefined> {
  const [candle] = await readCandles(tx, series, { from, limit: 1 });
  return candle;
}

export async function newestCandle(tx: Tx, series: Series): Promise<CandleTicks | undefined> {
  const chunk = await oneChunk(tx, series, 'true order by starts_at desc', []);
  return chunk && candleAt(chunk, chunk.at.length - 1);
}

/** The candle at an instant, or the last one before it. */
export async function candleUpTo(tx: Tx, series: Series, at: Date): Promise<CandleTicks | undefined> {
  const chunk = await oneChunk(tx, series, 'starts_at <= $3 order by starts_at desc', [at]);
  const index = chunk ? indexAt(chunk, at.getTime() + 1) - 1 : -1;
  if (!chunk || index >= 0) return chunk && candleAt(chunk, index);
  const before = await oneChunk(tx, series, 'last_at < $3 order by starts_at desc', [at]);
  return before && candleAt(before, before.at.length - 1);
}

export async function oneChunk(
  tx: Tx,
  series: Series,
  which: string,
  parameters: unknown[],
): Promise<Columns | undefined> {
  const [row] = await chunkRows(tx, series, `${which} limit 1`, parameters);
  return row && decodeChunks([toChunk(row, series.market)], INTERVAL_MS[series.interval]);
}

const chunkRows = (tx: Tx, { source, market, interval }: Series, which: string, parameters: unknown[]) =>
  tx.query<ChunkRow>(
    `select starts_at, step, blob from ${TABLE[source]} where market = $1 and interval = $2 and ${which}`,
    [market.market, interval, ...parameters],
  );

export interface Saved {
  /** Times of candles that were not there, and of those that were there with other prices; ascending. */
  added: number[];
  replaced: number[];
  gaps: Gaps;
}

/** Imports of an organisation wait for each other, because each reads the chunks that it adds to. */
export async function saveImported(
  tx: Tx,
  market: MarketRules,
  interval: CandleInterval,
  candles: Columns | readonly CandleTicks[],
): Promise<Saved> {
  await lockMarkets(tx);
  const columns = 'open' in candles ? candles : columnsOf(candles);
  const series: Series = { source: 'imported', market, interval };
  const [first, last] = [columns.at[0] as number, columns.at.at(-1) as number];
  const counter = new GapCounter(INTERVAL_MS[interval]);
  const before = await candleUpTo(tx, series, new Date(first - 1));
  if (before) counter.next(before.at);
  const between = await outlinesBetween(tx, series, first, last);
  const saved = { added: [] as number[], replaced: [] as number[] };
  for (const [startsAt, fresh] of byChunk(columns, INTERVAL_MS[interval])) {
    while (between[0] && between[0].startsAt < startsAt)
      await countChunk(tx, series, between.shift() as ChunkOutline, counter);
    // This one is merged with the new candles.
    if (between[0]?.startsAt === startsAt) between.shift();
    const old = await oneChunk(tx, series, 'starts_at = $3', [new Date(startsAt)]);
    const merged = mergeCandles(old, fresh);
    for (const name of ['added', 'replaced'] as const) for (const at of merged[name]) saved[name].push(at);
    for (const at of merged.columns.at) if (at >= first && at <= last) counter.next(at);
    if (merged.added.length + merged.replaced.length > 0) await upsertChunk(tx, series, startsAt, merged.columns);
  }
  const [after] = await readCandles(tx, series, { after: new Date(last), limit: 1 });
  if (after) counter.next(after.at);
  return { ...saved, gaps: counter.gaps() };
}

const upsertChunk = (tx: Tx, { market, interval }: Series, startsAt: number, columns: Columns): Promise<unknown> =>
  tx.query(
    `insert into imported_chunks (org_id, market, interval, starts_at, last_at, candles, step, blob)
     values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict (org_id, market, interval, starts_at) do update
       set last_at = excluded.last_at, candles = excluded.candles, step = excluded.step, blob = excluded.blob`,
    [tx.orgId, ...chunkValues(market, interval, startsAt, columns)],
  );

interface ChunkOutline {
  startsAt: number;
  lastAt: number;
  candles: number;
}

/** Chunks between those of the first and the last instant, oldest first. */
async function outlinesBetween(
  tx: Tx,
  { market, interval }: Series,
  first: number,
  last: number,
): Promise<ChunkOutline[]> {
  const [from, to] = [first, last].map((at) => new Date(chunkStart(at, INTERVAL_MS[interval])));
  const rows = await tx.query<{ starts_at: Date; last_at: Date; candles: number }>(
    `select starts_at, last_at, candles from imported_chunks
      where org_id = $1 and market = $2 and interval = $3 and starts_at > $4 and starts_at < $5 order by starts_at`,
    [tx.orgId, market.market, interval, from, to],
  );
  return rows.map((row) => ({
    startsAt: row.starts_at.getTime(),
    lastAt: row.last_at.getTime(),
    candles: row.candles,
  }));
}

/** A chunk without gaps is counted without reading it. */
async function countChunk(tx: Tx, series: Series, chunk: ChunkOutline, counter: GapCounter): Promise<void> {
  const { startsAt, lastAt, candles } = chunk;
  if (lastAt - startsAt === (candles - 1) * INTERVAL_MS[series.interval]) return counter.run(startsAt, lastAt);
  const columns = await oneChunk(tx, series, 'starts_at = $3', [new Date(startsAt)]);
  for (const at of columns?.at ?? []) counter.next(at);
}

export async function storedCandles(tx: Tx): Promise<{ candles: number; chunks: number }> {
  const stored = await tx.one<{ candles: string; chunks: number }>(
    'select coalesce(sum(candles), 0) as candles, count(*)::int as chunks from imported_chunks where org_id = $1',
    [tx.orgId],
  );
  return { candles: Number(stored?.candles ?? 0), chunks: stored?.chunks ?? 0 };
}

export async function deleteImported(tx: Tx, market: MarketRules, interval: CandleInterval): Promise<void> {
  await tx.query('delete from imported_chunks where org_id = $1 and market = $2 and interval = $3', [
    tx.orgId,
    market.market,
    interval,
  ]);
}

/** Replicas may load the same candles at the same time. */
export async function saveBundled(
  tx: Tx,
  market: MarketRules,
  interval: CandleInterval,
  candles: Columns,
): Promise<void> {
  for (const [startsAt, part] of byChunk(candles, INTERVAL_MS[interval])) {
    await tx.query(
      `insert into bundled_chunks (market, interval, starts_at, last_at, candles, step, blob)
       values ($1, $2, $3, $4, $5, $6, $7) on conflict do nothing`,
      chunkValues(market, interval, startsAt, part),
    );
  }
}

/** Candles in the order of time, chunk by chunk. */
function* byChunk(candles: Columns, intervalMs: number): Generator<[startsAt: number, part: Columns]> {
  for (let from = 0; from < candles.at.length; ) {
    const startsAt = chunkStart(candles.at[from] as number, intervalMs);
    const to = indexAt(candles, startsAt + CHUNK_CANDLES * intervalMs, from);
    yield [startsAt, partOf(candles, { from, to })];
    from = to;
  }
}

const chunkValues = (market: MarketRules, interval: CandleInterval, startsAt: number, candles: Columns): unknown[] => [
  market.market,
  interval,
  new Date(startsAt),
  new Date(candles.at.at(-1) ?? startsAt),
  candles.at.length,
  stepOf(market).toString(),
  encodeChunk(candles, startsAt, INTERVAL_MS[interval]),
];
