import { answerTasks } from '@tidegate/runtime/worker-side';
import { computeBacktest } from '../backtests/compute-backtest.ts';
import { computeEquity } from '../bots/compute-equity.ts';
import { readCandles } from '../candles/read-candles.ts';
import { computeIndicator } from '../indicators/compute-indicator.ts';
import { countCombinations, prepareSweep } from '../sweeps/prepare-sweep.ts';
import { doing } from '../threads/thread-task.ts';

answerTasks(doing([computeBacktest, countCombinations, prepareSweep, computeIndicator, computeEquity, readCandles]));
