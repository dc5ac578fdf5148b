import type { ExchangeFill } from './paper-exchange.rules.ts';

/*
 * What fills add up to. Buying takes money, selling brings it, fees take it: the profit of a closed trade is the sum
 * of its ledger entries, for long and for short alike.
 */
export interface TradeBook {
  number: number;
  openedAt: number;
  closedAt: number | undefined;
  averagingFills: number;
  /** Σ ticks × lots and Σ lots of the entries. */
  cost: bigint;
  lots: bigint;
  fees: bigint;
  /** Money units; what the wallet has gained or lost by this trade so far. */
  cash: bigint;
}

/** The change of the wallet by a fill, without its fee. */
export const cashFlow = ({ order, value }: ExchangeFill): bigint => (order.side === 'buy' ? -value : value);

export function applyFill(book: TradeBook | undefined, fill: ExchangeFill): TradeBook {
  const { order, ticks, lots, fee, at } = fill;
  const before: TradeBook =
    book && book.number === fill.trade
      ? book
      : {
          number: fill.trade,
          openedAt: at,
          closedAt: undefined,
          averagingFills: 0,
          cost: 0n,
          lots: 0n,
          fees: 0n,
          cash: 0n,
        };
  const entry = order.kind === 'base' || order.kind === 'averaging';
  return {
    ...before,
    closedAt: entry ? undefined : at,
    averagingFills: before.averagingFills + (order.kind === 'averaging' ? 1 : 0),
    cost: before.cost + (entry ? ticks * lots : 0n),
    lots: before.lots + (entry ? lots : 0n),
    fees: before.fees + fee,
    cash: before.cash + cashFlow(fill) - fee,
  };
}
