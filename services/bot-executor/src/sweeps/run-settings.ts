import type { DcaSettings } from '@tidegate/contracts/bot-executor/settings';
import { backtest, FIGURES_ONLY, figuresOf, type RunFigures } from '../backtests/backtest.rules.ts';
import type { CandleSeries, Range } from '../kernel/candle-series.rules.ts';
import { planOf } from '../ladder/plan.rules.ts';
import { knownMarket } from '../markets/built-in-markets.ts';
import type { MarketRules } from '../markets/markets.rules.ts';
import { threadTask } from '../threads/thread-task.ts';

/** Some settings over a range of a series that all threads share. */
export interface RunTask {
  settings: readonly DcaSettings[];
  /** Of all settings; by default the first version of the built-in market. */
  market?: MarketRules;
  series: CandleSeries;
  range: Range;
  /** Length of a candle. */
  intervalMs: number;
}

export const runSettings = threadTask(
  'run-settings',
  ({ settings, market, series, range, intervalMs }: RunTask): RunFigures[] =>
    settings.map((one) => {
      const plan = planOf(one, market ?? knownMarket(one.market));
      return figuresOf(backtest(plan, series, { intervalMs, range, collect: FIGURES_ONLY }));
    }),
);
