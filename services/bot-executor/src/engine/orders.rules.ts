import { type Decision, type Intent, isExit, type PlacedOrder, type State } from './state.rules.ts';

/*
 * How orders come and go. Asking an exchange to cancel takes time, and until it confirms the order can still be filled:
 *
 *   orders ──cancel──► leaving ──cancelled, or filled to the end──► gone
 *   an exit that is wanted while another one is leaving ──► waiting ──no exit is leaving any more──► orders
 *
 * So what is sold never adds up to more than there is: as long as an exit may still be filled, its lots are its own, as
 * coins are locked on a spot market. Strategies do not see the difference; they take back and place as if it happened
 * at once, and an exit that was never placed is taken back without asking anybody. Entries do not wait: too little
 * bought harms nobody, and what is bought late is booked like everything else. Source: trading.md 4, I6.
 */
type NewOrder = Pick<PlacedOrder, 'key' | 'kind' | 'type' | 'ticks' | 'lots'> & { rung?: number };

export const newOrder = (long: boolean, given: NewOrder): PlacedOrder => ({
  ...given,
  rung: given.rung ?? 0,
  side: (given.kind === 'base' || given.kind === 'averaging') === long ? 'buy' : 'sell',
  filled: { value: 0n, lots: 0n },
  fills: [],
});

export function place({ state, intents }: Decision, order: PlacedOrder): Decision {
  if (isExit(order) && state.leaving.some(isExit))
    return { state: { ...state, waiting: [...state.waiting, order] }, intents };
  return { state: { ...state, orders: [...state.orders, order] }, intents: [...intents, { type: 'place', order }] };
}

/** What waited, once nothing is in its way. */
export function placeWaiting(decision: Decision): Decision {
  const { state, intents } = decision;
  if (state.waiting.length === 0 || state.leaving.some(isExit)) return decision;
  return {
    state: { ...state, orders: [...state.orders, ...state.waiting], waiting: [] },
    intents: [...intents, ...state.waiting.map((order): Intent => ({ type: 'place', order }))],
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
