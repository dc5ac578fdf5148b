import { INITIAL, isOpen } from '../engine/decide.rules.ts';
import { type CandleTicks, type ExchangeFill, runCandle } from '../engine/paper-exchange.rules.ts';
import type { Plan } from '../ladder/plan.rules.ts';
import { fillValue } from '../markets/markets.rules.ts';
import { applyFill, isClosed, type TradeBook, worthAt } from '../trades/trade-book.rules.ts';

/** Sums are money units. */
export interface BacktestReport {
  fills: ExchangeFill[];
  trades: TradeBook[];
  closedTrades: number;
  winningTrades: number;
  profit: bigint;
  /** Of the trade that is still open, if it were closed at the last close. */
  openProfit: bigint;
  fees: bigint;
  /** Most money that was in a trade at once, fees of entry included. */
  maxCapital: bigint;
  /** Deepest fall of realised plus open profit, judged at each candle's close, from its height. */
  maxDrawdown: bigint;
}

const highest = (a: bigint, b: bigint): bigint => (a > b ? a : b);

/** A run over candles through the very exchange and decision function that paper bots use. */
export function backtest(plan: Plan, candles: readonly CandleTicks[]): BacktestReport {
  const { feePpm } = plan.market;
  const fills: ExchangeFill[] = [];
  const trades: TradeBook[] = [];
  let state = INITIAL;
  let [realised, openProfit, peak, maxDrawdown, maxCapital] = [0n, 0n, 0n, 0n, 0n];
  for (const candle of candles) {
    const step = runCandle(state, candle, plan);
    state = step.state;
    for (const fill of step.fills) {
      fills.push(fill);
      const book = keep(trades, fill);
      if (isClosed(book)) realised += book.cash;
      else maxCapital = highest(maxCapital, fillValue(book.cost, 1n) + book.fees);
    }
    const open = trades.at(-1);
    openProfit = open && isOpen(state) ? worthAt(open, candle.close, plan.long, feePpm) : 0n;
    peak = highest(peak, realised + openProfit);
    maxDrawdown = highest(maxDrawdown, peak - realised - openProfit);
  }
  const closed = trades.filter(isClosed);
  return {
    fills,
    trades,
    closedTrades: closed.length,
    winningTrades: closed.filter(({ cash }) => cash > 0n).length,
    profit: realised,
    openProfit,
    fees: trades.reduce((total, { fees }) => total + fees, 0n),
    maxCapital,
    maxDrawdown,
  };
}

/** The fill's trade is the last one, or a new one. */
function keep(trades: TradeBook[], fill: ExchangeFill): TradeBook {
  const last = trades.at(-1);
  const book = applyFill(last, fill);
  if (last?.number === book.number) trades[trades.length - 1] = book;
  else trades.push(book);
  return book;
}
