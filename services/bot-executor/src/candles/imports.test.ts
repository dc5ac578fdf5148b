import { deleteCandles, importCandles, listCandles, showIndicator } from '@tidegate/contracts/bot-executor/candles';
import { customer, openService, type Service } from '../../test/service.ts';
import { MAX_STORED_CANDLES } from './stored-limit.ts';

let service: Service;
beforeAll(async () => {
  service = await openService();
});
afterAll(() => service.close());

const SERIES = { market: 'BTC-USDT', interval: '1d' as const };
const DAY = 86_400_000;
const BEGIN = Date.parse('2020-01-01T00:00:00Z');
const csv = (count: number, every = DAY) =>
  Array.from({ length: count }, (_, i) => `${BEGIN + i * every},50000,50100,49900,${50_000 + (i % 100)}`).join('\n');

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

test('what is wrong is refused with its line, and what lies too far apart with what to do', async () => {
  const who = customer();
  await expect(service.call(importCandles, { ...SERIES, csv: '1,2,3' }, who)).rejects.toMatchObject({
    data: { errors: [expect.objectContaining({ field: '/csv', code: 'invalid_candle' })] },
  });
  const minutes = { market: 'BTC-USDT', interval: '1m' as const, csv: csv(300, 4_096 * 60_000) };
  await expect(service.call(importCandles, minutes, who)).rejects.toMatchObject({
    data: { errors: [expect.objectContaining({ field: '/csv', code: 'too_scattered' })] },
  });
  const fewer = { ...minutes, csv: csv(150, 4_096 * 60_000) };
  expect(await service.call(importCandles, fewer, who)).toMatchObject({ imported: 150 });
  // Each lies in a stretch of its own, and all are found.
  const { items } = await service.call(listCandles, { market: 'BTC-USDT', interval: '1m', source: 'imported' }, who);
  expect(items).toHaveLength(150);
});

test('an organisation stores so many candles; deleting a series makes room', async () => {
  const who = customer();
  await service.call(importCandles, { ...SERIES, csv: csv(10) }, who);
  await service.tenants.run(who.orgId, (tx) =>
    tx.query('update imported_chunks set candles = $1', [MAX_STORED_CANDLES]),
  );
  const another = { market: 'ETH-USDT', interval: '1d' as const, csv: csv(10) };
  await expect(service.call(importCandles, another, who)).rejects.toMatchObject({ code: 'candles_full' });
  await service.call(deleteCandles, SERIES, who);
  expect(await service.call(importCandles, another, who)).toMatchObject({ imported: 10 });
});
