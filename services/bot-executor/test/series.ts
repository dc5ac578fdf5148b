import { type CandleSeries, type CandleTicks, candleSeries } from '../src/kernel/candle-series.rules.ts';

/** From candles one by one, oldest first. Their prices must be below `MAX_TICKS`. */
export function seriesOf(candles: readonly CandleTicks[]): CandleSeries {
  const ticks = (name: 'open' | 'high' | 'low' | 'close') => Int32Array.from(candles, (candle) => Number(candle[name]));
  const at = Float64Array.from(candles, (candle) => candle.at);
  return candleSeries({ at, open: ticks('open'), high: ticks('high'), low: ticks('low'), close: ticks('close') });
}
