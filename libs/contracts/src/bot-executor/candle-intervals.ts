import type { CandleInterval } from './candles.ts';

const MINUTE = 60_000;

/** How long one candle is, in milliseconds. Without a schema, so that a page need not load one for it. */
export const INTERVAL_MS: Record<CandleInterval, number> = {
  '1m': MINUTE,
  '5m': 5 * MINUTE,
  '15m': 15 * MINUTE,
  '30m': 30 * MINUTE,
  '1h': 60 * MINUTE,
  '4h': 240 * MINUTE,
  '1d': 1_440 * MINUTE,
};
