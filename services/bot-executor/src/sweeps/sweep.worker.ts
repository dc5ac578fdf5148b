import { workerData } from 'node:worker_threads';
import type { DcaSettings } from '@tidegate/contracts/bot-executor/settings';
import { answerTasks } from '@tidegate/runtime/worker-side';
import { backtest, figuresOf, type RunFigures } from '../backtests/backtest.rules.ts';
import type { CandleSeries, Range } from '../candles/candle-series.rules.ts';
import { planOf } from '../ladder/plan.rules.ts';
import { knownMarket } from '../markets/markets.rules.ts';

/** Some settings over a stretch of the series that all threads share. */
export interface SweepTask {
  settings: readonly DcaSettings[];
  range: Range;
}

const series = workerData as CandleSeries;

answerTasks(({ settings, range }: SweepTask): RunFigures[] =>
  settings.map((one) => figuresOf(backtest(planOf(one, knownMarket(one.market)), series, { range }))),
);
