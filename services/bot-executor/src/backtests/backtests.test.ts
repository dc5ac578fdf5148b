import {
  type Backtest,
  cancelBacktest,
  createBacktest,
  deleteBacktest,
  getBacktest,
  listBacktestFills,
  listBacktests,
  listBacktestTrades,
  renameBacktest,
  showEquity,
} from '@tidegate/contracts/bot-executor/backtests';
import { noteDeleted } from '@tidegate/database/deleted-organisations';
import { newId } from '@tidegate/database/ids';
import { writeCursor } from '@tidegate/database/paging';
import { type RunOptions, WorkerTooSlow } from '@tidegate/runtime/worker-pool';
import { metricsText } from '@tidegate/telemetry/metrics';
import { until } from '@tidegate/testing/until';
import { settingsA } from '../../test/markets.ts';
import { seriesOf } from '../../test/series.ts';
import { type Customer, customer, openService, type Service } from '../../test/service.ts';
import { saveImported } from '../candles/candle.rows.ts';
import { WORKER_FILES } from '../compute/open-threads.ts';
import type { CandleTicks } from '../kernel/candle-series.rules.ts';
import { planOf } from '../ladder/plan.rules.ts';
import { knownMarket } from '../markets/built-in-markets.ts';
import { moneyText } from '../markets/markets.rules.ts';
import { acquireWork } from '../queue/queue.rows.ts';
import type { ThreadTask } from '../threads/thread-task.ts';
import { Threads } from '../threads/threads.ts';
import { backtest } from './backtest.rules.ts';
import { MAX_STORED_ITEMS } from './compute-backtest.ts';
import { MAX_QUEUED, MAX_STORED } from './create-backtest.ts';

let service: Service;
/** Loops that run until the end of their test. */
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

const MARKET = knownMarket('BTC-USDT');
const FEED = { source: 'imported' as const, interval: '1m' as const };
const SETTINGS = settingsA('long', { baseOrder: '100', averagingOrders: { count: 0, size: '100' } });

/** Every candle swings by 2 %: a trade begins at its open and ends at its high. */
const swinging = (count: number): CandleTicks[] =>
  Array.from({ length: count }, (_, i) => {
    const [open, high] = [5_000_000n, 5_100_000n];
    return { at: (i + 1) * 60_000, open, high, low: open, close: open };
  });

async function withCandles(candles: CandleTicks[], who: Customer = customer()): Promise<Customer> {
  await service.tenants.run(who.orgId, (tx) => saveImported(tx, MARKET, '1m', candles));
  return who;
}
const post = (who: Customer, settings = SETTINGS, key?: string): Promise<Backtest> =>
  service.call(createBacktest, { settings, feed: FEED }, who, key);
const read = (who: Customer, { id }: { id: string }) => service.call(getBacktest, { backtestId: id }, who);
const ended = (who: Customer, one: { id: string }, status: string) =>
  until(async () => {
    const now = await read(who, one);
    return now.status === status && now;
  });
/** Answers of requests that do not wait. */
const atOnce = async <T>(work: () => Promise<T>): Promise<T> => {
  const { waitMs } = service.ended;
  service.ended.waitMs = 0;
  try {
    return await work();
  } finally {
    service.ended.waitMs = waitMs;
  }
};
async function uses(orgId: string): Promise<{ meter: string; quantity: number; lease?: string }[]> {
  const sql = "select body from outbox where org_id = $1 and subject like 'usage.%'";
  const rows = await service.tenants.as({}, (tx) => tx.query<{ body: string }>(sql, [orgId]));
  return rows.flatMap(({ body }) => JSON.parse(body));
}

test('a huge backtest is bounded: the event loop stays free, the first fills are stored, the figures are exact', async () => {
  start(service.backtests());
  const candles = swinging(10_500);
  const who = await withCandles(candles);
  let turns = 0;
  const count = () => {
    turns += 1;
    counting = setImmediate(count);
  };
  let counting = setImmediate(count);
  const done = await post(who);
  clearImmediate(counting);
  // Each candle is the same trade, so the figures are those of the first 350 as many times as there are trades.
  const report = backtest(planOf(SETTINGS, MARKET), seriesOf(candles.slice(0, 350)), { intervalMs: 60_000 });
  expect(report).toMatchObject({ closedTrades: 350, fillCount: 700 });
  const times = (sum: bigint) => moneyText(MARKET, (sum / 350n) * 10_500n);
  expect(done).toMatchObject({
    status: 'done',
    candles: 10_500,
    candlesDone: 10_500,
    fills: 21_000,
    closedTrades: 10_500,
    profit: times(report.profit),
    fees: times(report.fees),
    stored: { trades: MAX_STORED_ITEMS.trades, fills: MAX_STORED_ITEMS.fills },
  });
  // Some thousand fills take a thread a second; the event loop kept running.
  expect(turns).toBeGreaterThan(50);

  const page = (after: number) =>
    service.call(listBacktestFills, { backtestId: done.id, limit: 200, cursor: writeCursor(after) }, who);
  const [across, last] = [await page(450), await page(MAX_STORED_ITEMS.fills - 200)];
  expect(across.items).toHaveLength(200);
  expect(across.items[0]?.orderKey).toBe(report.fills[450]?.order.key);
  expect(across.items[199]?.orderKey).toBe(report.fills[649]?.order.key);
  expect(last.nextCursor).toBeUndefined();
  expect(last.items.at(-1)?.orderKey).toBe(report.fills[1]?.order.key.replace('1:', `${MAX_STORED_ITEMS.trades}:`));
  const ofTrade = (trade: number, limit = 50) =>
    service.call(listBacktestFills, { backtestId: done.id, trade, limit }, who);
  const own = (await page(0)).items.filter(({ trade }) => trade === 3);
  expect(own).toHaveLength(2);
  expect(await ofTrade(3)).toEqual({ items: own });
  const begun = await ofTrade(3, 1);
  expect(begun).toMatchObject({ items: [own[0]], nextCursor: expect.any(String) });
  const rest = { backtestId: done.id, trade: 3, limit: 1, cursor: begun.nextCursor };
  expect(await service.call(listBacktestFills, rest, who)).toEqual({ items: [own[1]] });
  // Beyond what is stored.
  expect((await ofTrade(10_400)).items).toEqual([]);
  const trades = await service.call(listBacktestTrades, { backtestId: done.id, limit: 2 }, who);
  expect(trades.items.map(({ number }) => number)).toEqual([1, 2]);
  expect((await service.call(showEquity, { backtestId: done.id }, who)).items).toHaveLength(500);

  expect(await metricsText()).toContain('tidegate_work_ended_total{kind="backtest",outcome="done"} 1');
  await until(async () => (await metricsText()).includes('tidegate_work_waiting{kind="backtest"} 0'));

  await service.call(deleteBacktest, { backtestId: done.id }, who);
  await expect(read(who, done)).rejects.toMatchObject({ code: 'not_found' });
  const left = await service.tenants.run(who.orgId, (tx) => tx.query('select 1 from backtest_parts'));
  expect(left).toEqual([]);
});

test('a request that is too large is refused with what to change, before anything is read, run or spent', async () => {
  const many = settingsA('long', {
    baseOrder: '100',
    averagingOrders: { count: 200, size: '100', deviationPercent: '0.1', stepScale: '1' },
  });
  // Four stretches with a few candles each, of which the rows say that they are full.
  const who = await withCandles(swinging(13_000).filter((_, i) => i % 1_000 === 0));
  await service.tenants.run(who.orgId, (tx) => tx.query('update imported_chunks set candles = 200000'));
  const measured = { settings: many, feed: FEED };
  await expect(service.call(createBacktest, measured, who)).rejects.toMatchObject({
    data: { errors: [expect.objectContaining({ field: '/feed/to', code: 'too_much_work' })] },
  });
  expect(service.neighbours.held(who.orgId, 'backtest_runs')).toBe(0);
  await expect(service.call(listBacktests, {}, who)).resolves.toEqual({ items: [], counts: null });
});

test('a plan without backtests refuses them, which is not mistaken for an outage of usage', async () => {
  const who = await withCandles(swinging(50));
  service.neighbours.without.add(who.orgId);
  await expect(post(who)).rejects.toMatchObject({ code: 'feature_not_included', data: { feature: 'backtest_runs' } });
  await expect(service.call(listBacktests, {}, who)).resolves.toEqual({ items: [], counts: null });
});

test('a hard quota holds although usage is not counted yet; the usage event names the lease', async () => {
  start(service.backtests());
  const who = await withCandles(swinging(50));
  service.neighbours.limits.set(`${who.orgId} backtest_runs`, 1);
  const [one, two] = await Promise.allSettled([post(who), post(who)]);
  expect([one.status, two.status].sort()).toEqual(['fulfilled', 'rejected']);
  await expect(post(who)).rejects.toMatchObject({ code: 'quota_exhausted' });
  const used = await uses(who.orgId);
  expect(used).toEqual([expect.objectContaining({ meter: 'backtest_runs', quantity: 1, lease: expect.any(String) })]);
  const lease = await until(() => {
    const found = service.neighbours.leases.get(used[0]?.lease ?? '');
    return found?.spent !== undefined && found;
  });
  expect(lease).toMatchObject({ orgId: who.orgId, spent: 1 });

  // A refusal after the lease was taken returns the lease.
  const other = customer();
  service.neighbours.limits.set(`${other.orgId} backtest_runs`, 5);
  await withCandles(swinging(50), other);
  await atOnce(async () => {
    await service.tenants.as({}, async (tx) => {
      for (let n = 0; n < MAX_QUEUED.person; n += 1)
        await tx.query("insert into work_queue (id, kind, org_id, person) values ($1, 'backtest', $2, $3)", [
          newId(),
          newId(),
          other.userId,
        ]);
    });
    await expect(post(other)).rejects.toMatchObject({ code: 'too_many_backtests' });
  });
  await until(() => service.neighbours.held(other.orgId, 'backtest_runs') === 0);
  await service.tenants.as({}, (tx) => tx.query('delete from work_queue where person = $1', [other.userId]));
});

test('backtests are found by name, market and state, ranked by their figures, and counted', async () => {
  const stop = service.start(service.backtests());
  const who = await withCandles(swinging(50));
  const [plain, better, other] = [
    await post(who),
    await post(who, settingsA('long', { baseOrder: '1000', averagingOrders: { count: 0, size: '100' } })),
    await post(who),
  ];
  await service.call(renameBacktest, { backtestId: better.id, name: 'Larger Order' }, who);
  await service.call(renameBacktest, { backtestId: other.id, name: 'a copy' }, who);
  await stop();
  const late = await atOnce(() => post(who));
  await service.call(cancelBacktest, { backtestId: late.id }, who);
  const list = (input: object = {}) => service.call(listBacktests, input, who);
  const ids = async (input: object) => (await list(input)).items.map(({ id }) => id);
  expect(await ids({})).toEqual([late, other, better, plain].map(({ id }) => id));
  expect(await ids({ search: 'larger' })).toEqual([better.id]);
  expect(await ids({ search: '%' })).toEqual([]);
  expect(await ids({ status: 'cancelled' })).toEqual([late.id]);
  expect(await ids({ market: 'ETH-USDT' })).toEqual([]);
  expect(await ids({ sort: 'name' })).toEqual([other, better, late, plain].map(({ id }) => id));
  expect(await ids({ sort: 'profit', status: 'done' })).toEqual([better, other, plain].map(({ id }) => id));
  for (const sort of ['newest', 'name', 'profit', 'drawdown', 'trades'] as const) {
    const all = await ids({ sort });
    const first = await list({ sort, limit: 3, count: true });
    const rest = await list({ sort, limit: 3, count: true, ...(first.nextCursor ? { cursor: first.nextCursor } : {}) });
    expect([...first.items, ...rest.items].map(({ id }) => id)).toEqual(all);
    // What has no figures comes last.
    if (sort === 'profit') expect(all.at(-1)).toBe(late.id);
    expect(first.counts).toEqual({ total: 4, queued: 0, running: 0, done: 3, failed: 0, cancelled: 1 });
    expect(rest.counts).toBeNull();
  }
  expect((await list({ search: 'larger', status: 'failed', count: true })).counts).toMatchObject({ total: 1, done: 1 });
  expect((await service.call(listBacktests, { count: true }, customer())).counts).toMatchObject({ total: 0 });
});

test('a long backtest is answered while it runs, can be cancelled or deleted, and is repeated by its key', async () => {
  const who = await withCandles(swinging(20_000));
  await atOnce(async () => {
    const queued = await post(who, SETTINGS, 'key');
    expect(queued).toMatchObject({ status: 'queued', candles: 20_000, profit: null, wallet: null, finishedAt: null });
    expect(await post(who, SETTINGS, 'key')).toEqual(queued);
    const cancelled = await service.call(cancelBacktest, { backtestId: queued.id }, who);
    expect(cancelled).toMatchObject({ status: 'cancelled', finishedAt: expect.any(String) });
  });

  start(service.backtests());
  const running = post(who);
  const { items } = await until(async () => {
    const list = await service.call(listBacktests, {}, who);
    return list.items[0]?.status === 'running' && list;
  });
  await service.call(cancelBacktest, { backtestId: items[0]?.id as string }, who);
  expect(await running).toMatchObject({ status: 'cancelled' });
  expect(await service.call(cancelBacktest, { backtestId: items[0]?.id as string }, who)).toMatchObject({
    status: 'cancelled',
  });

  const waiting = post(who).catch((error: unknown) => error);
  const last = await until(async () => {
    const list = await service.call(listBacktests, {}, who);
    return list.items[0]?.id !== items[0]?.id && list.items[0];
  });
  await service.call(deleteBacktest, { backtestId: last.id }, who);
  expect(await waiting).toMatchObject({ code: 'not_found' });
});

test('a thread that runs out of memory or time fails its backtest with the reason, and others continue', async () => {
  /** Threads whose first task runs out of memory and whose second takes too long. */
  class Broken extends Threads {
    private tasks = 0;
    override async work<In, Out>(task: ThreadTask<In, Out>, input: In, options?: RunOptions): Promise<Out> {
      this.tasks += 1;
      if (this.tasks === 1) throw Object.assign(new Error('heap'), { code: 'ERR_WORKER_OUT_OF_MEMORY' });
      if (this.tasks === 2) throw new WorkerTooSlow('slow');
      return service.threads.work(task, input, options);
    }
  }
  start(service.backtests(new Broken(WORKER_FILES)));
  const who = await withCandles(swinging(50));
  expect(await post(who)).toMatchObject({
    status: 'failed',
    failure: expect.stringContaining('more memory'),
    profit: null,
  });
  expect(await post(who)).toMatchObject({ status: 'failed', failure: expect.stringContaining('longer than it may') });
  expect((await post(who)).status).toBe('done');
});

test('a broken connection does not fail a backtest; a dead runner is replaced, three times', async () => {
  const who = await withCandles(swinging(50));
  const one = await atOnce(() => post(who));
  const real = service.threads;
  /** All connections break while the work is done. */
  class Cut extends Threads {
    override async work<In, Out>(task: ThreadTask<In, Out>, input: In, options?: RunOptions): Promise<Out> {
      const result = await real.work(task, input, options);
      await service.breakConnections();
      return result;
    }
  }
  start(service.backtests(new Cut(WORKER_FILES)));
  await ended(who, one, 'done');
  await Promise.all([...running].map((stop) => stop()));
  expect(await uses(who.orgId)).toHaveLength(1);

  const deadly = await atOnce(() => post(who));
  for (let death = 0; death < 3; death += 1) {
    await service.tenants.as({}, (tx) => acquireWork(tx, 'backtest'));
    await service.tenants.as({}, (tx) => tx.query("update work_queue set expires_at = '-infinity'"));
  }
  start(service.backtests());
  expect(await ended(who, deadly, 'failed')).toMatchObject({ failure: expect.stringContaining('each time') });
});

test('a deleted organisation’s backtest is dropped, and no new one is created', async () => {
  const who = await withCandles(swinging(50));
  await atOnce(() => post(who));
  await service.tenants.as({}, (tx) => noteDeleted(tx, who.orgId));
  start(service.backtests());
  const queued = () =>
    service.tenants.as({}, (tx) => tx.query('select 1 from work_queue where org_id = $1', [who.orgId]));
  await until(async () => (await queued()).length === 0);
  await expect(post(who)).rejects.toMatchObject({ code: 'not_found' });
  expect(await queued()).toEqual([]);
  // Its leased units are returned.
  await until(() => service.neighbours.held(who.orgId, 'backtest_runs') === 1);
});

test('an organisation’s newest backtests are stored, and a limited number is queued', async () => {
  const who = await withCandles(swinging(50));
  const before = await atOnce(() => post(who));
  await service.tenants.run(who.orgId, async (tx) => {
    await tx.query("update backtests set status = 'done'");
    await tx.query('delete from work_queue where org_id = $1', [who.orgId]);
    await tx.query(
      `insert into backtests (org_id, id, status, result, parts)
       select org_id, gen_random_uuid(), status, result, 40 from backtests, generate_series(1, $1)`,
      [MAX_STORED.backtests],
    );
  });
  await atOnce(async () => {
    const all = [];
    for (let n = 0; n < MAX_QUEUED.organisation; n += 1) all.push(await post(who));
    expect(new Set(all.map(({ status }) => status))).toEqual(new Set(['queued']));
    await expect(post(who)).rejects.toMatchObject({ code: 'too_many_backtests' });
  });
  const kept = await service.tenants.run(who.orgId, (tx) =>
    tx.one<{ backtests: number; parts: number; oldest: boolean }>(
      'select count(*)::int as backtests, sum(parts)::int as parts, bool_or(id = $1) as oldest from backtests',
      [before.id],
    ),
  );
  expect(kept?.backtests).toBeLessThanOrEqual(MAX_STORED.backtests);
  expect(kept?.parts).toBeLessThanOrEqual(MAX_STORED.parts);
  await service.tenants.as({}, (tx) => tx.query('delete from work_queue where org_id = $1', [who.orgId]));
});
