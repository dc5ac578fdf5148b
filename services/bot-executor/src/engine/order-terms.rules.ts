import { orderId } from './ids.rules.ts';
import { isEntry, type PlacedOrder } from './state.rules.ts';
import type { TradePlan } from './trade-plan.rules.ts';

/** How to send an order to an exchange, besides its price and quantity. Source: trading.md 4, I1 and I6. */
export interface OrderTerms {
  /** The same whenever the same intent is sent; 36 characters, which every exchange accepts. */
  clientId: string;
  /** It closes what is open and never opens the reverse. Spot markets have no such flag: there coins are locked. */
  reduceOnly: boolean;
  /** An entry that would fill at once would pay the taker's fee: it is refused instead. */
  postOnly: boolean;
  timeInForce: 'goodTillCancelled' | 'immediateOrCancel';
  /** Of an account that holds long and short beside each other. */
  positionSide: 'long' | 'short' | undefined;
  /** What a stop is triggered by: liquidation goes by the mark price, and a stop has to come before it. */
  trigger: 'lastPrice' | 'markPrice' | undefined;
}

export type PositionMode = 'oneWay' | 'hedge';

export function termsOf(
  { long, leverage }: TradePlan,
  order: PlacedOrder,
  to: { botId: string; mode: PositionMode },
): OrderTerms {
  const futures = leverage !== undefined;
  const rests = order.type === 'limit';
  return {
    clientId: orderId(to.botId, order.key),
    reduceOnly: futures && !isEntry(order),
    postOnly: rests && isEntry(order),
    timeInForce: order.type === 'market' ? 'immediateOrCancel' : 'goodTillCancelled',
    positionSide: futures && to.mode === 'hedge' ? (long ? 'long' : 'short') : undefined,
    trigger: order.type !== 'stop' ? undefined : futures ? 'markPrice' : 'lastPrice',
  };
}
