import { backtest as run } from '@tidegate/bot-executor/backtests/backtest.rules';
import type { CandleSeries } from '@tidegate/bot-executor/kernel/candle-series.rules';
import { planOf } from '@tidegate/bot-executor/ladder/plan.rules';
import { knownMarket } from '@tidegate/bot-executor/markets/built-in-markets';
import { DcaSettings } from '@tidegate/contracts/bot-executor/settings';
import { minuteCandles } from './candles.ts';
import type { Result } from './main.ts';
import { loadRival } from './rival.ts';
import { median } from './servers.ts';

const CANDLES = 1_080_000;
const MONTH = 45_000;
const MINUTES = { intervalMs: 60_000 };
const ROUNDS = 5;
/** Runs that a measurement is the mean of. */
const RUNS = 30;

const settings = (direction: 'long' | 'short') =>
  DcaSettings.parse({
    market: 'BTC-USDT',
    direction,
    baseOrder: '100',
    averagingOrders: { count: 6, size: '200', deviationPercent: '0.5', stepScale: '1.6', volumeScale: '1.2' },
    takeProfit: { percent: '0.5', includeFees: true },
  });

/**
 * Two years of minutes through the exact engine: ladder of seven orders, rounding to tick and lot, fees, trades, equity
 * and drawdown, long and short, on one core; against a loop that only compares two prices of every candle.
 */
export async function backtest(): Promise<Result> {
  const series = minuteCandles(CANDLES);
  const market = knownMarket('BTC-USDT');
  const plans = (['long', 'short'] as const).map((direction) => ({
    direction,
    plan: planOf(settings(direction), market),
  }));
  const rounds: { scan: number; engine: number }[] = [];
  process.stdout.write('round  two-array scan/s  long/s       short/s      fills of both\n');
  for (let round = -1; round < ROUNDS; round += 1) {
    const scan = rate(CANDLES, () => scanAll(series));
    const runs = plans.map(({ plan }) => {
      let fills = 0;
      const perSecond = rate(CANDLES, () => {
        fills = run(plan, series, MINUTES).fills.length;
      });
      return { perSecond, fills };
    });
    // The first round warms up and does not count.
    if (round < 0) continue;
    const [long, short] = runs.map(({ perSecond }) => perSecond) as [number, number];
    rounds.push({ scan, engine: (2 * long * short) / (long + short) });
    const cells = [scan, long, short].map((one) => `${(one / 1e6).toFixed(0)} M`.padEnd(12));
    process.stdout.write(`${round + 1}      ${cells.join(' ')} ${runs.reduce((sum, { fills }) => sum + fills, 0)}\n`);
  }
  besideRival();
  return {
    name: 'backtest',
    value: Math.round(median(rounds.map(({ engine }) => engine))),
    unit: 'candles/s',
    ratio: Number(median(rounds.map(({ engine, scan }) => engine / scan)).toFixed(2)),
    against: 'a loop over two arrays that compares two prices a candle',
  };
}

/** One order and its take profit, over a month of minutes: what an npm backtester can do too. */
function besideRival(): void {
  const rival = loadRival();
  const series = minuteCandles(MONTH);
  const plan = planOf(
    DcaSettings.parse({
      ...settings('long'),
      averagingOrders: { count: 0, size: '200', deviationPercent: '1' },
      takeProfit: { percent: '0.5' },
    }),
    knownMarket('BTC-USDT'),
  );
  let closed = 0;
  const ours = rate(MONTH, () => {
    closed = run(plan, series, MINUTES).closedTrades;
  });
  const began = performance.now();
  const positions = rival.run(series, 0.5);
  const theirs = MONTH / ((performance.now() - began) / 1_000);
  const line = `one order and its take profit: ours ${(ours / 1e6).toFixed(1)} M candles/s (${closed} trades), ${rival.name}`;
  process.stdout.write(
    `${line} ${(theirs / 1e6).toFixed(3)} M (${positions} trades): ${(ours / theirs).toFixed(0)} times\n`,
  );
}

function rate(candles: number, work: () => unknown): number {
  const began = performance.now();
  for (let run = 0; run < RUNS; run += 1) work();
  return (candles * RUNS) / ((performance.now() - began) / 1_000);
}

/** The least that a backtest that looks at every candle must do. */
export function scanAll({ low, high }: CandleSeries): number {
  let touched = 0;
  for (let i = 0; i < low.length; i += 1)
    if ((low[i] as number) <= 4_000_000 || (high[i] as number) >= 6_000_000) touched += 1;
  return touched;
}
