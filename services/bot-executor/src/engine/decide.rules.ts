import { entrySize, entryTicks, lotsFor, meetsMinimum, type Plan, takeProfitTicks } from '../ladder/ladder.rules.ts';
import { fraction } from './exact.rules.ts';

/*
 * The one decision function: what a bot wants after something happened. Paper, backtest and (later) live differ only
 * in who carries the intents out and reports the fills.
 *
 *   flat ──candle──► place base (market) ──fill──► open: place every averaging order and the take profit (limits)
 *   open ──averaging fill──► replace the take profit (and, from the last fill, the next averaging order)
 *   open ──take profit or close fill──► cancel what is left, flat
 *
 * Intent keys are unique within the bot and follow from the state alone, so that deciding twice asks for the same.
 */
export type OrderKind = 'base' | 'averaging' | 'takeProfit' | 'close';

export interface PlacedOrder {
  key: string;
  kind: OrderKind;
  side: 'buy' | 'sell';
  type: 'market' | 'limit';
  ticks: bigint;
  lots: bigint;
}

export interface State {
  /** Trades begun so far; the open one has this number. */
  trade: number;
  open: boolean;
  /** No new trade begins. */
  finishing: boolean;
  baseTicks: bigint;
  lastTicks: bigint;
  /** Averaging orders filled in this trade. */
  averaged: number;
  /** Σ ticks × lots and Σ lots of this trade's entries. */
  cost: bigint;
  lots: bigint;
  orders: readonly PlacedOrder[];
}

export type MarketEvent =
  | { type: 'candle'; openTicks: bigint }
  | { type: 'fill'; key: string; ticks: bigint }
  | { type: 'close'; ticks: bigint };

export type Intent = { type: 'place'; order: PlacedOrder } | { type: 'cancel'; key: string };

export interface Decision {
  state: State;
  intents: Intent[];
}

export const INITIAL: State = {
  trade: 0,
  open: false,
  finishing: false,
  baseTicks: 0n,
  lastTicks: 0n,
  averaged: 0,
  cost: 0n,
  lots: 0n,
  orders: [],
};

export function decide(state: State, event: MarketEvent, plan: Plan): Decision {
  switch (event.type) {
    case 'candle':
      return state.open || state.finishing || state.orders.length > 0
        ? { state, intents: [] }
        : begin(state, event.openTicks, plan);
    case 'fill':
      return filled(state, event, plan);
    case 'close':
      return closeNow(state, event.ticks, plan);
  }
}

const entrySide = (plan: Plan) => (plan.settings.direction === 'long' ? 'buy' : 'sell');
const exitSide = (plan: Plan) => (plan.settings.direction === 'long' ? 'sell' : 'buy');

function begin(state: State, ticks: bigint, plan: Plan): Decision {
  const lots = lotsFor(plan, fraction(plan.settings.baseOrder), ticks);
  // The price has moved so far that the base order is below the minimum: wait, never clamp up.
  if (!meetsMinimum(plan, ticks, lots)) return { state, intents: [] };
  const trade = state.trade + 1;
  const order: PlacedOrder = { key: `${trade}:base`, kind: 'base', side: entrySide(plan), type: 'market', ticks, lots };
  return place({ ...INITIAL, trade }, [order]);
}

function filled(state: State, { key, ticks }: { key: string; ticks: bigint }, plan: Plan): Decision {
  const order = state.orders.find((one) => one.key === key);
  // A fill that was reported before: the order is no longer open.
  if (!order) return { state, intents: [] };
  const rest = { ...state, orders: state.orders.filter((one) => one !== order) };
  if (order.kind === 'takeProfit' || order.kind === 'close') return cancelAll({ ...rest, open: false });
  const base = order.kind === 'base';
  const next: State = {
    ...rest,
    open: true,
    baseTicks: base ? ticks : rest.baseTicks,
    lastTicks: ticks,
    averaged: rest.averaged + (base ? 0 : 1),
    cost: rest.cost + ticks * order.lots,
    lots: rest.lots + order.lots,
  };
  const placed = place(
    next,
    base || plan.settings.averagingOrders.deviationFrom === 'lastFill' ? nextEntries(next, plan) : [],
  );
  return replaceTakeProfit(placed, plan);
}

/** From the base price all levels are known at once; from the last fill only the next one is. */
function nextEntries(state: State, plan: Plan): PlacedOrder[] {
  const { count, deviationFrom } = plan.settings.averagingOrders;
  const until = deviationFrom === 'base' ? count : Math.min(count, state.averaged + 1);
  const orders: PlacedOrder[] = [];
  for (let k = state.averaged + 1; k <= until; k += 1) {
    const ticks = entryTicks(plan, k, state.baseTicks, state.lastTicks);
    const lots = lotsFor(plan, entrySize(plan, k), ticks);
    // Below the minimum at today's price: skipped, and so are the ones behind it, to keep the ladder's order.
    if (!meetsMinimum(plan, ticks, lots)) break;
    orders.push({
      key: `${state.trade}:averaging:${k}`,
      kind: 'averaging',
      side: entrySide(plan),
      type: 'limit',
      ticks,
      lots,
    });
  }
  return orders;
}

function replaceTakeProfit({ state, intents }: Decision, plan: Plan): Decision {
  const old = state.orders.find((order) => order.kind === 'takeProfit');
  const order: PlacedOrder = {
    key: `${state.trade}:takeProfit:${state.averaged}`,
    kind: 'takeProfit',
    side: exitSide(plan),
    type: 'limit',
    ticks: takeProfitTicks(plan, state.cost, state.lots),
    lots: state.lots,
  };
  const orders = [...state.orders.filter((one) => one !== old), order];
  const cancelled: Intent[] = old ? [{ type: 'cancel', key: old.key }] : [];
  return { state: { ...state, orders }, intents: [...intents, ...cancelled, { type: 'place', order }] };
}

function closeNow(state: State, ticks: bigint, plan: Plan): Decision {
  if (!state.open) return cancelAll({ ...state, finishing: true });
  const cancelled = cancelAll({ ...state, finishing: true });
  const order: PlacedOrder = {
    key: `${state.trade}:close`,
    kind: 'close',
    side: exitSide(plan),
    type: 'market',
    ticks,
    lots: state.lots,
  };
  const placed = place(cancelled.state, [order]);
  return { state: placed.state, intents: [...cancelled.intents, ...placed.intents] };
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
