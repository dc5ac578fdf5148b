import type { CandleInterval } from '@tidegate/contracts/bot-executor/candles';
import { invalid } from '@tidegate/contracts/kernel/problem';
import type { CandleTicks } from '../engine/paper-exchange.rules.ts';
import { type MarketRules, toTicks } from '../markets/markets.rules.ts';
import { MAX_TICKS } from './candle-series.rules.ts';
import { chunkStart } from './chunk-codec.ts';
import { INTERVAL_MS } from './intervals.rules.ts';

const MAX_ROWS = 20_000;

/** What a candle's text is read for. */
interface Reading {
  market: MarketRules;
  interval: CandleInterval;
}

/** Candles in the order of time. The first row that is wrong refuses the whole text, with its line. */
export function parseCandles(csv: string, reading: Reading): CandleTicks[] {
  const byTime = new Map<number, CandleTicks>();
  for (const [index, line] of csv
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .entries()) {
    if (line.trim() === '' || (index === 0 && isHeader(line))) continue;
    const candle = parseLine(line, index, reading);
    if (byTime.has(candle.at)) throw refused(index, 'This time was there before. Send each candle once.');
    if (byTime.size >= MAX_ROWS) throw refused(index, `Send at most ${MAX_ROWS} candles at once.`);
    byTime.set(candle.at, candle);
  }
  if (byTime.size === 0) throw invalid('/csv', 'no_candles', 'There is no candle in it: time,open,high,low,close.');
  return [...byTime.values()].sort((a, b) => a.at - b.at);
}

/** How many chunks the candles of an import may lie in: candles far apart cost as much as a whole chunk each. */
const MAX_CHUNKS = 200;

export function refuseScattered(candles: readonly CandleTicks[], interval: CandleInterval): void {
  const chunks = new Set(candles.map(({ at }) => chunkStart(at, INTERVAL_MS[interval]))).size;
  if (chunks <= MAX_CHUNKS) return;
  const message = `These candles lie too far apart (in ${chunks} stretches of 4,096 intervals, at most ${MAX_CHUNKS}). Send them in several parts, or use a longer interval.`;
  throw invalid('/csv', 'too_scattered', message);
}

/** Places where candles are missing. */
export function countGaps(candles: CandleTicks[], interval: CandleInterval): number {
  let gaps = 0;
  for (const [index, candle] of candles.entries()) {
    const before = candles[index - 1];
    if (before && candle.at - before.at > INTERVAL_MS[interval]) gaps += 1;
  }
  return gaps;
}

const isHeader = (line: string): boolean => /^\W*[a-z]/i.test(line);

function parseLine(line: string, index: number, { market, interval }: Reading): CandleTicks {
  const [time = '', ...prices] = line.split(/[,;\t]/).map((cell) => cell.trim().replace(/^"(.*)"$/, '$1'));
  if (prices.length < 4) throw refused(index, 'It needs time,open,high,low,close.');
  const at = parseTime(time);
  if (at === undefined) {
    throw refused(index, `"${time.slice(0, 40)}" is no ISO instant in UTC and no epoch seconds or milliseconds.`);
  }
  if (at % INTERVAL_MS[interval] !== 0) {
    throw refused(index, `A candle of ${interval} does not begin at ${new Date(at).toISOString()}.`);
  }
  const [open, high, low, close] = prices.slice(0, 4).map((price) => parsePrice(price, index, market));
  if (open === undefined || high === undefined || low === undefined || close === undefined) {
    throw refused(index, 'It needs four prices.');
  }
  if (high < open || high < close || low > open || low > close) {
    throw refused(index, 'high must be the highest and low the lowest of the four prices.');
  }
  return { at, open, high, low, close };
}

/** Exchanges write epochs in three units; the number of digits tells which. */
function parseTime(text: string): number | undefined {
  const at = /^\d{9,16}$/.test(text) ? epoch(text) : isoTime(text);
  return at !== undefined && at > 0 && at < 4_102_444_800_000 ? at : undefined;
}

function epoch(text: string): number | undefined {
  if (text.length <= 10) return Number(text) * 1_000;
  if (text.length >= 12 && text.length <= 13) return Number(text);
  return text.length >= 15 && text.endsWith('000') ? Number(text.slice(0, -3)) : undefined;
}

function isoTime(text: string): number | undefined {
  if (!/^\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d{1,3})?)?(Z|\+00:00))?$/.test(text)) return undefined;
  const at = Date.parse(text.replace(' ', 'T'));
  // JavaScript reads February 31 as March 3.
  return Number.isNaN(at) || !new Date(at).toISOString().startsWith(text.slice(0, 10)) ? undefined : at;
}

function parsePrice(text: string, index: number, market: MarketRules): bigint {
  if (!/^\d{1,10}(\.\d{1,18})?$/.test(text)) throw refused(index, `"${text.slice(0, 40)}" is no price.`);
  const ticks = toTicks(market, text);
  if (ticks === undefined) throw refused(index, `${text} is not a whole number of ticks of ${market.tickSize}.`);
  if (ticks <= 0n) throw refused(index, 'A price must be above zero.');
  if (ticks >= MAX_TICKS) throw refused(index, `${text} is more than this market's prices can be.`);
  return ticks;
}

const refused = (index: number, message: string) => invalid('/csv', 'invalid_candle', `Line ${index + 1}: ${message}`);
