import type { IndicatorPoint } from '@tidegate/contracts/bot-executor/candles';
import { ProblemError } from '@tidegate/contracts/kernel/problem';
import { type BacktestOutcome, type BacktestTask, computeBacktest } from '../backtests/compute-backtest.ts';
import type { CandleFile } from '../candles/csv/read-candle-file.ts';
import { type CandleText, readCandles } from '../candles/read-candles.ts';
import { type IndicatorTask, indicatorPoints } from '../indicators/over-series.rules.ts';
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
  readCandles: { task: CandleText; result: CandleFile };
}

export type Task = { [Name in keyof Tasks]: { name: Name; task: Tasks[Name]['task'] } }[keyof Tasks];
/** A refusal crosses threads as the document that it is. */
export type Outcome = { result: unknown } | { refused: ReturnType<ProblemError['toDocument']> };

type Done<Result> = Result | Promise<Result>;

const DO: { [Name in keyof Tasks]: (task: Tasks[Name]['task']) => Done<Tasks[Name]['result']> } = {
  backtest: computeBacktest,
  countCombinations,
  prepareSweep,
  indicator: indicatorPoints,
  readCandles,
};

export async function doTask({ name, task }: Task): Promise<Outcome> {
  try {
    return { result: await DO[name](task as never) };
  } catch (error) {
    if (error instanceof ProblemError) return { refused: error.toDocument() };
    throw error;
  }
}
