import type { DcaSettings } from '@tidegate/contracts/bot-executor/settings';
import type { SweptSetting } from '@tidegate/contracts/bot-executor/sweeps';
import { invalid } from '@tidegate/contracts/kernel/problem';
import { ordersOf } from '../backtests/budget.rules.ts';
import { countWindows, type WindowLengths } from './windows.rules.ts';

/* The cost of a sweep is bounded by arithmetic alone, before any combination is expanded. */

export const MAX_COMBINATIONS = 1_000;
const MAX_RUNS = 20_000;
const MAX_WINDOWS = 500;
/** Candles × orders of a trade, over all runs: a thousand settings of eighteen orders over a year of minutes. */
const MAX_STEPS = 10_000_000_000;

interface SweepSize {
  settings: DcaSettings;
  vary: readonly SweptSetting[];
  walkForward?: WindowLengths | undefined;
}

/** The number of combinations; refused when it would be too much, however many of them are valid. */
export function countedWithin({ settings, vary, walkForward }: SweepSize, candles: number): number {
  const count = combinationCount(vary);
  const windows = walkForward ? countWindows(candles, walkForward) : 0;
  if (walkForward && windows === 0) {
    const text = 'There are {candles} candles: too few for one training and one test range.';
    throw invalid('/walkForward/trainCandles', 'too_few_candles', text, { candles });
  }
  if (windows > MAX_WINDOWS) {
    const text = 'That would be {windows} windows; at most {most}. Use longer test ranges.';
    throw invalid('/walkForward/testCandles', 'too_many_windows', text, { windows, most: MAX_WINDOWS });
  }
  const stretch = walkForward ? windows * (walkForward.trainCandles + walkForward.testCandles / count) : candles;
  const steps = count * stretch * meanOrders(settings, vary);
  if (steps > MAX_STEPS) {
    const times = (steps / MAX_STEPS).toFixed(1);
    const text =
      'These {count} combinations over {candles} candles are {times} times what a sweep may be. Use fewer values, fewer candles or fewer averaging orders.';
    throw invalid('/vary', 'too_much_work', text, { count, candles, times });
  }
  return count;
}

export function combinationCount(vary: readonly SweptSetting[]): number {
  const count = vary.reduce((product, { values }) => product * values.length, 1);
  if (count <= MAX_COMBINATIONS) return count;
  const text = 'These are {count} combinations; at most {most}.';
  throw invalid('/vary', 'too_many_combinations', text, { count, most: MAX_COMBINATIONS });
}

/** The number of backtests in a sweep; refused when there are too many. */
export function runsWithin(combinations: number, candles: number, walkForward: WindowLengths | undefined): number {
  const runs = walkForward ? countWindows(candles, walkForward) * (combinations + 1) : combinations;
  if (runs <= MAX_RUNS) return runs;
  const text = 'That would be {runs} backtests; at most {most}. Use fewer values or longer test ranges.';
  throw invalid('/walkForward/testCandles', 'too_many_runs', text, { runs, most: MAX_RUNS });
}

function meanOrders(settings: DcaSettings, vary: readonly SweptSetting[]): number {
  const counts = vary.find(({ setting }) => setting === 'averagingOrders.count')?.values.map(Number) ?? [];
  const orders = ordersOf(settings);
  if (counts.length === 0) return orders;
  const sum = counts.reduce((total, count) => total + Math.min(200, Math.max(0, count || 0)), 0);
  return orders - settings.averagingOrders.count + sum / counts.length;
}
