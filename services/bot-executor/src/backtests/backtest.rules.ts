import { nextFunding, type Payment } from '../engine/funding.rules.ts';
import { INITIAL, isEntry, isOpen, type State } from '../engine/state.rules.ts';
import { type ExchangeFill } from '../engine/step.rules.ts';
import { triggerBounds } from '../engine/trigger-bounds.rules.ts';
import {
  type CandleSeries,
  type CandleTicks,
  candleAt,
  closeRange,
  firstOpenWithin,
  firstTouch,
  indexAt,
  NEVER_ABOVE,
  type Range,
} from '../kernel/candle-series.rules.ts';
import { add, ceil, compare, div, type Fraction, millionths, mul, whole } from '../kernel/exact.rules.ts';
import { entryPpm } from '../ladder/plan.rules.ts';
import { judgesCandles, runCandle } from '../strategies/decide.rules.ts';
import type { Plan } from '../strategies/plan.rules.ts';
import { applyFill, applyPayment, isClosed, type TradeSummary } from '../trades/trade-summary.rules.ts';
import { Equity } from './equity.rules.ts';
import type { EquityCurve } from './equity-curve.rules.ts';

/*
 * A run over candles through the same decision function and exchange that paper bots use, skipping candles in which
 * nothing can happen:
 *
 *   state ──which prices matter?──► first candle that reaches one ──decide, exactly──► fills, new state ──► again
 *
 * Fewer than one candle in a hundred changes anything. The others are skipped with integer comparisons over typed
 * arrays, a block of 64 at a time (candle-series.rules.ts), and equity is followed over a whole stretch at once
 * (equity.rules.ts). So a backtest is as fast as reading the candles and yet equals paper trading to the last digit.
 */

/** Sums are money units. The lists are as long as `collect` allows; the figures are of everything. */
export interface BacktestReport extends RunFigures {
  fills: ExchangeFill[];
  trades: TradeSummary[];
}

/** The figures of a run, without its fills and trades. */
export interface RunFigures {
  fillCount: number;
  tradeCount: number;
  closedTrades: number;
  winningTrades: number;
  profit: bigint;
  /** Of the trade that is still open, if it was closed at the last close. */
  openProfit: bigint;
  fees: bigint;
  funding: bigint;
  liquidations: number;
  /** Candles at whose close a trade was open. */
  candlesInTrade: number;
  /** Most money that was in a trade at once, entry fees included: its whole value, and with leverage its margin. */
  maxCapital: bigint;
  maxMargin: bigint;
  /** Deepest fall of realised plus open profit from its highest value, at the closes of candles. */
  maxDrawdown: bigint;
}

export interface BacktestOptions {
  /** Length of a candle. */
  intervalMs: number;
  /** A part of the series, as if there were nothing else. */
  range?: Range;
  /** Filled during the run; covers the same range. */
  curve?: EquityCurve;
  /** Returns at most so many of each, the first ones; by default all. */
  collect?: { fills: number; trades: number };
  /** Called for every fill and payment. */
  onMoney?: (change: { fill: ExchangeFill } | { payment: Payment }) => void;
  /** In shared memory: progress in candles. */
  progress?: Int32Array;
}

export function backtest(plan: Plan, series: CandleSeries, options: BacktestOptions): BacktestReport {
  const run = new Run(plan, options);
  const { progress } = options;
  const { from: first, to } = options.range ?? { from: 0, to: series.close.length };
  for (let from = first; from < to; ) {
    const find = isOpen(run.state) ? nextEvent : nextBegin;
    const next = find(run.state, plan, series, { from, to });
    if (next > from) run.skip(series, from, next);
    if (next < to) run.step(candleAt(series, next), next, series.at[next - 1]);
    from = next + 1;
    if (progress) progress[0] = from - first;
  }
  return run.report();
}

/** Can be sent from a thread to another. */
export const figuresOf = ({ fills: _fills, trades: _trades, ...figures }: BacktestReport): RunFigures => figures;

/** Figures only: the memory does not grow with the run. */
export const FIGURES_ONLY = { fills: 0, trades: 0 };

/** The candle, from `from` on, in which something may happen to an open trade. */
function nextEvent(state: State, plan: Plan, series: CandleSeries, { from, to }: Range): number {
  const bounds = judgesCandles(plan) ? undefined : triggerBounds(state, plan);
  if (!bounds) return from;
  const touched = firstTouch(series, { from, to }, bounds.below, bounds.above);
  if (!plan.funding) return touched;
  return Math.min(touched, indexAt(series, nextFunding(plan.funding, series.at[from - 1] as number), from), to);
}

/** The candle, from `from` on, at which the settings let a trade begin. */
function nextBegin({ trade, endedAt }: State, plan: Plan, series: CandleSeries, { from, to }: Range): number {
  if (plan.strategy !== 'dca') return from;
  const { limits } = plan;
  if (limits.maxTrades !== undefined && trade >= limits.maxTrades) return to;
  const rested =
    endedAt === undefined || limits.cooldownMs === 0 ? from : indexAt(series, endedAt + limits.cooldownMs, from);
  if (limits.minTicks === 0n && limits.maxTicks === undefined) return Math.min(rested, to);
  const highest = limits.maxTicks === undefined ? NEVER_ABOVE : Number(limits.maxTicks);
  return firstOpenWithin(series, { from: rested, to }, Number(limits.minTicks), highest);
}

class Run {
  state: State = INITIAL;
  private readonly plan: Plan;
  private readonly options: BacktestOptions;
  private readonly mostFills: number;
  private readonly mostTrades: number;
  private readonly fills: ExchangeFill[] = [];
  /** Those that have ended; the last trade is `current`. */
  private readonly trades: TradeSummary[] = [];
  private readonly equity: Equity;
  private current: TradeSummary | undefined;
  private fillCount = 0;
  private tradeCount = 0;
  private closedTrades = 0;
  private winningTrades = 0;
  private liquidations = 0;
  private fees = 0n;
  private funding = 0n;
  /** Of what was open at once, in tick × lots. */
  private maxCost: Fraction = whole(0);
  private candlesInTrade = 0;

  constructor(plan: Plan, options: BacktestOptions) {
    this.plan = plan;
    this.options = options;
    this.mostFills = options.collect?.fills ?? Number.POSITIVE_INFINITY;
    this.mostTrades = options.collect?.trades ?? Number.POSITIVE_INFINITY;
    this.equity = new Equity(plan.long, plan.market.feePpm);
  }

  /** Candles in which nothing happens. */
  skip(series: CandleSeries, from: number, to: number): void {
    const open = this.openTrade();
    this.equity.markRange(open, closeRange(series, { from, to }), series.close[to - 1] as number);
    this.options.curve?.pass(to, (close) => this.equity.at(open, close));
    if (open) this.candlesInTrade += to - from;
  }

  step(candle: CandleTicks, index: number, before: number | undefined): void {
    const { state, fills, payments, halt } = runCandle(this.state, candle, this.plan, {
      intervalMs: this.options.intervalMs,
      before,
    });
    if (halt) throw new Error(`The bot was halted at ${new Date(candle.at).toISOString()}: ${halt.message}`);
    this.state = state;
    for (const payment of payments) this.pay(payment);
    for (const fill of fills) this.apply(fill);
    const open = this.openTrade();
    this.equity.mark(open, Number(candle.close));
    this.options.curve?.pass(index + 1, (close) => this.equity.at(open, close));
    if (open) this.candlesInTrade += 1;
  }

  report(): BacktestReport {
    this.finishTrade();
    return {
      fills: this.fills,
      trades: this.trades,
      fillCount: this.fillCount,
      tradeCount: this.tradeCount,
      closedTrades: this.closedTrades,
      winningTrades: this.winningTrades,
      profit: this.equity.realised,
      openProfit: this.equity.openProfit,
      fees: this.fees,
      funding: this.funding,
      liquidations: this.liquidations,
      candlesInTrade: this.candlesInTrade,
      maxCapital: this.capital(whole(1)),
      maxMargin: this.capital(this.plan.leverage ?? whole(1)),
      maxDrawdown: this.equity.maxDrawdown,
    };
  }

  /** What the largest position needed, with the fees of its entry and without borrowed money. */
  private capital(leverage: Fraction): bigint {
    const fees = millionths(entryPpm(this.plan.market));
    return ceil(mul(mul(this.maxCost, add(div(whole(1), leverage), fees)), whole(1_000_000)));
  }

  private openTrade(): TradeSummary | undefined {
    return isOpen(this.state) ? this.current : undefined;
  }

  /** Of the trade that is open. */
  private pay(payment: Payment): void {
    this.options.onMoney?.({ payment });
    this.current = applyPayment(this.current as TradeSummary, payment);
  }

  /** The fill's trade is the last one, or a new one. */
  private apply(fill: ExchangeFill): void {
    this.options.onMoney?.({ fill });
    this.fillCount += 1;
    if (this.fills.length < this.mostFills) this.fills.push(fill);
    const summary = applyFill(this.current, fill);
    if (this.current?.number !== summary.number) this.finishTrade();
    this.current = summary;
    if (isClosed(summary)) this.equity.realised += summary.cash;
    else if (isEntry(fill.order) && compare(fill.cost, this.maxCost) > 0) this.maxCost = fill.cost;
  }

  /** The last trade has ended: only its sums continue. */
  private finishTrade(): void {
    const summary = this.current;
    if (!summary) return;
    this.current = undefined;
    this.tradeCount += 1;
    this.fees += summary.fees;
    this.funding += summary.funding;
    if (this.trades.length < this.mostTrades) this.trades.push(summary);
    if (!isClosed(summary)) return;
    this.closedTrades += 1;
    if (summary.cash > 0n) this.winningTrades += 1;
    if (summary.closedBy === 'liquidation') this.liquidations += 1;
  }
}
