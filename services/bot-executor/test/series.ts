import { type CandleSeries, type CandleTicks, candleSeries } from '../src/kernel/candle-series.rules.ts';

/** From candles one by one, oldest first. Their prices must be below `MAX_TICKS`. */
export function seriesOf(candles: readonly CandleTicks[]): CandleSeries {
  const ticks = (name: 'open' | 'high' | 'low' | 'close') => Int32Array.from(candles, (candle) => Number(candle[name]));
  const at = Float64Array.from(candles, (candle) => candle.at);
  return candleSeries({ at, open: ticks('open'), high: ticks('high'), low: ticks('low'), close: ticks('close') });
}

export const SERIES = { market: 'BTC-USDT', interval: '1d' as const };
export const DAY = 86_400_000;
export const BEGIN = Date.parse('2020-01-01T00:00:00Z');

/** Candles as a file has them, from 2020 on. */
export const csv = (count: number, every = DAY): string =>
  Array.from({ length: count }, (_, i) => `${BEGIN + i * every},50000,50100,49900,${50_000 + (i % 100)}`).join('\n');
