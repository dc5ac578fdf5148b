import type { BacktestFeed } from '@tidegate/contracts/bot-executor/backtests';
import type { DcaSettings } from '@tidegate/contracts/bot-executor/settings';
import type { SweptSetting } from '@tidegate/contracts/bot-executor/sweeps';
import { unpackWanted } from '../backtests/wanted-series.ts';
import type { CandleSeries } from '../candles/candle-series.rules.ts';
import type { StoredSeries } from '../candles/stored-series.rules.ts';
import { fingerprintOf } from '../engine/fingerprint.ts';
import { marketOf } from '../ladder/check-settings.rules.ts';
import { type Combination, combinationsOf } from './combinations.rules.ts';

/* What makes a sweep from what was asked for. Both run in threads: a thousand ladders of two hundred orders take seconds. */

export interface CombinationCount {
  settings: DcaSettings;
  vary: readonly SweptSetting[];
  /** The first price. */
  ticks: bigint;
}

export function countCombinations({ settings, vary, ticks }: CombinationCount): { works: number; refused: number } {
  const { works, refused } = combinationsOf(settings, vary, ticks);
  return { works: works.length, refused };
}

export interface SweepPreparation {
  settings: DcaSettings;
  vary: readonly SweptSetting[];
  feed: BacktestFeed;
  stored: StoredSeries;
}

export interface SweepPrepared {
  /** In shared memory. */
  series: CandleSeries;
  combinations: Combination[];
  fingerprint: string;
}

export function prepareSweep({ settings, vary, feed, stored }: SweepPreparation): SweepPrepared {
  const series = unpackWanted(stored, { settings, feed });
  const { works } = combinationsOf(settings, vary, BigInt(series.open[0] as number));
  const all = works.map((one) => one.settings);
  return { series, combinations: works, fingerprint: fingerprintOf(marketOf(settings), all, series) };
}
