import { invalid } from '@tidegate/contracts/kernel/problem';
import type { CandleTicks } from '../engine/paper-exchange.rules.ts';
import { type MarketRules, toTicks } from '../markets/markets.rules.ts';

const MAX_ROWS = 20_000;

/** Candles in the order of time. The first row that is wrong refuses the whole text, with its line. */
export function parseCandles(csv: string, market: MarketRules): CandleTicks[] {
  const lines = csv.split(/\r?\n/);
  const byTime = new Map<number, CandleTicks>();
  for (const [index, line] of lines.entries()) {
    if (line.trim() === '' || (index === 0 && /^\W*(time|date|timestamp|at)\b/i.test(line))) continue;
    if (byTime.size >= MAX_ROWS) throw refused(index, `Send at most ${MAX_ROWS} candles at once.`);
    const candle = parseLine(line, index, market);
    byTime.set(candle.at, candle);
  }
  if (byTime.size === 0) throw invalid('/csv', 'no_candles', 'There is no candle in it: time,open,high,low,close.');
  return [...byTime.values()].sort((a, b) => a.at - b.at);
}

function parseLine(line: string, index: number, market: MarketRules): CandleTicks {
  const [time = '', ...prices] = line.split(',').map((cell) => cell.trim());
  if (prices.length < 4) throw refused(index, 'It needs time,open,high,low,close.');
  const at = parseTime(time);
  if (at === undefined)
    throw refused(index, `"${time.slice(0, 40)}" is no ISO instant and no epoch seconds or milliseconds.`);
  const [open, high, low, close] = prices.slice(0, 4).map((price) => parsePrice(price, index, market));
  if (open === undefined || high === undefined || low === undefined || close === undefined) {
    throw refused(index, 'It needs four prices.');
  }
  if (high < open || high < close || low > open || low > close) {
    throw refused(index, 'high must be the highest and low the lowest of the four prices.');
  }
  return { at, open, high, low, close };
}

function parseTime(text: string): number | undefined {
  const at = /^\d{9,10}$/.test(text) ? Number(text) * 1_000 : /^\d{12,13}$/.test(text) ? Number(text) : isoTime(text);
  return at !== undefined && at > 0 && at < 4_102_444_800_000 ? at : undefined;
}

function isoTime(text: string): number | undefined {
  if (!/^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d{1,3})?)?(Z|\+00:00)$/.test(text)) return undefined;
  const at = Date.parse(text.replace(' ', 'T'));
  return Number.isNaN(at) ? undefined : at;
}

function parsePrice(text: string, index: number, market: MarketRules): bigint {
  if (!/^\d{1,12}(\.\d{1,12})?$/.test(text)) throw refused(index, `"${text.slice(0, 40)}" is no price.`);
  const ticks = toTicks(market, text);
  if (ticks === undefined) throw refused(index, `${text} is not a whole number of ticks of ${market.tickSize}.`);
  if (ticks <= 0n) throw refused(index, 'A price must be above zero.');
  return ticks;
}

const refused = (index: number, message: string) => invalid('/csv', 'invalid_candle', `Line ${index + 1}: ${message}`);
