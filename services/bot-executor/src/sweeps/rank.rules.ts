import type { SweepRank, SweepResult, SweepSort } from '@tidegate/contracts/bot-executor/sweeps';
import type { RunFigures } from '../backtests/backtest.rules.ts';
import { add, compare, type Fraction, fraction, whole } from '../kernel/exact.rules.ts';

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

const KEYS: Record<Exclude<SweepSort, 'rank'>, { of: (result: SweepResult) => Fraction; highest: boolean }> = {
  profit: { of: ({ profit, openProfit }) => add(fraction(profit), fraction(openProfit)), highest: true },
  drawdown: { of: ({ maxDrawdown }) => fraction(maxDrawdown), highest: false },
  capital: { of: ({ maxCapital }) => fraction(maxCapital), highest: false },
  trades: { of: ({ closedTrades }) => whole(closedTrades), highest: true },
};

/** Results by another figure than the one that they were ranked by; equals stay in the order of their rank. */
export function inOrder(results: readonly SweepResult[], sort: SweepSort): SweepResult[] {
  if (sort === 'rank') return [...results];
  const { of, highest } = KEYS[sort];
  return results
    .map((result) => ({ result, key: of(result) }))
    .sort((a, b) => (highest ? compare(b.key, a.key) : compare(a.key, b.key)) || a.result.rank - b.result.rank)
    .map(({ result }) => result);
}
