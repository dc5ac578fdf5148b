import { runs } from '../../test/long.ts';
import { candleSeries, closeRange, firstTouch, indexAt, NEVER_ABOVE, NEVER_BELOW } from './candle-series.rules.ts';

/** Small deterministic generator (mulberry32), so that a failure can be repeated. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

function walk(length: number, seed: number) {
  const next = random(seed);
  const columns = {
    at: Float64Array.from({ length }, (_, i) => i * 60_000 + (i > length / 2 ? 3_600_000 : 0)),
    open: new Int32Array(length),
    high: new Int32Array(length),
    low: new Int32Array(length),
    close: new Int32Array(length),
  };
  let price = 1_000;
  for (let i = 0; i < length; i += 1) {
    const close = Math.max(10, price + Math.round((next() - 0.5) * 20));
    columns.open[i] = price;
    columns.close[i] = close;
    columns.high[i] = Math.max(price, close) + Math.floor(next() * 5);
    columns.low[i] = Math.min(price, close) - Math.floor(next() * 5);
    price = close;
  }
  return candleSeries(columns);
}

const LENGTHS = [1, 2, 63, 64, 65, 128, 200, 1_000];

test('finds the same candle as a plain search, over any range', () => {
  for (const [seed, length] of LENGTHS.entries()) {
    const series = walk(length, seed + 1);
    const next = random(seed + 100);
    for (let round = 0; round < runs(300); round += 1) {
      const from = Math.floor(next() * length);
      const to = from + Math.floor(next() * (length - from + 1));
      const below = next() < 0.2 ? NEVER_BELOW : 900 + Math.floor(next() * 100);
      const above = next() < 0.2 ? NEVER_ABOVE : 1_000 + Math.floor(next() * 100);
      let plain = from;
      while (plain < to && !((series.low[plain] ?? 0) <= below || (series.high[plain] ?? 0) >= above)) plain += 1;
      expect(firstTouch(series, { from, to }, below, above)).toBe(plain);
    }
  }
});

test('knows how closes ran: extremes, deepest fall and highest rise over any range', () => {
  for (const [seed, length] of LENGTHS.entries()) {
    const series = walk(length, seed + 7);
    const next = random(seed + 200);
    for (let round = 0; round < runs(50); round += 1) {
      const from = Math.floor(next() * length);
      const to = from + 1 + Math.floor(next() * (length - from));
      const closes = [...series.close.subarray(from, to)];
      let [fall, rise] = [0, 0];
      for (const [i, one] of closes.entries()) {
        for (const later of closes.slice(i)) [fall, rise] = [Math.max(fall, one - later), Math.max(rise, later - one)];
      }
      const plain = { min: Math.min(...closes), max: Math.max(...closes), fall, rise };
      expect(closeRange(series, { from, to })).toEqual(plain);
    }
  }
});

test('finds candles by time, also where there is a gap', () => {
  const series = walk(100, 3);
  expect(indexAt(series, -1)).toBe(0);
  expect(indexAt(series, 60_000)).toBe(1);
  expect(indexAt(series, 60_001)).toBe(2);
  expect(indexAt(series, 51 * 60_000)).toBe(51);
  expect(indexAt(series, 1e12)).toBe(100);
});
