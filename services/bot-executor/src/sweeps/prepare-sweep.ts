import type { BacktestFeed } from '@tidegate/contracts/bot-executor/backtests';
import type { Gaps } from '@tidegate/contracts/bot-executor/candles';
import type { DcaSettings } from '@tidegate/contracts/bot-executor/settings';
import type { SweptSetting } from '@tidegate/contracts/bot-executor/sweeps';
import { decodeRequested } from '../backtests/requested-series.ts';
import type { StoredSeries } from '../candles/stored-series.ts';
import { contentHashOf } from '../engine/content-hash.ts';
import type { CandleSeries } from '../kernel/candle-series.rules.ts';
import { gapsOf } from '../kernel/gaps.rules.ts';
import type { MarketRules } from '../markets/markets.rules.ts';
import { threadTask } from '../threads/thread-task.ts';
import { type Combination, combinationsOf } from './combinations.rules.ts';

/* From a request to the work of a sweep, in threads: a thousand ladders of two hundred orders take seconds. */

export interface CombinationCount {
  settings: DcaSettings;
  market: MarketRules;
  vary: readonly SweptSetting[];
  /** The first price. */
  ticks: bigint;
}

export const countCombinations = threadTask('count-combinations', (count: CombinationCount) => {
  const { settings, market, vary, ticks } = count;
  const { valid, refused } = combinationsOf(settings, vary, ticks, market);
  return { valid: valid.length, refused };
});

export interface SweepPreparation {
  settings: DcaSettings;
  market: MarketRules;
  vary: readonly SweptSetting[];
  feed: BacktestFeed;
  stored: StoredSeries;
}

export interface SweepPrepared {
  /** Its columns are in shared memory. */
  series: CandleSeries;
  combinations: Combination[];
  contentHash: string;
  gaps: Gaps;
}

export const prepareSweep = threadTask('prepare-sweep', (preparation: SweepPreparation): SweepPrepared => {
  const { settings, market, vary, feed, stored } = preparation;
  const series = decodeRequested(stored, { market, feed });
  const { valid } = combinationsOf(settings, vary, BigInt(series.open[0] as number), market);
  const all = valid.map((one) => one.settings);
  return {
    series,
    combinations: valid,
    contentHash: contentHashOf(market, all, series),
    gaps: gapsOf(series.at, stored.intervalMs),
  };
});
