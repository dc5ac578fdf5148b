import type { BacktestFeed } from '@tidegate/contracts/bot-executor/backtests';
import type { BotSettings } from '@tidegate/contracts/bot-executor/settings';
import type { StoredSeries } from '../candles/stored-series.ts';
import { contentHashOf, ENGINE_VERSION } from '../engine/content-hash.ts';
import { fraction, toCents, toText } from '../kernel/exact.rules.ts';
import { gapsOf } from '../kernel/gaps.rules.ts';
import { type MarketRules, moneyText } from '../markets/markets.rules.ts';
import { checkedStrategyPlan } from '../strategies/plan.rules.ts';
import { threadTask } from '../threads/thread-task.ts';
import { entriesOf, entryOfPayment, Wallet } from '../trades/wallet.rules.ts';
import { type BacktestFigures, type BacktestRows, fillToWire, pointToWire, tradeToWire } from './backtest.rows.ts';
import { backtest } from './backtest.rules.ts';
import { PART } from './backtest-parts.rows.ts';
import { EquityCurve } from './equity-curve.rules.ts';
import { decodeRequested } from './requested-series.ts';

/** How many trades and fills of a backtest are stored; its figures cover all of them. */
export const MAX_STORED_ITEMS = { trades: 10_000, fills: 20_000 };
const CURVE_POINTS = 500;

export interface BacktestTask {
  settings: BotSettings;
  market: MarketRules;
  feed: BacktestFeed;
  stored: StoredSeries;
  /** In shared memory: how many candles are done. */
  progress: Int32Array;
}

/** Bounded, whatever the candles are; already JSON, so that the event loop need not serialise it. */
export type BacktestOutcome = BacktestRows;

/** From stored candles to rows. */
export const computeBacktest = threadTask('backtest', (task: BacktestTask): BacktestOutcome => {
  const { settings, market, feed, stored, progress } = task;
  const series = decodeRequested(stored, { market, feed });
  const candles = series.at.length;
  const plan = checkedStrategyPlan(settings, BigInt(series.open[0] as number), market);
  const curve = new EquityCurve(series, { from: 0, to: candles }, CURVE_POINTS);
  const wallet = new Wallet();
  const report = backtest(plan, series, {
    intervalMs: stored.intervalMs,
    curve,
    collect: MAX_STORED_ITEMS,
    progress,
    onMoney: (change) => {
      if ('payment' in change) wallet.add(entryOfPayment(market, change.payment));
      else for (const entry of entriesOf(market, change.fill)) wallet.add(entry);
    },
  });
  const profit = moneyText(market, report.profit);
  const figures: BacktestFigures = {
    engineVersion: ENGINE_VERSION,
    contentHash: contentHashOf(market, [settings], series),
    candles,
    from: new Date(series.at[0] as number).toISOString(),
    to: new Date(series.at.at(-1) as number).toISOString(),
    gaps: gapsOf(series.at, stored.intervalMs),
    closedTrades: report.closedTrades,
    winningTrades: report.winningTrades,
    fills: report.fillCount,
    profit,
    profitRounded: toCents(fraction(profit)),
    openProfit: moneyText(market, report.openProfit),
    fees: moneyText(market, report.fees),
    funding: moneyText(market, report.funding),
    liquidations: report.liquidations,
    wallet: wallet.changes().map(([currency, change]) => ({ currency, change: toText(change, 24) })),
    timeInTradePercent: toText({ n: BigInt(100 * report.candlesInTrade), d: BigInt(candles) }, 2),
    maxCapital: moneyText(market, report.maxCapital),
    maxMargin: moneyText(market, report.maxMargin),
    maxDrawdown: moneyText(market, report.maxDrawdown),
  };
  return {
    figures,
    equity: JSON.stringify(curve.points.map((point) => pointToWire(plan, point))),
    trades: parts(report.trades, (summary) => tradeToWire(plan, summary)),
    fills: parts(report.fills, (fill) => fillToWire(plan, fill)),
    stored: { trades: report.trades.length, fills: report.fills.length },
  };
});

function parts<Item>(items: readonly Item[], toWire: (item: Item) => unknown): string[] {
  const texts: string[] = [];
  for (let at = 0; at < items.length; at += PART) texts.push(JSON.stringify(items.slice(at, at + PART).map(toWire)));
  return texts;
}
