import type { BacktestFeed } from '@tidegate/contracts/bot-executor/backtests';
import type { Gaps } from '@tidegate/contracts/bot-executor/candles';
import type { DcaSettings } from '@tidegate/contracts/bot-executor/settings';
import type { SweptSetting } from '@tidegate/contracts/bot-executor/sweeps';
import { unpackWanted } from '../backtests/requested-series.ts';
import type { StoredSeries } from '../candles/stored-series.rules.ts';
import { fingerprintOf } from '../engine/fingerprint.ts';
import type { CandleSeries } from '../kernel/candle-series.rules.ts';
import { gapsOf } from '../kernel/gaps.rules.ts';
import type { MarketRules } from '../markets/markets.rules.ts';
import { threadTask } from '../threads/thread-task.ts';
import { type Combination, combinationsOf } from './combinations.rules.ts';

/* What makes a sweep from what was asked for. Both run in threads: a thousand ladders of two hundred orders take seconds. */

export interface CombinationCount {
  settings: DcaSettings;
  market: MarketRules;
  vary: readonly SweptSetting[];
  /** The first price. */
  ticks: bigint;
}

export const countCombinations = threadTask('count-combinations', (count: CombinationCount) => {
  const { settings, market, vary, ticks } = count;
  const { works, refused } = combinationsOf(settings, vary, ticks, market);
  return { works: works.length, refused };
});

export interface SweepPreparation {
  settings: DcaSettings;
  market: MarketRules;
  vary: readonly SweptSetting[];
  feed: BacktestFeed;
  stored: StoredSeries;
}

export interface SweepPrepared {
  /** In shared memory. */
  series: CandleSeries;
  combinations: Combination[];
  fingerprint: string;
  gaps: Gaps;
}

export const prepareSweep = threadTask('prepare-sweep', (preparation: SweepPreparation): SweepPrepared => {
  const { settings, market, vary, feed, stored } = preparation;
  const series = unpackWanted(stored, { market, feed });
  const { works } = combinationsOf(settings, vary, BigInt(series.open[0] as number), market);
  const all = works.map((one) => one.settings);
  return {
    series,
    combinations: works,
    fingerprint: fingerprintOf(market, all, series),
    gaps: gapsOf(series.at, stored.intervalMs),
  };
});
