import { type Decision, type Intent, isExit, type MarketEvent, type PlacedOrder, type State } from './state.rules.ts';

/*
 * How orders come and go. Asking an exchange to cancel takes time, and until it confirms the order can still be filled:
 *
 *   orders ──cancel──► leaving ──cancelled, or filled to the end──► gone
 *   an exit that is wanted while another one is leaving ──► waiting ──no exit is leaving any more──► orders
 *                                                                   ──no answer for a minute──► orders, late
 *
 * So what is sold never adds up to more than there is: as long as an exit may still be filled, its lots are its own, as
 * coins are locked on a spot market. Strategies do not see the difference; they take back and place as if it happened
 * at once, and an exit that was never placed is taken back without asking anybody. Entries do not wait: too little
 * bought harms nobody, and what is bought late is booked like everything else. Nor do exits of futures: they are
 * reduce-only, so the new one stands before the old one is gone. Source: trading.md 4, I6.
 */
const PATIENCE_MS = 60_000;

type NewOrder = Pick<PlacedOrder, 'key' | 'kind' | 'type' | 'ticks' | 'lots'> & { rung?: number | undefined };

const UNFILLED = { value: 0n, lots: 0n };

export const newOrder = (long: boolean, { key, kind, rung = 0, type, ticks, lots }: NewOrder): PlacedOrder => {
  const side = (kind === 'base' || kind === 'averaging') === long ? 'buy' : 'sell';
  return { key, kind, rung, side, type, ticks, lots, filled: UNFILLED, fills: [] };
};

export function place({ state, intents }: Decision, order: PlacedOrder): Decision {
  if (isExit(order) && !order.reduceOnly && state.leaving.some(isExit))
    return { state: { ...state, waiting: [...state.waiting, order] }, intents };
  return { state: { ...state, orders: [...state.orders, order] }, intents: [...intents, { type: 'place', order }] };
}

/**
 * What waited, once nothing is in its way; or once the exchange has not answered for so long that a position without exits
 * is the greater danger. It will refuse what its coins do not suffice for, and then it is tried again.
 */
export function placeWaiting(decision: Decision, event: MarketEvent): Decision {
  const { state, intents } = decision;
  const { waiting, waitingSince } = state;
  if (waiting.length === 0) {
    return waitingSince === undefined ? decision : { state: { ...state, waitingSince: undefined }, intents };
  }
  const blocked = state.leaving.some(isExit);
  if (blocked) {
    if (event.type !== 'price' && event.type !== 'candle') return decision;
    if (waitingSince === undefined) return { state: { ...state, waitingSince: event.at }, intents };
    if (event.at - waitingSince < PATIENCE_MS) return decision;
  }
  const placed = waiting.map((order): Intent => ({ type: 'place', order, ...(blocked ? { late: true } : {}) }));
  return {
    state: { ...state, orders: [...state.orders, ...waiting], waiting: [], waitingSince: undefined },
    intents: [...intents, ...placed],
  };
}

/** Takes back every order that `which` says. */
export function cancel({ state, intents }: Decision, which: (order: PlacedOrder) => boolean = () => true): Decision {
  const asked = state.orders.filter(which);
  const kept = dropWaiting(state, which);
  if (asked.length === 0) return { state: kept, intents };
  return {
    state: {
      ...kept,
      orders: state.orders.filter((order) => !which(order)),
      leaving: [...state.leaving, ...asked],
    },
    intents: [...intents, ...asked.map(({ key }): Intent => ({ type: 'cancel', key }))],
  };
}

/** Nobody has heard of them yet. */
export function dropWaiting(state: State, which: (order: PlacedOrder) => boolean = () => true): State {
  return state.waiting.some(which) ? { ...state, waiting: state.waiting.filter((order) => !which(order)) } : state;
}

/** The first order that is wanted, on the exchange or waiting for its turn there. */
export const findWanted = ({ orders, waiting }: State, which: (order: PlacedOrder) => boolean) =>
  orders.find(which) ?? waiting.find(which);
