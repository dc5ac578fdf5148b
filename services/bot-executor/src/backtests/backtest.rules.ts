import { INITIAL } from '../engine/decide.rules.ts';
import { type CandleTicks, type ExchangeFill, runCandle } from '../engine/paper-exchange.rules.ts';
import { applyFill, type TradeBook } from '../engine/trade-book.rules.ts';
import type { Plan } from '../ladder/ladder.rules.ts';
import { fillValue } from '../markets/markets.rules.ts';

export interface BacktestReport {
  fills: ExchangeFill[];
  trades: TradeBook[];
  /** Money units, of closed trades. */
  profit: bigint;
  fees: bigint;
  maxCapital: bigint;
  /** Deepest fall of realised plus open profit, judged at each candle's close, from its height. */
  maxDrawdown: bigint;
}

/** A run over candles through the very exchange and decision function that paper bots use. */
export function backtest(plan: Plan, candles: CandleTicks[]): BacktestReport {
  let state = INITIAL;
  const fills: ExchangeFill[] = [];
  const trades: TradeBook[] = [];
  let [cash, peak, maxDrawdown, maxCapital] = [0n, 0n, 0n, 0n];
  for (const candle of candles) {
    const result = runCandle(state, candle, plan);
    state = result.state;
    for (const fill of result.fills) {
      fills.push(fill);
      const open = trades.at(-1);
      const book = applyFill(open?.closedAt === undefined ? open : undefined, fill);
      if (open?.number === book.number) trades[trades.length - 1] = book;
      else trades.push(book);
      cash += book.cash - (open?.number === book.number ? open.cash : 0n);
      const capital = fillValue(book.cost, 1n);
      if (capital > maxCapital) maxCapital = capital;
    }
    const equity = cash + (state.open ? openValue(plan, state.lots, candle.close) : 0n);
    if (equity > peak) peak = equity;
    if (peak - equity > maxDrawdown) maxDrawdown = peak - equity;
  }
  const sum = (of: (book: TradeBook) => bigint) => trades.reduce((total, book) => total + of(book), 0n);
  const profit = sum((book) => (book.closedAt === undefined ? 0n : book.cash));
  return { fills, trades, profit, fees: sum((book) => book.fees), maxCapital, maxDrawdown };
}

/** What closing the open position at this price would bring (long) or cost (short), without fees. */
const openValue = (plan: Plan, lots: bigint, ticks: bigint): bigint =>
  plan.settings.direction === 'long' ? fillValue(ticks, lots) : -fillValue(ticks, lots);
