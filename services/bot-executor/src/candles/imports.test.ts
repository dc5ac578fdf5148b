import { createBacktest } from '@tidegate/contracts/bot-executor/backtests';
import { createBot, getBot, startBot, updateBot } from '@tidegate/contracts/bot-executor/bots';
import { previewImport } from '@tidegate/contracts/bot-executor/candle-preview';
import { listCandleSeries } from '@tidegate/contracts/bot-executor/candle-series';
import { deleteCandles, importCandles, listCandles, showIndicator } from '@tidegate/contracts/bot-executor/candles';
import { previewLadder } from '@tidegate/contracts/bot-executor/ladder';
import {
  createMarket,
  deleteMarket,
  getMarket,
  listMarkets,
  updateMarket,
} from '@tidegate/contracts/bot-executor/markets';
import { listTrades } from '@tidegate/contracts/bot-executor/trades';
import { settingsA } from '../../test/markets.ts';
import { BEGIN, csv, DAY, SERIES } from '../../test/series.ts';
import { type Customer, customer, openService, type Service } from '../../test/service.ts';
import { lockMarkets } from '../markets/market.rows.ts';

let service: Service;
beforeAll(async () => {
  service = await openService();
});
afterAll(() => service.close());

test('an import is read in a thread, answered, listed, followed by indicators, and deleted', async () => {
  const who = customer();
  const answer = await service.call(importCandles, { ...SERIES, csv: csv(60) }, who);
  expect(answer).toMatchObject({ imported: 60, gaps: 0, from: '2020-01-01T00:00:00.000Z' });
  const { items } = await service.call(listCandles, { ...SERIES, source: 'imported' }, who);
  expect(items).toHaveLength(60);
  const ema = { ...SERIES, source: 'imported' as const, indicator: 'ema' as const, period: 10 };
  const points = await service.call(showIndicator, ema, who);
  expect(points.items).toHaveLength(51);
  // The mean of the first ten closes.
  expect(points.items[0]?.values['ema']).toBeCloseTo(50_004.5, 9);
  await service.call(deleteCandles, SERIES, who);
  expect((await service.call(listCandles, { ...SERIES, source: 'imported' }, who)).items).toEqual([]);
});

test('whoever chooses candles sees which there are, and a ladder begins at the newest of those that were chosen', async () => {
  const [who, other] = [customer(), customer()];
  const series = async (by: Customer) => (await service.call(listCandleSeries, {}, by)).items;
  const shipped = await series(other);
  await service.call(createMarket, COIN, who);
  const feed = { source: 'imported' as const, interval: '1d' as const };
  const asked = { settings: settingsA('long', { market: COIN.market }), feed };
  const none = { data: { errors: [expect.objectContaining({ field: '/feed/source', code: 'no_candles' })] } };
  await expect(service.call(previewLadder, asked, who)).rejects.toMatchObject(none);
  const rows = [3, 4, 7].map((i) => [BEGIN + i * DAY, ...Array(4).fill(`0.0000${i}`)].join());
  await service.call(importCandles, { market: COIN.market, interval: '1d', csv: rows.join('\n') }, who);
  const at = (day: number) => new Date(BEGIN + day * DAY).toISOString();
  const imported = { market: COIN.market, ...feed, candles: 3, from: at(3), to: at(7) };
  expect(await series(who)).toEqual(expect.arrayContaining([...shipped, imported]));
  expect(await series(other)).toEqual(shipped);
  expect(await service.call(previewLadder, asked, who)).toMatchObject({ price: '0.00007' });
  await service.call(deleteCandles, { market: COIN.market, interval: '1d' }, who);
  expect(await series(who)).toEqual(shipped);
});

test('a preview says what an import of the same text would do, wrong lines included, and stores nothing', async () => {
  const who = customer();
  const good = await service.call(previewImport, { ...SERIES, csv: csv(60) }, who);
  expect(good).toMatchObject({ importable: true, faults: [], report: { candles: 60, refusedRows: 0 } });
  expect(good.first).toHaveLength(5);
  const bad = await service.call(previewImport, { ...SERIES, csv: `${csv(3)}\nnot a candle\n` }, who);
  expect(bad).toMatchObject({ importable: false, report: { refused: [expect.objectContaining({ line: 4 })] } });
  const skipping = { ...SERIES, csv: `${csv(3)}\nnot a candle\n`, wrongRows: 'skip' as const };
  expect(await service.call(previewImport, skipping, who)).toMatchObject({ importable: true, report: { candles: 3 } });
  expect((await service.call(listCandles, { ...SERIES, source: 'imported' }, who)).items).toEqual([]);
});

test('a wrong row is refused with its line, and candles too far apart with what to do', async () => {
  const who = customer();
  await expect(service.call(importCandles, { ...SERIES, csv: '1,2,3' }, who)).rejects.toMatchObject({
    data: { errors: [expect.objectContaining({ field: '/csv', code: 'invalid_candle' })] },
  });
  const minutes = { market: 'BTC-USDT', interval: '1m' as const, csv: csv(300, 4_096 * 60_000), sparse: true };
  await expect(service.call(importCandles, minutes, who)).rejects.toMatchObject({
    data: { errors: [expect.objectContaining({ field: '/csv', code: 'too_scattered' })] },
  });
  const fewer = { ...minutes, csv: csv(150, 4_096 * 60_000) };
  expect(await service.call(importCandles, fewer, who)).toMatchObject({ imported: 150 });
  // Each lies in a stretch of its own, and all are found.
  const { items } = await service.call(listCandles, { market: 'BTC-USDT', interval: '1m', source: 'imported' }, who);
  expect(items).toHaveLength(150);
});

test('the plan limits stored candles; deleting a series makes room', async () => {
  const who = customer();
  service.neighbours.features.set(who.orgId, { candles: { kind: 'counted', limit: 15 } });
  await service.call(importCandles, { ...SERIES, csv: csv(10) }, who);
  const another = { market: 'ETH-USDT', interval: '1d' as const, csv: csv(10) };
  await expect(service.call(importCandles, another, who)).rejects.toMatchObject({
    code: 'plan_limit_reached',
    data: { feature: 'candles', limit: 15, used: 10 },
  });
  // Nothing of it was stored, and corrections of prices add nothing.
  expect(
    (await service.call(listCandles, { market: 'ETH-USDT', interval: '1d', source: 'imported' }, who)).items,
  ).toEqual([]);
  const corrected = csv(10).replace('50000', '50010');
  expect(await service.call(importCandles, { ...SERIES, csv: corrected }, who)).toMatchObject({ replaced: 1 });
  await service.call(deleteCandles, SERIES, who);
  expect(await service.call(importCandles, another, who)).toMatchObject({ imported: 10 });
});

test('what the plan has as another kind is not included', async () => {
  const who = customer();
  service.neighbours.features.set(who.orgId, { candles: { kind: 'static', value: 50 } });
  await expect(service.call(importCandles, { ...SERIES, csv: csv(10) }, who)).rejects.toMatchObject({
    code: 'feature_not_included',
    data: { feature: 'candles' },
  });
});

test('the plan limits own markets, also when several are created at once', async () => {
  const who = customer();
  service.neighbours.features.set(who.orgId, { markets: { kind: 'counted', limit: 2 } });
  const create = (market: string) => service.call(createMarket, { ...COIN, market }, who);
  const outcomes = await Promise.allSettled(['AAA-USD', 'BBB-USD', 'CCC-USD'].map(create));
  const refused = outcomes.filter((one) => one.status === 'rejected');
  expect(refused).toEqual([
    expect.objectContaining({ reason: expect.objectContaining({ code: 'plan_limit_reached' }) }),
  ]);
});

test('gaps take into account what is stored between the candles of a file', async () => {
  const who = customer();
  const minutes = { market: 'BTC-USDT', interval: '1m' as const };
  const at = (minute: number) => `${BEGIN + minute * 60_000},50000,50100,49900,50000`;
  const rows = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => at(from + i));
  // Stretches of 4,096 begin at multiples of that since 1970: these fill several, one of them with a hole.
  const stored = [...rows(1, 9_000), ...rows(9_010, 13_000)].join('\n');
  await service.call(importCandles, { ...minutes, csv: stored }, who);
  const { gaps, report } = await service.call(
    importCandles,
    { ...minutes, sparse: true, csv: [at(0), at(13_000)].join('\n') },
    who,
  );
  expect(gaps).toBe(1);
  expect(report.gaps).toMatchObject({ missing: 10, longest: [expect.objectContaining({ missing: 10 })] });
});

test('the report says how a file was understood, with gaps to what was stored before', async () => {
  const who = customer();
  const first = await service.call(importCandles, { ...SERIES, csv: csv(5) }, who);
  expect(first.report).toMatchObject({
    rows: 5,
    candles: 5,
    understood: { timeFormats: ['milliseconds'], header: false },
  });
  const later = csv(10).split('\n').slice(7).join('\n');
  const second = await service.call(importCandles, { ...SERIES, csv: later }, who);
  expect(second).toMatchObject({ imported: 3, gaps: 1 });
  expect(second.report.gaps.longest).toEqual([
    { from: '2020-01-06T00:00:00.000Z', to: '2020-01-07T00:00:00.000Z', missing: 2 },
  ]);
  // What fills the gap has none.
  expect(await service.call(importCandles, { ...SERIES, csv: csv(10) }, who)).toMatchObject({ imported: 10, gaps: 0 });
});

const COIN = {
  market: 'PEPE-USDT',
  base: 'PEPE',
  quote: 'USDT',
  tickSize: '0.00000001',
  lotSize: '1',
  minQuantity: '1',
  minNotional: '1',
  feePercent: '0.1',
  maintenanceMarginPercent: '1',
};

test('an organisation creates its own markets, with versions, which no other sees', async () => {
  const [who, other] = [customer(), customer()];
  expect(await service.call(createMarket, COIN, who)).toMatchObject({
    version: 1,
    custom: true,
    maxPrice: '21.47483646',
  });
  await expect(service.call(createMarket, COIN, who)).rejects.toMatchObject({ code: 'conflict' });
  await expect(service.call(createMarket, { ...COIN, market: 'BTC-USDT' }, who)).rejects.toMatchObject({
    code: 'conflict',
  });
  await expect(service.call(updateMarket, { market: 'BTC-USDT', feePercent: '0' }, who)).rejects.toMatchObject({
    code: 'conflict',
  });
  const cheaper = await service.call(updateMarket, { market: COIN.market, feePercent: '0.05' }, who);
  expect(cheaper).toMatchObject({ version: 2, feePercent: '0.05', lotSize: '1' });
  expect(await service.call(updateMarket, { market: COIN.market, feePercent: '0.05' }, who)).toEqual(cheaper);
  expect(await service.call(getMarket, { market: COIN.market, version: 1 }, who)).toMatchObject({ feePercent: '0.1' });
  await expect(service.call(updateMarket, { market: COIN.market, lotSize: '10' }, who)).rejects.toMatchObject({
    data: { errors: [expect.objectContaining({ field: '/lotSize', code: 'not_finer' })] },
  });
  const names = async (by: Customer) => (await service.call(listMarkets, {}, by)).items.map(({ market }) => market);
  expect(await names(who)).toEqual([...(await names(other)), COIN.market]);
  await expect(service.call(getMarket, { market: COIN.market }, other)).rejects.toMatchObject({ code: 'not_found' });
  const settings = settingsA('long', { market: COIN.market });
  await expect(service.call(previewLadder, { settings, price: '0.00001' }, other)).rejects.toMatchObject({
    data: { errors: [expect.objectContaining({ field: '/settings/market', code: 'unknown_market' })] },
  });
  expect(await service.call(previewLadder, { settings, price: '0.00001' }, who)).toMatchObject({ currency: 'USDT' });
});

test('backtests name the version that they used; bots stay on theirs until they are given settings', async () => {
  const who = customer();
  await service.call(createMarket, COIN, who);
  const rows = Array.from({ length: 30 }, (_, i) => `${BEGIN + i * DAY},0.00001,0.0000102,0.0000098,0.00001`);
  const series = { market: COIN.market, interval: '1d' as const };
  await service.call(importCandles, { ...series, csv: rows.join('\n') }, who);
  const settings = settingsA('long', { market: COIN.market });
  const feed = { source: 'imported' as const, interval: '1d' as const };
  const stop = service.start(service.backtests());
  const before = await service.call(createBacktest, { settings, feed }, who);
  const bot = await service.call(createBot, { name: 'b', settings, feed }, who);
  await service.call(updateMarket, { market: COIN.market, feePercent: '0' }, who);
  const after = await service.call(createBacktest, { settings, feed }, who);
  await stop();
  expect([before.marketVersion, after.marketVersion]).toEqual([1, 2]);
  expect(Number(before.fees)).toBeGreaterThan(0);
  expect(Number(after.fees)).toBe(0);
  expect(before.contentHash).not.toBe(after.contentHash);
  expect(bot.marketVersion).toBe(1);
  expect((await service.call(updateBot, { botId: bot.id, name: 'c' }, who)).marketVersion).toBe(1);
  expect((await service.call(updateBot, { botId: bot.id, settings }, who)).marketVersion).toBe(2);
  // Paper and backtest are the same, to the last digit, on a market of one's own too.
  await service.call(startBot, { botId: bot.id }, who);
  const { signal } = new AbortController();
  await service.runner().turn({ signal } as never);
  const { items: trades } = await service.call(listTrades, { botId: bot.id }, who);
  expect(trades.filter(({ status }) => status === 'closed')).toHaveLength(after.closedTrades as number);
  const ran = await service.call(getBot, { botId: bot.id }, who);
  expect([ran.profit, ran.closedTrades]).toEqual([after.profit, after.closedTrades]);
  expect(after.closedTrades).toBeGreaterThan(5);
  // Candles and bots hold it.
  await expect(service.call(deleteMarket, { market: COIN.market }, who)).rejects.toMatchObject({
    code: 'market_in_use',
  });
  const unused = { ...COIN, market: 'XY' };
  await service.call(createMarket, unused, who);
  await service.call(deleteMarket, { market: unused.market }, who);
  await expect(service.call(getMarket, { market: unused.market }, who)).rejects.toMatchObject({ code: 'not_found' });
});

test('a backtest reports gaps, and a bot the candles that came after it had passed their time', async () => {
  const who = customer();
  const all = csv(60).split('\n');
  const holes = all.filter((_, i) => i < 20 || (i > 22 && i !== 40));
  await service.call(importCandles, { ...SERIES, csv: holes.join('\n') }, who);
  const settings = settingsA('long');
  const feed = { source: 'imported' as const, interval: '1d' as const };
  const stop = service.start(service.backtests());
  const backtest = await service.call(createBacktest, { settings, feed }, who);
  await stop();
  expect(backtest.gaps).toEqual({
    places: 2,
    missing: 4,
    longest: [
      { from: '2020-01-21T00:00:00.000Z', to: '2020-01-23T00:00:00.000Z', missing: 3 },
      { from: '2020-02-10T00:00:00.000Z', to: '2020-02-10T00:00:00.000Z', missing: 1 },
    ],
  });
  const { id: botId } = await service.call(createBot, { name: 'b', settings, feed }, who);
  const decided = new Date(BEGIN + 30 * DAY);
  await service.tenants.run(who.orgId, (tx) => tx.query('update bots set decided_up_to = $1', [decided]));
  // The same candles again are nothing new, nor are those after it.
  await service.call(importCandles, { ...SERIES, csv: [...holes, all[40]].join('\n') }, who);
  expect((await service.call(getBot, { botId }, who)).lateCandles).toBeNull();
  const changed = (all[10] as string).replace(/\d+$/, '50050');
  await service.call(importCandles, { ...SERIES, csv: [changed, all[20], all[21]].join('\n'), sparse: true }, who);
  expect((await service.call(getBot, { botId }, who)).lateCandles).toEqual({
    count: 3,
    from: '2020-01-11T00:00:00.000Z',
  });
});

test('a request does not hold a connection while a large file is being stored', async () => {
  const [who, other] = [customer(), customer()];
  const stored = Promise.withResolvers<void>();
  const holding = Promise.withResolvers<void>();
  const long = service.tenants.run(who.orgId, async (tx) => {
    await lockMarkets(tx);
    holding.resolve();
    await stored.promise;
  });
  await holding.promise;
  await expect(service.call(importCandles, { ...SERIES, csv: csv(3) }, who)).rejects.toMatchObject({
    code: 'unavailable',
  });
  // Nor does any other.
  expect(await service.call(importCandles, { ...SERIES, csv: csv(3) }, other)).toMatchObject({ imported: 3 });
  stored.resolve();
  await long;
  expect(await service.call(importCandles, { ...SERIES, csv: csv(3) }, who)).toMatchObject({ imported: 3 });
});
