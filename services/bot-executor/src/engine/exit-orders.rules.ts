import { meetsMinimum } from '../markets/markets.rules.ts';
import { cancel, dropDeferred, newOrder, place } from './orders.rules.ts';
import { type Decision, isExit, type OrderKind, type PlacedOrder, UNWATCHED } from './state.rules.ts';
import type { TradePlan } from './trade-plan.rules.ts';

/* How a strategy asks for an exit, whichever strategy it is. */

type Exit = Pick<PlacedOrder, 'kind' | 'type' | 'ticks' | 'lots'> & { level?: number };

/** Exits come again and again within a trade: each has a number of its own. */
export function placeExit({ state, intents }: Decision, { long, leverage, market }: TradePlan, exit: Exit): Decision {
  const revision = state.revision + 1;
  const key = `${state.trade}:${exit.kind}:${revision}`;
  const { kind, type, ticks, lots, level } = exit;
  const plain = newOrder(long, { key, kind, type, ticks, lots, level });
  const order: PlacedOrder = leverage ? { ...plain, reduceOnly: true } : plain;
  // Too little for any exchange, such as a base order of which a small part was filled.
  const planned = type === 'limit' || (type === 'stop' && kind === 'stopLoss');
  if (planned && !meetsMinimum(market, ticks, lots))
    return { state: { ...state, revision }, intents: [...intents, { type: 'skip', order }] };
  return place({ state: { ...state, revision }, intents }, order);
}

export interface Ending {
  kind: OrderKind;
  ticks: bigint;
  /** Orders that close something already. */
  keep?: (order: PlacedOrder) => boolean;
}

/** Cancels every other order and closes what is open, and what may still be filled, at the market. */
export function endTrade(decision: Decision, { kind, ticks, keep = () => false }: Ending, plan: TradePlan): Decision {
  const { state, intents } = cancel(decision, (order) => !keep(order));
  return closeRest({ state: { ...state, watch: UNWATCHED, closing: kind }, intents }, ticks, plan);
}

/** Of a trade that is being closed: an order at the market for everything that no order closes yet. */
export function closeRest(decision: Decision, ticks: bigint, plan: TradePlan): Decision {
  const state = dropDeferred(decision.state);
  const { closing, orders, position } = state;
  const closed = orders.filter(isExit).reduce((lots, order) => lots + order.lots - order.filled.lots, 0n);
  const rest: Decision = { state, intents: decision.intents };
  if (closing === undefined || position.lots <= closed) return rest;
  return placeExit(rest, plan, { kind: closing, type: 'market', ticks, lots: position.lots - closed });
}
