import { backOff } from '@tidegate/contracts/kernel/back-off';
import { div, mul, whole } from '../kernel/exact.rules.ts';
import { orderOf, standing } from './fills.rules.ts';
import { cancel } from './orders.rules.ts';
import { Contradiction, type Position } from './position.rules.ts';
import {
  type Decision,
  type HaltReason,
  isEntry,
  type MarketEvent,
  type OrderKind,
  type PlacedOrder,
  type RejectReason,
  type State,
  stay,
} from './state.rules.ts';

/*
 * What an exchange refuses, and what happens to a position behind a bot's back.
 *
 *   base order       no trade has begun; tried again with a later candle, after a pause that doubles
 *   averaging order  as if it had been too small: the ladder goes on without it
 *   exit             placed again after the pause, whatever else happens; a stop that cannot stand sells at the market
 *
 * The third refusal in a row, one whose reason does not pass, and a position that the bot did not open halt the bot: it
 * asks for that once and buys nothing more. What it holds keeps its exits. Source: trading.md 4, I5 and I9.
 */
export interface Refused {
  /** Of the last one. */
  kind: OrderKind;
  /** In a row. */
  times: number;
  /** Not before, epoch ms; undefined once what was refused has been placed again. */
  until?: number | undefined;
}

type Rejected = MarketEvent & { type: 'rejected' };

const MOST = 3;
const LONGEST_MS = 300_000;
const pauseMs = (times: number): number => backOff(1_000, LONGEST_MS, times);

/** The order is gone; undefined when it is not known, or gone already. */
export function bookRejected(state: State, event: Rejected): { decision: Decision; order: PlacedOrder } | undefined {
  const order = orderOf(state, event.key);
  if (!order) return undefined;
  if (order.filled.lots > 0n) throw new Contradiction(`${order.key} was refused after ${order.filled.lots} lots.`);
  const without = <One extends PlacedOrder>(orders: readonly One[]) => orders.filter(({ key }) => key !== order.key);
  // Refused while it was being cancelled: that is the wanted result.
  if (state.pendingCancels.some(({ key }) => key === order.key))
    return { decision: stay({ ...state, pendingCancels: without(state.pendingCancels) }), order };
  const times = (state.refused?.times ?? 0) + 1;
  const refused = { kind: order.kind, times, until: event.at + pauseMs(times) };
  const decision = stay({ ...state, orders: without(state.orders), refused });
  const forGood = (times >= MOST && !passesByItself(event.reason)) || event.reason === 'notAllowed';
  return { decision: forGood ? halt(decision, 'ordersRejected', `${order.key}: ${event.reason}`) : decision, order };
}

/** The price may come nearer, or another order go: retrying is right however often it was refused. */
const passesByItself = (reason: RejectReason): boolean => reason === 'priceBand' || reason === 'tooMany';

/** Whether an order has been refused too often to be asked for in the same way again. */
export const isHopeless = ({ refused }: State): boolean => (refused?.times ?? 0) >= MOST;

/** Whether what was refused may be asked for again. */
export const isRetryDue = ({ refused }: State, at: number): boolean =>
  refused?.until !== undefined && at >= refused.until;

export const retried = (state: State): State => ({
  ...state,
  refused: state.refused && { ...state.refused, until: undefined },
});

export function accepted(state: State, { key }: MarketEvent & { type: 'accepted' }): Decision {
  const order = state.orders.find((one) => one.key === key);
  return stay(order ? standing(state, order) : state);
}

/** Asked for once; entries are cancelled. */
export function halt(decision: Decision, reason: HaltReason, message: string): Decision {
  const { state, intents } = cancel(decision, isEntry);
  if (state.halted) return { state, intents };
  return { state: { ...state, halted: reason }, intents: [...intents, { type: 'halt', reason, message }] };
}

/**
 * What the exchange says is open, when no report of an order is under way. More than the bot has is not its own; of less
 * it has what is left. Undefined when it is as the bot knows.
 */
export function bookPosition(state: State, { lots }: MarketEvent & { type: 'position' }): Decision | undefined {
  const { position } = state;
  if (lots === position.lots) return undefined;
  const message = `${position.lots} lots are the bot’s, the exchange has ${lots}.`;
  if (lots > position.lots) return halt(stay(state), 'positionChanged', message);
  return halt(cancel(stay({ ...state, position: shrunk(position, lots) })), 'positionChanged', message);
}

function shrunk(position: Position, lots: bigint): Position {
  const part = div(whole(lots), whole(position.lots));
  return { ...position, lots, cost: mul(position.cost, part), owed: mul(position.owed, part) };
}
