import {
  createSweep,
  deleteSweep,
  getSweep,
  listSweepResults,
  listSweeps,
  type SweptSetting,
} from '@tidegate/contracts/bot-executor/sweeps';
import type { RunOptions } from '@tidegate/runtime/worker-pool';
import { until } from '@tidegate/testing/until';
import { settingsA } from '../../test/markets.ts';
import { type Customer, customer, openService, type Service } from '../../test/service.ts';
import { saveImported } from '../candles/candle.rows.ts';
import { WORKER_FILES } from '../compute/open-threads.ts';
import { knownMarket } from '../markets/built-in-markets.ts';
import type { ThreadTask } from '../threads/thread-task.ts';
import { Threads } from '../threads/threads.ts';
import { MAX_QUEUED } from './create-sweep.ts';
import { combinationCount, countedWithin } from './sweep-budget.rules.ts';

let service: Service;
const running = new Set<() => Promise<void>>();
const start = (runs: Parameters<Service['start']>[0]) => running.add(service.start(runs));
afterEach(async () => {
  await Promise.all([...running].map((stop) => stop()));
  running.clear();
});
beforeAll(async () => {
  service = await openService();
});
afterAll(() => service.close());

const SETTINGS = settingsA('long', { baseOrder: '100', averagingOrders: { count: 2, size: '100' } });
const VARY: SweptSetting[] = [{ setting: 'takeProfit.percent', values: ['0.4', '0.8', '1.2', '1.6'] }];
const FEED = { source: 'imported' as const, interval: '1m' as const };

async function somebody(): Promise<Customer> {
  const who = customer();
  const candles = Array.from({ length: 300 }, (_, i) => {
    const [open, high] = [5_000_000n, 5_100_000n];
    return { at: (i + 1) * 60_000, open, high, low: open, close: open };
  });
  await service.tenants.run(who.orgId, (tx) => saveImported(tx, knownMarket('BTC-USDT'), '1m', candles));
  return who;
}
const post = (who: Customer, more: object = {}) =>
  service.call(createSweep, { settings: SETTINGS, vary: VARY, feed: FEED, ...more }, who);
const done = (who: Customer, sweepId: string) =>
  until(async () => {
    const sweep = await service.call(getSweep, { sweepId }, who);
    return sweep.status === 'done' && sweep;
  });

test('a sweep whose connections keep breaking is done all the same and counted once', async () => {
  const who = await somebody();
  const real = service.threads;
  let cuts = 0;
  const cut = async <T>(result: Promise<T>): Promise<T> => {
    await result;
    cuts += 1;
    await service.breakConnections();
    return result;
  };
  /** Every connection breaks after each task. */
  class Cut extends Threads {
    override work = <In, Out>(task: ThreadTask<In, Out>, input: In, options?: RunOptions) =>
      cut(real.work(task, input, options));
    override onAllCores = <In, Out>(task: ThreadTask<In, Out>, input: In, options?: RunOptions) =>
      cut(real.onAllCores(task, input, options));
  }
  const { id } = await post(who);
  start(service.sweeps(new Cut(WORKER_FILES)));
  expect(await done(who, id)).toMatchObject({ done: 4, runs: 4, failure: null });
  expect(cuts).toBeGreaterThan(1);
  const sql = "select body from outbox where org_id = $1 and subject like 'usage.%'";
  const rows = await service.tenants.as({}, (tx) => tx.query<{ body: string }>(sql, [who.orgId]));
  expect(rows.flatMap(({ body }) => JSON.parse(body))).toEqual([
    expect.objectContaining({ meter: 'sweep_runs', quantity: 4, lease: expect.any(String) }),
  ]);
  await service.call(deleteSweep, { sweepId: id }, who);
  await expect(service.call(getSweep, { sweepId: id }, who)).rejects.toMatchObject({ code: 'not_found' });
});

test('every result of a sweep can be read, by page and in any order; its end is announced', async () => {
  const who = await somebody();
  const received: unknown[] = [];
  const watching = service.nc.subscribe(`live.${who.orgId}.sweeps`, {
    callback: (_, message) => void received.push(message.json()),
  });
  const percents = Array.from({ length: 60 }, (_, i) => String((i + 4) / 10));
  const { id } = await post(who, { vary: [{ setting: 'takeProfit.percent', values: percents }] });
  start(service.sweeps());
  expect((await done(who, id)).results).toHaveLength(50);
  const all = await service.call(listSweepResults, { sweepId: id, limit: 200 }, who);
  expect(all.items.map(({ rank }) => rank)).toEqual(percents.map((_, i) => i + 1));
  const read = [];
  for (let cursor: string | undefined; ; ) {
    const asked = { sweepId: id, sort: 'trades' as const, limit: 25, ...(cursor ? { cursor } : {}) };
    const page = await service.call(listSweepResults, asked, who);
    read.push(...page.items);
    cursor = page.nextCursor;
    if (!cursor) break;
  }
  expect(read).toEqual(all.items.toSorted((a, b) => b.closedTrades - a.closedTrades || a.rank - b.rank));
  await until(async () => JSON.stringify(received).includes('"ended":true'));
  watching.unsubscribe();
  const outsider = customer();
  await expect(service.call(listSweepResults, { sweepId: id }, outsider)).rejects.toMatchObject({ code: 'not_found' });
});

test('a sweep that is too large is refused by arithmetic, without expanding anything', () => {
  const values = (count: number) => Array.from({ length: count }, (_, i) => String(i + 1));
  const vary = [{ setting: 'takeProfit.percent' as const, values: values(200) }];
  const code = (work: () => unknown) => {
    try {
      work();
    } catch (error) {
      return (error as { data: { errors: { field: string; code: string }[] } }).data.errors[0];
    }
    return undefined;
  };
  const asked = { settings: SETTINGS, vary };
  expect(countedWithin(asked, 600_000)).toBe(200);
  const wide = { ...asked, settings: settingsA('long', { averagingOrders: { count: 200 } }) };
  expect(code(() => countedWithin(wide, 600_000))).toMatchObject({ field: '/vary', code: 'too_much_work' });
  // The counts that are swept are what counts.
  const counts = [...vary, { setting: 'averagingOrders.count' as const, values: [200, 200, 200] }];
  expect(code(() => countedWithin({ ...asked, vary: counts }, 600_000))).toMatchObject({ code: 'too_much_work' });
  const walk = (trainCandles: number, testCandles: number) => ({
    ...asked,
    walkForward: { trainCandles, testCandles },
  });
  expect(code(() => countedWithin(walk(10, 10), 600_000))).toMatchObject({ code: 'too_many_windows' });
  expect(code(() => countedWithin(walk(600, 10), 600))).toMatchObject({ code: 'too_few_candles' });
  expect(code(() => countedWithin(walk(400_000, 1_000), 600_000))).toMatchObject({ code: 'too_much_work' });
  const four = ['a', 'b', 'c', 'd'].map(() => ({ setting: 'direction' as const, values: values(200) }));
  expect(code(() => combinationCount(four))).toMatchObject({ field: '/vary', code: 'too_many_combinations' });
});

test('an organisation may queue a limited number of sweeps; a refused one spends nothing', async () => {
  const who = await somebody();
  for (let n = 0; n < MAX_QUEUED.organisation; n += 1) await post(who);
  await expect(post(who)).rejects.toMatchObject({ code: 'too_many_sweeps' });
  await expect(post(who, { vary: [{ setting: 'takeProfit.percent', values: ['much'] }] })).rejects.toMatchObject({
    data: { errors: [expect.objectContaining({ field: '/vary/0/values', code: 'invalid_value' })] },
  });
  await until(() => service.neighbours.held(who.orgId, 'sweep_runs') === 4 * MAX_QUEUED.organisation);
  const list = (input: object) => service.call(listSweeps, input, who);
  const waiting = await list({ status: 'waiting', count: true, limit: 1 });
  const none = { waiting: 0, running: 0, done: 0, cancelled: 0, failed: 0 };
  expect(waiting.counts).toEqual({ ...none, total: MAX_QUEUED.organisation, waiting: MAX_QUEUED.organisation });
  expect(waiting.items).toHaveLength(1);
  const next = await list({ count: true, ...(waiting.nextCursor ? { cursor: waiting.nextCursor } : {}) });
  expect(next).toMatchObject({ counts: null, items: { length: MAX_QUEUED.organisation - 1 } });
  expect(await list({ market: 'ETH-USDT', count: true })).toMatchObject({ items: [], counts: { ...none, total: 0 } });
  expect((await list({ status: 'done' })).items).toEqual([]);
});

test('sweeps of several people run side by side, and a drained one continues elsewhere', async () => {
  const people = await Promise.all([somebody(), somebody(), somebody()]);
  const sweeps = await Promise.all(people.map((who) => post(who)));
  const first = service.sweeps();
  const signal = new AbortController();
  await first.turn({ signal: signal.signal });
  signal.abort();
  await first.onApplicationShutdown();
  start(service.sweeps());
  for (const [index, who] of people.entries()) await done(who, sweeps[index]?.id ?? '');
});
