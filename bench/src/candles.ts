import { type CandleSeries, candleSeries } from '@tidegate/bot-executor/kernel/candle-series.rules';

/** Small deterministic generator (mulberry32): every run of a bench has the same candles. */
export function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/**
 * Candles of one minute around 50,000 with ticks of 0.01: a random walk of 0.06 % a minute (46 % a year, as bitcoin's),
 * drawn back to where it began so that years of it stay in range.
 */
export function minuteCandles(length: number, seed = 1): CandleSeries {
  const next = random(seed);
  // Shared, as the service has them.
  const column = () => new Int32Array(new SharedArrayBuffer(length * Int32Array.BYTES_PER_ELEMENT));
  const at = new Float64Array(new SharedArrayBuffer(length * Float64Array.BYTES_PER_ELEMENT));
  const columns = { at, open: column(), high: column(), low: column(), close: column() };
  let price = 5_000_000;
  for (let i = 0; i < length; i += 1) {
    const normal = (next() + next() + next() - 1.5) * 2;
    const close = Math.round(price * (1 + normal * 0.0006) + (5_000_000 - price) * 0.00005);
    columns.at[i] = i * 60_000;
    columns.open[i] = price;
    columns.close[i] = close;
    columns.high[i] = Math.max(price, close) + Math.floor(next() * 1_000);
    columns.low[i] = Math.min(price, close) - Math.floor(next() * 1_000);
    price = close;
  }
  return candleSeries(columns);
}
