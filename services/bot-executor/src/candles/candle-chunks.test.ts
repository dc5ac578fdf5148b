import { newId } from '@tidegate/database/ids';
import fc from 'fast-check';
import { type Bots, openBots } from '../../test/bots.ts';
import { candles, MINUTES_5, walk } from '../../test/markets.ts';
import { type CandleTicks, candlesOf, columnsOf } from '../kernel/candle-series.rules.ts';
import { knownMarket } from '../markets/built-in-markets.ts';
import { candleUpTo, firstCandle, newestCandle, readCandles, readCandlesBefore, saveImported } from './candle.rows.ts';
import { CHUNK_CANDLES, decodeChunks, encodeChunk, mergeCandles } from './chunk-codec.ts';
import { measureSeries, readStored } from './series.rows.ts';
import { decodeSeries } from './stored-series.ts';

let bots: Bots;
beforeAll(async () => {
  bots = await openBots();
});
afterAll(() => bots.close());

const MARKET = knownMarket('BTC-USDT');
const SERIES = { source: 'imported', market: MARKET, interval: '5m' } as const;
const all = candlesOf;
const read = async (orgId: string, range: { from?: Date; until?: Date }) =>
  all(decodeSeries(await bots.tenants.run(orgId, (tx) => readStored(tx, SERIES, { ...range, limit: 10_000 }))));

test('an encoded chunk decodes to the same candles', () => {
  fc.assert(
    fc.property(walk(5_000_000, { minLength: 1, maxLength: 300 }), (series) => {
      const chunk = { startsAt: 0, ticksPerStep: 1, blob: encodeChunk(columnsOf(series), 0, MINUTES_5) };
      expect(all(decodeChunks([chunk], MINUTES_5))).toEqual(series);
    }),
    { numRuns: 200 },
  );
});

test('a tick that became finer multiplies the steps of old chunks', () => {
  const series = candles([100, 120, 90, 110]);
  const chunk = { startsAt: 0, ticksPerStep: 10, blob: encodeChunk(columnsOf(series), 0, MINUTES_5) };
  expect(all(decodeChunks([chunk], MINUTES_5))).toEqual(candles([1_000, 1_200, 900, 1_100]));
});

const [YEAR = []] = fc.sample(walk(5_000_000, { minLength: 9_000, maxLength: 9_000 }), { numRuns: 1, seed: 11 });

test('imports in any order, in parts and twice are one series; the same time again replaces the candle', async () => {
  const orgId = newId();
  const save = (part: readonly CandleTicks[]) => bots.tenants.run(orgId, (tx) => saveImported(tx, MARKET, '5m', part));
  const gap = YEAR.filter((_, index) => index < 3_000 || index > 3_100);
  const changed = (YEAR[10] as CandleTicks).open + 1n;
  const corrected = { ...(YEAR[10] as CandleTicks), open: changed, high: changed + 10_000n, low: 1n };
  await Promise.all([save(gap.slice(4_000)), save(gap.slice(0, 4_500)), save(gap.slice(4_400, 5_000))]);
  await save([corrected]);
  const wanted = all(mergeCandles(columnsOf(gap), columnsOf([corrected])).columns);
  expect(await read(orgId, {})).toEqual(wanted);

  const at = (index: number) => new Date((wanted[index] as CandleTicks).at);
  expect(await read(orgId, { from: at(2_990), until: at(3_010) })).toEqual(wanted.slice(2_990, 3_010));
  const measure = (range: { from?: Date; until?: Date }, most = 10_000) =>
    bots.tenants.read(orgId, (tx) => measureSeries(tx, SERIES, range, most));
  for (const [from, to] of [
    [0, wanted.length],
    [10, 20],
    [2_990, 3_010],
    [CHUNK_CANDLES - 1, 2 * CHUNK_CANDLES],
    [5_000, 8_890],
  ] as const) {
    const range = { from: at(from), ...(to < wanted.length ? { until: at(to) } : {}) };
    const whole = { candles: to - from, first: wanted[from], lastAt: wanted[to - 1]?.at };
    expect(await measure(range)).toEqual({ ...whole, tooManyFrom: undefined });
    expect(await measure(range, to - from - 1)).toEqual({ ...whole, tooManyFrom: wanted[to - 1]?.at });
    expect(await measure(range, 5)).toEqual({ ...whole, tooManyFrom: wanted[from + 5]?.at });
  }
  const before = (index: number, limit: number) =>
    bots.tenants.read(orgId, (tx) => readCandlesBefore(tx, SERIES, at(index), limit));
  for (const [index, limit] of [
    [3_010, 20],
    [CHUNK_CANDLES, 1],
    [8_000, 5_000],
    [5, 10],
    [0, 10],
  ] as const) {
    expect(await before(index, limit)).toEqual(wanted.slice(Math.max(0, index - limit), index));
  }
  expect(await measure({ from: new Date((wanted.at(-1)?.at ?? 0) + 1) })).toBeUndefined();
  expect(await measure({ until: at(0) })).toBeUndefined();
  const one = await bots.tenants.run(orgId, async (tx) => ({
    first: await firstCandle(tx, SERIES, undefined),
    newest: await newestCandle(tx, SERIES),
    inGap: await candleUpTo(tx, SERIES, new Date(3_050 * MINUTES_5)),
    before: await candleUpTo(tx, SERIES, new Date(-1)),
    batch: await readCandles(tx, SERIES, { after: at(4_000), limit: 500 }),
    across: await readCandles(tx, SERIES, { after: at(CHUNK_CANDLES - 200), limit: 500 }),
  }));
  expect(one.first).toEqual(wanted[0]);
  expect(one.newest).toEqual(wanted.at(-1));
  expect(one.inGap).toEqual(wanted[2_999]);
  expect(one.before).toBeUndefined();
  expect(one.batch).toEqual(wanted.slice(4_001, 4_501));
  expect(one.across).toEqual(wanted.slice(CHUNK_CANDLES - 199, CHUNK_CANDLES + 301));
});

test('candles take a few bytes each, and no other organisation sees them', async () => {
  const orgId = newId();
  await bots.tenants.run(orgId, (tx) => saveImported(tx, MARKET, '5m', YEAR));
  const size = await bots.tenants.run(orgId, (tx) =>
    tx.one<{ bytes: number }>('select sum(length(blob))::int as bytes from imported_chunks'),
  );
  // A random walk that jumps by up to 3 % a candle; real minutes are calmer.
  expect((size?.bytes ?? 0) / YEAR.length).toBeLessThan(16);
  expect(await bots.tenants.run(newId(), (tx) => newestCandle(tx, SERIES))).toBeUndefined();
});
