import { Contradiction } from './position.rules.ts';
import { fillWorth, type MarketEvent, type PendingCancel, type PlacedOrder, type State } from './state.rules.ts';

/*
 * What the exchange reports of an order, noted at the order. Reports come late, in parts, in any order and more than
 * once; an order is gone only when all that the exchange says was filled of it has been booked: it is complete, or its
 * cancellation is confirmed and every fill that the confirmation counts is in. So everything that arrives for an order
 * that is gone is a duplicate and changes nothing. Contradictory reports are refused with an error.
 */
export interface BookedFill {
  /** Without the order once it is complete. */
  state: State;
  /** With this fill. */
  order: PlacedOrder;
  /** It was asked to be cancelled before. */
  late: boolean;
}

/** The order that a report is about; undefined when it is gone. */
export const orderOf = ({ orders, pendingCancels }: State, key: string): PendingCancel | undefined =>
  orders.find((one) => one.key === key) ?? pendingCancels.find((one) => one.key === key);

/** Undefined when it was reported before. */
export function bookFill(state: State, event: MarketEvent & { type: 'fill' }): BookedFill | undefined {
  const order = orderOf(state, event.key);
  if (!order || order.fills.includes(event.id)) return undefined;
  const now: PendingCancel = {
    ...order,
    fills: [...order.fills, event.id],
    filled: { value: order.filled.value + fillWorth(event), lots: order.filled.lots + event.lots },
  };
  if (now.filled.lots > lotsAtMost(now))
    throw new Contradiction(`${now.key} was filled beyond its quantity of ${lotsAtMost(now)} lots.`);
  return {
    state: replaced(standing(state, order), order, now),
    order: now,
    late: state.pendingCancels.includes(order),
  };
}

/** An order of its kind was accepted: the row of refusals ends. What was refused may still have to be placed again. */
export function standing(state: State, { kind }: PlacedOrder): State {
  const { refused } = state;
  if (refused?.kind !== kind || refused.times === 0) return state;
  return { ...state, refused: refused.until === undefined ? undefined : { ...refused, times: 0 } };
}

export interface BookedCancel {
  state: State;
  /** Undefined while reports of its fills are outstanding. */
  gone: PlacedOrder | undefined;
  /** Whether it was asked to be cancelled; if not, the exchange or somebody else did it. */
  asked: boolean;
}

type Cancelled = MarketEvent & { type: 'cancelled' };

/** Undefined when it says nothing new. */
export function bookCancel(state: State, event: Cancelled): BookedCancel | undefined {
  const order = orderOf(state, event.key);
  // Gone, or reported before, or complete once its fills are reported.
  if (!order || lotsAtMost(order) === event.filled) return undefined;
  const asked = state.pendingCancels.includes(order);
  const isGone = order.filled.lots === event.filled;
  if (asked && isGone) return { state: without(state, order), gone: order, asked };
  refuseContradiction(order, event);
  // Cancelled by the exchange, it becomes an order of what was filled: the rest is not placed again.
  const now: PendingCancel = asked ? { ...order, total: event.filled } : { ...order, lots: event.filled };
  return { state: replaced(state, order, now), gone: isGone ? now : undefined, asked };
}

function refuseContradiction({ key, filled: { lots: reported }, lots, total }: PendingCancel, { filled }: Cancelled) {
  if (filled < reported || filled > lots || total !== undefined)
    throw new Contradiction(
      `${key} was cancelled after ${filled} lots; ${reported} of ${total ?? lots} were reported.`,
    );
}

const lotsAtMost = ({ total, lots }: PendingCancel): bigint => total ?? lots;

/** The order as it is now, in its place, until nothing more can be filled of it. */
function replaced(state: State, before: PendingCancel, now: PendingCancel): State {
  if (now.filled.lots === lotsAtMost(now)) return without(state, before);
  const put = (orders: readonly PendingCancel[]) => orders.map((one) => (one === before ? now : one));
  return state.pendingCancels.includes(before)
    ? { ...state, pendingCancels: put(state.pendingCancels) }
    : { ...state, orders: put(state.orders) };
}

function without(state: State, order: PendingCancel): State {
  const pendingCancels = state.pendingCancels.filter((one) => one !== order);
  if (pendingCancels.length < state.pendingCancels.length) return { ...state, pendingCancels };
  return { ...state, orders: state.orders.filter((one) => one !== order) };
}
