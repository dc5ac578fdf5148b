import type { CandleInterval, IndicatorPoint } from '@tidegate/contracts/bot-executor/candles';
import { ProblemError } from '@tidegate/contracts/kernel/problem';
import { type BacktestOutcome, type BacktestTask, computeBacktest } from '../backtests/compute-backtest.ts';
import { type Columns, columnsOf } from '../candles/candle-series.rules.ts';
import { parseCandles, refuseScattered } from '../candles/parse-csv.rules.ts';
import { type IndicatorTask, indicatorPoints } from '../indicators/over-series.rules.ts';
import { marketNamed } from '../markets/market-named.rules.ts';
import {
  type CombinationCount,
  countCombinations,
  prepareSweep,
  type SweepPreparation,
  type SweepPrepared,
} from '../sweeps/prepare-sweep.ts';

/** What is done in threads because a customer says how much of it there is. */
export interface Tasks {
  backtest: { task: BacktestTask; result: BacktestOutcome };
  countCombinations: { task: CombinationCount; result: { works: number; refused: number } };
  prepareSweep: { task: SweepPreparation; result: SweepPrepared };
  indicator: { task: IndicatorTask; result: IndicatorPoint[] };
  parseCandles: { task: { csv: string; market: string; interval: CandleInterval }; result: Columns };
}

export type Task = { [Name in keyof Tasks]: { name: Name; task: Tasks[Name]['task'] } }[keyof Tasks];
/** A refusal crosses threads as the document that it is. */
export type Outcome = { result: unknown } | { refused: ReturnType<ProblemError['toDocument']> };

const DO: { [Name in keyof Tasks]: (task: Tasks[Name]['task']) => Tasks[Name]['result'] } = {
  backtest: computeBacktest,
  countCombinations,
  prepareSweep,
  indicator: indicatorPoints,
  parseCandles: ({ csv, market, interval }) => {
    const candles = parseCandles(csv, { market: marketNamed(market), interval });
    refuseScattered(candles, interval);
    return columnsOf(candles);
  },
};

export function doTask({ name, task }: Task): Outcome {
  try {
    return { result: DO[name](task as never) };
  } catch (error) {
    if (error instanceof ProblemError) return { refused: error.toDocument() };
    throw error;
  }
}
