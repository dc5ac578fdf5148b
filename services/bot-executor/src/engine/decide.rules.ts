import {
  atTicks,
  entryTicks,
  lotsFor,
  meetsMinimum,
  type Plan,
  type PricePoint,
  takeProfitTicks,
} from '../ladder/plan.rules.ts';
import { enter, FLAT, leave, openShare, type Position } from './position.rules.ts';

/*
 * The one decision function: what a bot wants after something happened. Paper, backtest and (later) live differ only
 * in who carries the intents out and reports the fills.
 *
 *   flat ──candle──► place base (market) ──filled──► open: place every averaging order and the take profit (limits)
 *   open ──fill of an averaging order──► replace the take profit (and, from the last fill, place the next order)
 *   open ──take profit or close filled──► cancel what is left, flat
 *
 * Fills may come in parts and more than once: each carries the exchange's id and counts once. Averages are over what
 * was really filled. An intent's key is unique within the bot and follows from the state alone, so that deciding twice
 * asks for the same thing twice.
 */
export type OrderKind = 'base' | 'averaging' | 'takeProfit' | 'close';

export interface PlacedOrder {
  key: string;
  kind: OrderKind;
  /** Which averaging order; 0 for others. */
  rung: number;
  side: 'buy' | 'sell';
  type: 'market' | 'limit';
  ticks: bigint;
  lots: bigint;
  /** What the exchange has reported of it: lots, tick × lots, and the ids of these reports. */
  filled: PricePoint;
  fills: readonly string[];
}

export interface State {
  /** Trades begun so far; the open one has this number. */
  trade: number;
  /** Of orders that are placed anew within a trade. */
  revision: number;
  position: Position;
  /** Fill of the base order, and of the last entry (or the level of a skipped one): what distances count from. */
  base: PricePoint;
  last: PricePoint;
  /** The last averaging order that was filled or skipped. */
  rung: number;
  orders: readonly PlacedOrder[];
}

export type MarketEvent =
  | { type: 'candle'; openTicks: bigint; mayOpen: boolean }
  | { type: 'fill'; key: string; id: string; ticks: bigint; lots: bigint }
  | { type: 'close'; ticks: bigint };

/** `skip`: the order would be below the market's minimum at this price; it is reported and never placed. */
export type Intent =
  | { type: 'place'; order: PlacedOrder }
  | { type: 'cancel'; key: string }
  | { type: 'skip'; order: PlacedOrder };

export interface Decision {
  state: State;
  intents: Intent[];
}

const NOWHERE: PricePoint = { value: 0n, lots: 0n };

export const INITIAL: State = {
  trade: 0,
  revision: 0,
  position: FLAT,
  base: NOWHERE,
  last: NOWHERE,
  rung: 0,
  orders: [],
};

export const isOpen = ({ position }: State): boolean => position.lots > 0n;

export function decide(state: State, event: MarketEvent, plan: Plan): Decision {
  switch (event.type) {
    case 'candle':
      return event.mayOpen && !isOpen(state) && state.orders.length === 0
        ? begin(state, event.openTicks, plan)
        : { state, intents: [] };
    case 'fill':
      return filled(state, event, plan);
    case 'close':
      return closeNow(state, event.ticks, plan);
  }
}

function begin(state: State, ticks: bigint, plan: Plan): Decision {
  const trade = state.trade + 1;
  const lots = lotsFor(plan.baseSize, ticks);
  const order = newOrder(plan, { key: `${trade}:base`, kind: 'base', ticks, lots });
  // The price has moved so far that the base order is below the minimum: wait, never clamp up.
  if (!meetsMinimum(plan.market, ticks, lots)) return { state, intents: [{ type: 'skip', order }] };
  return place({ ...INITIAL, trade }, [order]);
}

function filled(state: State, event: MarketEvent & { type: 'fill' }, plan: Plan): Decision {
  const order = state.orders.find((one) => one.key === event.key);
  // Reported before: the order is complete and gone, or it knows this report.
  if (!order || order.fills.includes(event.id)) return { state, intents: [] };
  const now: PlacedOrder = {
    ...order,
    fills: [...order.fills, event.id],
    filled: { value: order.filled.value + event.ticks * event.lots, lots: order.filled.lots + event.lots },
  };
  if (now.filled.lots > now.lots) throw new Error(`${now.key} was filled beyond its quantity of ${now.lots} lots.`);
  const complete = now.filled.lots === now.lots;
  const orders = state.orders.flatMap((one) => (one !== order ? [one] : complete ? [] : [now]));
  return now.kind === 'base' || now.kind === 'averaging'
    ? entered({ ...state, orders }, now, event, plan)
    : left({ ...state, orders }, event, plan);
}

function entered(state: State, order: PlacedOrder, event: MarketEvent & { type: 'fill' }, plan: Plan): Decision {
  const position = enter(state.position, event.ticks, event.lots);
  if (order.filled.lots < order.lots) return replaceTakeProfit({ state: { ...state, position }, intents: [] }, plan);
  const base = order.kind === 'base';
  const done: State = {
    ...state,
    position,
    base: base ? order.filled : state.base,
    last: order.filled,
    rung: Math.max(state.rung, order.rung),
  };
  const more = base || plan.settings.averagingOrders.deviationFrom === 'lastFill';
  return replaceTakeProfit(more ? placeEntries(done, plan) : { state: done, intents: [] }, plan);
}

function left(state: State, event: MarketEvent & { type: 'fill' }, plan: Plan): Decision {
  const { position } = leave(state.position, event.ticks, event.lots, plan.long);
  return position.lots === 0n
    ? cancelAll({ ...state, position: FLAT })
    : { state: { ...state, position }, intents: [] };
}

/** From the base price all orders are known at once; from the last fill only the next one is. */
function placeEntries(start: State, plan: Plan): Decision {
  const fromBase = plan.settings.averagingOrders.deviationFrom === 'base';
  const intents: Intent[] = [];
  let state = start;
  for (const rung of plan.rungs.slice(start.rung)) {
    const ticks = entryTicks(plan, rung, fromBase ? state.base : state.last);
    const lots = lotsFor(rung.size, ticks);
    const key = `${state.trade}:averaging:${rung.index}`;
    const order = newOrder(plan, { key, kind: 'averaging', rung: rung.index, ticks, lots });
    if (meetsMinimum(plan.market, ticks, lots)) {
      intents.push({ type: 'place', order });
      state = { ...state, orders: [...state.orders, order] };
      if (!fromBase) break;
    } else {
      intents.push({ type: 'skip', order });
      // The next one's distance is measured from where this one would have been.
      if (!fromBase) state = { ...state, last: atTicks(ticks), rung: rung.index };
    }
  }
  return { state, intents };
}

/** One take profit for exactly what is open, at a price that follows from exactly that. */
function replaceTakeProfit({ state, intents }: Decision, plan: Plan): Decision {
  const old = state.orders.find((order) => order.kind === 'takeProfit');
  const { lots, cost } = state.position;
  const revision = state.revision + 1;
  const order = newOrder(plan, {
    key: `${state.trade}:takeProfit:${revision}`,
    kind: 'takeProfit',
    ticks: takeProfitTicks(plan, cost, lots, openShare(state.position)),
    lots,
  });
  const orders = [...state.orders.filter((one) => one !== old), order];
  const cancelled: Intent[] = old ? [{ type: 'cancel', key: old.key }] : [];
  return { state: { ...state, revision, orders }, intents: [...intents, ...cancelled, { type: 'place', order }] };
}

function closeNow(state: State, ticks: bigint, plan: Plan): Decision {
  const cancelled = cancelAll(state);
  if (!isOpen(state)) return cancelled;
  const revision = state.revision + 1;
  const key = `${state.trade}:close:${revision}`;
  const order = newOrder(plan, { key, kind: 'close', ticks, lots: state.position.lots });
  const placed = place({ ...cancelled.state, revision }, [order]);
  return { state: placed.state, intents: [...cancelled.intents, ...placed.intents] };
}

function newOrder(
  { long }: Plan,
  given: { key: string; kind: OrderKind; rung?: number; ticks: bigint; lots: bigint },
): PlacedOrder {
  const entry = given.kind === 'base' || given.kind === 'averaging';
  return {
    ...given,
    rung: given.rung ?? 0,
    side: entry === long ? 'buy' : 'sell',
    type: given.kind === 'base' || given.kind === 'close' ? 'market' : 'limit',
    filled: NOWHERE,
    fills: [],
  };
}

function place(state: State, orders: PlacedOrder[]): Decision {
  const intents = orders.map((order): Intent => ({ type: 'place', order }));
  return { state: { ...state, orders: [...state.orders, ...orders] }, intents };
}

function cancelAll(state: State): Decision {
  return {
    state: { ...state, orders: [] },
    intents: state.orders.map((order) => ({ type: 'cancel', key: order.key })),
  };
}
