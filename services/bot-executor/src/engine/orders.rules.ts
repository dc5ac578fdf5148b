import { type Decision, type Intent, isExit, type MarketEvent, type PlacedOrder, type State } from './state.rules.ts';

/*
 * How orders come and go. Asking an exchange to cancel takes time, and until it confirms the order can still be filled:
 *
 *   orders ──cancel──► pending cancel ──cancelled, or filled completely──► gone
 *   an exit that is placed while the cancel of another is pending ──► deferred ──no cancel of an exit is pending──► orders
 *                                                                              ──no answer for a minute──► orders, late
 *
 * So what is sold never adds up to more than there is: as long as an exit may still be filled, its lots are its own, as
 * coins are locked on a spot market. Strategies do not see the difference; they cancel and place as if it happened at
 * once, and a deferred exit is cancelled without the exchange. Entries are not deferred: buying too little does no
 * harm, and what is bought late is booked like everything else. Nor do exits of futures: they are reduce-only, so the
 * new one stands before the old one is gone. Source: trading.md 4, I6.
 */
const PATIENCE_MS = 60_000;

type NewOrder = Pick<PlacedOrder, 'key' | 'kind' | 'type' | 'ticks' | 'lots'> & { level?: number | undefined };

const UNFILLED = { value: 0n, lots: 0n };

export const newOrder = (long: boolean, { key, kind, level = 0, type, ticks, lots }: NewOrder): PlacedOrder => {
  const side = (kind === 'base' || kind === 'averaging') === long ? 'buy' : 'sell';
  return { key, kind, level, side, type, ticks, lots, filled: UNFILLED, fills: [] };
};

export function place({ state, intents }: Decision, order: PlacedOrder): Decision {
  if (isExit(order) && !order.reduceOnly && state.pendingCancels.some(isExit))
    return { state: { ...state, deferred: [...state.deferred, order] }, intents };
  return { state: { ...state, orders: [...state.orders, order] }, intents: [...intents, { type: 'place', order }] };
}

/**
 * Places deferred exits once no cancel of an exit is pending, or once the exchange has not answered for so long that a
 * position without exits is the greater danger. It refuses exits for which the coins do not suffice, and those are
 * retried.
 */
export function placeDeferred(decision: Decision, event: MarketEvent): Decision {
  const { state, intents } = decision;
  const { deferred, deferredSince } = state;
  if (deferred.length === 0) {
    return deferredSince === undefined ? decision : { state: { ...state, deferredSince: undefined }, intents };
  }
  const blocked = state.pendingCancels.some(isExit);
  if (blocked) {
    if (event.type !== 'price' && event.type !== 'candle') return decision;
    if (deferredSince === undefined) return { state: { ...state, deferredSince: event.at }, intents };
    if (event.at - deferredSince < PATIENCE_MS) return decision;
  }
  const placed = deferred.map((order): Intent => ({ type: 'place', order, ...(blocked ? { late: true } : {}) }));
  return {
    state: { ...state, orders: [...state.orders, ...deferred], deferred: [], deferredSince: undefined },
    intents: [...intents, ...placed],
  };
}

/** Takes back every order that `which` says. */
export function cancel({ state, intents }: Decision, which: (order: PlacedOrder) => boolean = () => true): Decision {
  const asked = state.orders.filter(which);
  const kept = dropDeferred(state, which);
  if (asked.length === 0) return { state: kept, intents };
  return {
    state: {
      ...kept,
      orders: state.orders.filter((order) => !which(order)),
      pendingCancels: [...state.pendingCancels, ...asked],
    },
    intents: [...intents, ...asked.map(({ key }): Intent => ({ type: 'cancel', key }))],
  };
}

/** They were never sent. */
export function dropDeferred(state: State, which: (order: PlacedOrder) => boolean = () => true): State {
  return state.deferred.some(which) ? { ...state, deferred: state.deferred.filter((order) => !which(order)) } : state;
}

/** The first order that is wanted, on the exchange or deferred. */
export const findWanted = ({ orders, deferred }: State, which: (order: PlacedOrder) => boolean) =>
  orders.find(which) ?? deferred.find(which);
