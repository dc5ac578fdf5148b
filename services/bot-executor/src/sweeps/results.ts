import type { SweepFigures } from '@tidegate/contracts/bot-executor/sweeps';
import type { RunFigures } from '../backtests/backtest.rules.ts';
import type { CandleSeries, Range } from '../kernel/candle-series.rules.ts';
import { type MarketRules, moneyText } from '../markets/markets.rules.ts';
import type { SweepRun, WalkedWindow } from './run-sweep.ts';
import type { SweepResults } from './sweep.rows.ts';

/** Of the best, with the sweep itself; all are read in pages. */
const MOST = 50;

const figuresToWire = (market: MarketRules, { fillCount, ...figures }: RunFigures): SweepFigures => ({
  fills: fillCount,
  closedTrades: figures.closedTrades,
  winningTrades: figures.winningTrades,
  liquidations: figures.liquidations,
  profit: moneyText(market, figures.profit),
  openProfit: moneyText(market, figures.openProfit),
  fees: moneyText(market, figures.fees),
  funding: moneyText(market, figures.funding),
  maxCapital: moneyText(market, figures.maxCapital),
  maxMargin: moneyText(market, figures.maxMargin),
  maxDrawdown: moneyText(market, figures.maxDrawdown),
});

export function sweepResults(market: MarketRules, runs: readonly SweepRun[]): SweepResults {
  const all = runs.map(({ combination, figures }, index) => ({
    rank: index + 1,
    values: combination.values,
    ...figuresToWire(market, figures),
  }));
  return { results: all.slice(0, MOST), all, windows: [], outOfSample: null };
}

export function walkForwardResults(
  market: MarketRules,
  series: CandleSeries,
  windows: readonly WalkedWindow[],
): SweepResults {
  const sum = (of: (figures: RunFigures) => bigint) => windows.reduce((total, { tested }) => total + of(tested), 0n);
  return {
    results: [],
    all: [],
    windows: windows.map(({ train, test, best, tested }) => ({
      train: spanOf(series, train),
      test: spanOf(series, test),
      values: best.combination.values,
      trained: figuresToWire(market, best.figures),
      tested: figuresToWire(market, tested),
    })),
    outOfSample: {
      closedTrades: windows.reduce((total, { tested }) => total + tested.closedTrades, 0),
      profit: moneyText(
        market,
        sum(({ profit, openProfit }) => profit + openProfit),
      ),
      fees: moneyText(
        market,
        sum(({ fees }) => fees),
      ),
      funding: moneyText(
        market,
        sum(({ funding }) => funding),
      ),
    },
  };
}

const spanOf = ({ at }: CandleSeries, { from, to }: Range) => ({
  from: new Date(at[from] as number).toISOString(),
  to: new Date(at[to - 1] as number).toISOString(),
});
