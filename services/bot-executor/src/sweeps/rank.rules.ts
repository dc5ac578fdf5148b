import type { SweepRank } from '@tidegate/contracts/bot-executor/sweeps';
import type { RunFigures } from '../backtests/backtest.rules.ts';
import { compare, type Fraction } from '../kernel/exact.rules.ts';

/** Closed and open profit, as it is or per capital or drawdown. None of these counts as one unit. */
function scoreOf({ profit, openProfit, maxCapital, maxDrawdown }: RunFigures, by: SweepRank): Fraction {
  const per = { profit: 1n, profitToCapital: maxCapital, profitToDrawdown: maxDrawdown }[by];
  return { n: profit + openProfit, d: per > 0n ? per : 1n };
}

/** Best first; equals in the order in which they were given. */
export function ranked<Run extends { figures: RunFigures }>(runs: readonly Run[], by: SweepRank): Run[] {
  return runs
    .map((run, index) => ({ run, index, score: scoreOf(run.figures, by) }))
    .sort((a, b) => compare(b.score, a.score) || a.index - b.index)
    .map(({ run }) => run);
}
