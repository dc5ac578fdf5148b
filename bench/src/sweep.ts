import { openThreads } from '@tidegate/bot-executor/compute/open-threads';
import { knownMarket } from '@tidegate/bot-executor/markets/built-in-markets';
import { combinationsOf } from '@tidegate/bot-executor/sweeps/combinations.rules';
import { runSettings } from '@tidegate/bot-executor/sweeps/run-settings';
import { runSweep } from '@tidegate/bot-executor/sweeps/run-sweep';
import { DcaSettings } from '@tidegate/contracts/bot-executor/settings';
import type { SweptSetting } from '@tidegate/contracts/bot-executor/sweeps';
import { scanAll } from './backtest.ts';
import { minuteCandles } from './candles.ts';
import type { Result } from './main.ts';
import { median } from './servers.ts';

const CANDLES = 45_000;
const ROUNDS = 5;

const VARY: SweptSetting[] = [
  { setting: 'direction', values: ['long', 'short'] },
  { setting: 'averagingOrders.count', values: [2, 3, 4, 5, 6] },
  { setting: 'averagingOrders.deviationPercent', values: steps(0.3, 0.1, 10) },
  { setting: 'takeProfit.percent', values: steps(0.4, 0.1, 10) },
];

function steps(from: number, by: number, count: number): string[] {
  return Array.from({ length: count }, (_, index) => (from + index * by).toFixed(1));
}

/**
 * 1,000 settings over a month of minutes, as the service runs them: threads started, the series shared, every result
 * ranked exactly; against as many scans of two arrays by one thread, which is what looking at every candle would cost.
 */
export async function sweep(): Promise<Result> {
  const series = minuteCandles(CANDLES);
  const settings = DcaSettings.parse({
    market: knownMarket('BTC-USDT').market,
    direction: 'long',
    baseOrder: '100',
    averagingOrders: { count: 6, size: '200', deviationPercent: '0.5', stepScale: '1.3', volumeScale: '1.2' },
    takeProfit: { percent: '0.5', includeFees: true },
  });
  const combinations = combinationsOf(settings, VARY, BigInt(series.open[0] as number), knownMarket('BTC-USDT')).valid;
  const rounds: { sweep: number; scans: number }[] = [];
  process.stdout.write(`round  ${combinations.length} settings ms  as many scans ms  fills\n`);
  for (let round = 0; round < ROUNDS; round += 1) {
    const scans = timed(() => {
      for (let i = 0; i < combinations.length; i += 1) scanAll(series);
    });
    const began = performance.now();
    const threads = openThreads();
    const runs = await runSweep({
      combinations,
      series,
      rankBy: 'profit',
      run: (some, range) => threads.onAllCores(runSettings, { settings: some, series, range, intervalMs: 60_000 }),
      onProgress: () => {},
    });
    await threads.onApplicationShutdown();
    const took = performance.now() - began;
    rounds.push({ sweep: took, scans });
    const fills = runs.reduce((sum, { figures }) => sum + figures.fillCount, 0);
    process.stdout.write(`${round + 1}      ${took.toFixed(0).padEnd(17)} ${scans.toFixed(0).padEnd(16)} ${fills}\n`);
  }
  return {
    name: 'sweep',
    value: Math.round(median(rounds.map((one) => one.sweep))),
    unit: 'ms',
    ratio: Number(median(rounds.map((one) => one.sweep / one.scans)).toFixed(2)),
    against: 'as many scans of two arrays on one thread',
  };
}

function timed(work: () => void): number {
  const began = performance.now();
  work();
  return performance.now() - began;
}
