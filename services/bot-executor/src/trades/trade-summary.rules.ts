import type { ClosedBy } from '@tidegate/contracts/bot-executor/trades';
import type { Payment } from '../engine/funding.rules.ts';
import type { ExchangeFill } from '../engine/paper-exchange.rules.ts';
import { div, mul, toText, whole } from '../kernel/exact.rules.ts';
import { cashFlow } from './ledger.rules.ts';

/** What the fills of one trade add up to. Once it is closed, its cash is its profit, for long and for short alike. */
export interface TradeSummary {
  number: number;
  openedAt: number;
  closedAt: number | undefined;
  closedBy: ClosedBy | undefined;
  averagingFills: number;
  /** Entries: tick × lots, and lots. */
  cost: bigint;
  lots: bigint;
  /** Exits: tick × lots, and lots. */
  exitValue: bigint;
  exitLots: bigint;
  /** Lots that are open. */
  open: bigint;
  /**
   * Money units. Cash is what this trade has brought or cost so far, with funding and after
   * fees, whatever currency they were paid in; a fee that was taken from a purchase is in the quantity already.
   */
  fees: bigint;
  funding: bigint;
  cash: bigint;
}

const emptySummary = ({ trade, at }: ExchangeFill): TradeSummary => ({
  number: trade,
  openedAt: at,
  closedAt: undefined,
  closedBy: undefined,
  averagingFills: 0,
  cost: 0n,
  lots: 0n,
  exitValue: 0n,
  exitLots: 0n,
  open: 0n,
  fees: 0n,
  funding: 0n,
  cash: 0n,
});

export function applyFill(summary: TradeSummary | undefined, fill: ExchangeFill): TradeSummary {
  const before = summary?.number === fill.trade ? summary : emptySummary(fill);
  const { order, ticks, lots, at } = fill;
  const exit = order.kind === 'base' || order.kind === 'averaging' ? undefined : order.kind;
  const value = ticks * lots;
  const after: TradeSummary = {
    ...before,
    // An order that fills in parts counts once.
    averagingFills: before.averagingFills + (order.kind === 'averaging' && order.filled.lots === 0n ? 1 : 0),
    cost: before.cost + (exit ? 0n : value),
    lots: before.lots + (exit ? 0n : lots),
    exitValue: before.exitValue + (exit ? value : 0n),
    exitLots: before.exitLots + (exit ? lots : 0n),
    open: fill.open,
    fees: before.fees + fill.fee,
    cash: before.cash + cashFlow(fill) - (fill.heldBack > 0n ? 0n : fill.fee),
  };
  // An entry that was filled on its way out opens a trade again that had been closed.
  const closed = exit !== undefined && fill.open === 0n;
  return { ...after, closedAt: closed ? at : undefined, closedBy: closed ? exit : undefined };
}

export const applyPayment = (summary: TradeSummary, { amount }: Payment): TradeSummary => ({
  ...summary,
  funding: summary.funding + amount,
  cash: summary.cash + amount,
});

export const isClosed = ({ closedAt }: TradeSummary): boolean => closedAt !== undefined;

/** Of the cost, in percent, two decimals, cut off. */
export const profitPercent = ({ cash, cost }: TradeSummary): string =>
  toText(div(mul(whole(cash), whole(100)), whole(cost * 1_000_000n)), 2);

/** What closing the rest at this price would make of the trade, after the fee of closing, in money units. */
export function worthAt(summary: TradeSummary, ticks: bigint, long: boolean, feePpm: number): bigint {
  const value = ticks * summary.open;
  const flow = long ? value : -value;
  return summary.cash + flow * 1_000_000n - value * BigInt(feePpm);
}
