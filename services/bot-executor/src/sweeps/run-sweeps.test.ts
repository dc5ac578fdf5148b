import { BacktestFeed } from '@tidegate/contracts/bot-executor/backtests';
import type { DcaSettings } from '@tidegate/contracts/bot-executor/settings';
import { cancelSweep, type SweptSetting } from '@tidegate/contracts/bot-executor/sweeps';
import { newId } from '@tidegate/database/ids';
import fc from 'fast-check';
import { AROUND, settingsA, walk } from '../../test/markets.ts';
import { seriesOf } from '../../test/series.ts';
import { openService, type Service } from '../../test/service.ts';
import { backtest, figuresOf } from '../backtests/backtest.rules.ts';
import { saveImported } from '../candles/candle.rows.ts';
import type { Range } from '../kernel/candle-series.rules.ts';
import { planOf } from '../ladder/plan.rules.ts';
import { knownMarket } from '../markets/built-in-markets.ts';
import { moneyText } from '../markets/markets.rules.ts';
import { acquireWork, enqueueWork } from '../queue/queue.rows.ts';
import { combinationsOf } from './combinations.rules.ts';
import { runSettings } from './run-settings.ts';
import { runSweep } from './run-sweep.ts';
import { findResults, findSweep, insertSweep, type SweepInput } from './sweep.rows.ts';

let bots: Service;
beforeAll(async () => {
  bots = await openService();
});
afterAll(() => bots.close());

const MARKET = knownMarket('BTC-USDT');
const [CANDLES = []] = fc.sample(walk(5_000_000, { minLength: 1_500, maxLength: 1_500 }), { numRuns: 1, seed: 5 });
const VARY: SweptSetting[] = [
  { setting: 'direction', values: ['long', 'short'] },
  { setting: 'averagingOrders.count', values: [0, 2, 4] },
  { setting: 'takeProfit.percent', values: ['0.1', '0.6', '1.2', '2.4'] },
];
const settings = settingsA('long', { baseOrder: '100', averagingOrders: { size: '100' } });

async function createSweep(more: Partial<SweepInput> = {}): Promise<{ orgId: string; id: string }> {
  const [orgId, id] = [newId(), newId()];
  const feed = BacktestFeed.parse({ source: 'imported' });
  const work: SweepInput = { settings, vary: VARY, feed, rankBy: 'profit', ...more };
  await bots.tenants.run(orgId, async (tx) => {
    await saveImported(tx, MARKET, '5m', CANDLES);
    await insertSweep(tx, { id, work, combinations: 18, refused: 6, runs: 18 });
    await enqueueWork(tx, 'sweep', id, orgId);
  });
  return { orgId, id };
}

const sweepOf = ({ orgId, id }: { orgId: string; id: string }) =>
  bots.tenants.run(orgId, async (tx) => ({ row: await findSweep(tx, id), ...(await findResults(tx, id)) }));
/** Takes what there is and waits for its end. */
async function turn(signal = new AbortController().signal): Promise<void> {
  const runner = bots.sweeps();
  await runner.turn({ signal });
  await runner.onApplicationShutdown();
}
const take = () => bots.tenants.as({}, (tx) => acquireWork(tx, 'sweep'));
/** What a single backtest says. */
const alone = (values: Record<string, string | number>, from = 0, to = CANDLES.length) => {
  const vary = Object.entries(values).map(([setting, value]) => ({ setting, values: [value] })) as SweptSetting[];
  const [combination] = combinationsOf(settings, vary, 5_000_000n, MARKET).valid;
  if (!combination) throw new Error('No settings.');
  return figuresOf(backtest(planOf(combination.settings, MARKET), seriesOf(CANDLES.slice(from, to)), AROUND));
};

test('a sweep’s results are those of single backtests, best first; settings below the fees are left out', async () => {
  const sweep = await createSweep();
  await turn();
  const { row, results = [] } = await sweepOf(sweep);
  expect(row).toMatchObject({ status: 'done', done: 18, content_hash: expect.stringMatching(/^[0-9a-f]{64}$/) });
  expect(results).toHaveLength(18);
  for (const { values, profit, fills, maxDrawdown } of results) {
    const figures = alone(values);
    expect({ profit, fills, maxDrawdown }).toEqual({
      profit: moneyText(MARKET, figures.profit),
      fills: figures.fillCount,
      maxDrawdown: moneyText(MARKET, figures.maxDrawdown),
    });
  }
  const totals = results.map(({ profit, openProfit }) => Number(profit) + Number(openProfit));
  expect(totals).toEqual(totals.toSorted((a, b) => b - a));
  const again = await createSweep();
  await turn();
  expect(await sweepOf(again)).toMatchObject({ results, row: { content_hash: row?.content_hash } });
});

test('the number of threads changes nothing', async () => {
  const combinations = combinationsOf(settings, VARY, 5_000_000n, MARKET).valid;
  const series = seriesOf(CANDLES);
  const work = { combinations, series, rankBy: 'profitToDrawdown' as const, onProgress: () => {} };
  const alone = async (settings: readonly DcaSettings[], range: Range) =>
    runSettings.run({ ...AROUND, settings, series, range });
  const threads = (settings: readonly DcaSettings[], range: Range) =>
    bots.threads.onAllCores(runSettings, { ...AROUND, settings, series, range });
  expect(await runSweep({ ...work, run: threads })).toEqual(await runSweep({ ...work, run: alone }));
});

test('walk-forward: no training sees its test, and each test equals a backtest of its range alone', async () => {
  const sweep = await createSweep({ walkForward: { trainCandles: 500, testCandles: 300 } });
  await turn();
  const { windows = [], outOfSample } = await sweepOf(sweep);
  expect(windows).toHaveLength(3);
  let profit = 0n;
  for (const [index, window] of windows.entries()) {
    const at = 500 + index * 300;
    const span = (from: number, to: number) => ({
      from: new Date(CANDLES[from]?.at ?? 0).toISOString(),
      to: new Date(CANDLES[to - 1]?.at ?? 0).toISOString(),
    });
    expect(window).toMatchObject({ train: span(at - 500, at), test: span(at, at + 300) });
    const tested = alone(window.values, at, at + 300);
    expect(window.tested).toMatchObject({ fills: tested.fillCount, profit: moneyText(MARKET, tested.profit) });
    profit += tested.profit + tested.openProfit;
  }
  expect(outOfSample?.profit).toBe(moneyText(MARKET, profit));
});

test('a cancelled sweep stays cancelled; a dead runner is replaced; after three deaths the sweep fails', async () => {
  const cancelled = await createSweep();
  await bots.call(cancelSweep, { sweepId: cancelled.id }, { ...cancelled, userId: newId() });
  await turn();
  expect((await sweepOf(cancelled)).row?.status).toBe('cancelled');

  const orphan = await createSweep();
  const lapse = () => bots.tenants.as({}, (tx) => tx.query("update work_queue set expires_at = '-infinity'"));
  expect(await take()).toMatchObject({ id: orphan.id });
  await turn();
  expect((await sweepOf(orphan)).row?.status).toBe('waiting');
  await lapse();
  await turn();
  expect((await sweepOf(orphan)).row?.status).toBe('done');

  const deadly = await createSweep();
  for (let death = 0; death < 3; death += 1) {
    await take();
    await lapse();
  }
  await turn();
  expect((await sweepOf(deadly)).row).toMatchObject({
    status: 'failed',
    failure: expect.stringContaining('each time'),
  });
});

test('a runner that drains releases its sweep for another one', async () => {
  const sweep = await createSweep();
  const drain = new AbortController();
  const running = turn(drain.signal);
  drain.abort();
  await running;
  const { row } = await sweepOf(sweep);
  if (row?.status !== 'done') await turn();
  expect((await sweepOf(sweep)).row?.status).toBe('done');
});

test.each<[string, SweptSetting[], string, string]>([
  ['a setting twice', [...VARY, { setting: 'direction', values: ['long'] }], '/vary/3/setting', 'swept_twice'],
  ['a value that is none', [{ setting: 'takeProfit.percent', values: ['much'] }], '/vary/0/values', 'invalid_value'],
  [
    'too many',
    [
      { setting: 'cooldownSeconds', values: Array.from({ length: 200 }, (_, i) => i + 1) },
      VARY[0] as SweptSetting,
      VARY[1] as SweptSetting,
    ],
    '/vary',
    'too_many_combinations',
  ],
  [
    'none that valid',
    [{ setting: 'takeProfit.percent', values: ['0.1'] }],
    '/settings/takeProfit/percent',
    'profit_below_fees',
  ],
])('%s is refused with its field', (_what, vary, field, code) => {
  expect(() => combinationsOf(settings, vary, 5_000_000n, MARKET)).toThrow(
    expect.objectContaining({ data: { errors: [expect.objectContaining({ field, code })] } }),
  );
});
