import { closeRest, endTrade, placeExit } from '../engine/exit-orders.rules.ts';
import { bookCancel, bookFill } from '../engine/fills.rules.ts';
import { cancel, newOrder, place } from '../engine/orders.rules.ts';
import { flat, fund, increasePosition, reducePosition } from '../engine/position.rules.ts';
import { accepted, bookPosition, bookRejected, isRetryDue, retried } from '../engine/refusals.rules.ts';
import {
  type Decision,
  fillWorth,
  isEntry,
  isOpen,
  type MarketEvent,
  type PlacedOrder,
  type State,
  stay,
} from '../engine/state.rules.ts';
import { add, type Fraction, millionths, mul, whole } from '../kernel/exact.rules.ts';
import { fillFee, fillValue } from '../markets/markets.rules.ts';
import { onStep } from '../markets/venue.rules.ts';
import { type Choice, choose } from './choose.rules.ts';
import type { MartingalePlan } from './plan.rules.ts';
import { NO_SIGNALS, nextSignals, type Signals } from './signals.rules.ts';

/*
 * The martingale-EMA strategy as the engine calls it. It looks at every candle once, when it has closed: what is left
 * of the last candle's entry is taken back, the signals move on, and, as soon as no order is on its way out, the table
 * in choose.rules.ts says what to do in the next candle. Entries are limits at the close, exits go at the market.
 */
export interface Memory {
  /** What fills and funding have brought to the wallet so far, fees taken off, in money units. */
  cash: bigint;
  signals: Signals;
  /** The last close, while the table cannot be asked yet: an order on its way out may still change the position. */
  unjudged?: Close | undefined;
}

interface Close {
  close: bigint;
  mayOpen: boolean;
}

export const EMPTY: Memory = { cash: 0n, signals: NO_SIGNALS };

export function decideMartingale(state: State, event: MarketEvent, plan: MartingalePlan): Decision {
  switch (event.type) {
    case 'closed':
      return closed(state, event, plan);
    case 'fill':
      return filled(state, event, plan);
    case 'cancelled':
      return cancelled(state, event, plan);
    case 'funding':
      return stay(funded(state, event.amount));
    case 'accepted':
      return accepted(state, event);
    case 'rejected':
      return rejected(state, event, plan);
    case 'position':
      return bookPosition(state, event) ?? stay(state);
    case 'price':
      return isRetryDue(state, event.at) && state.closing !== undefined
        ? closeRest(stay(retried(state)), event.ticks, plan)
        : stay(state);
    case 'end':
      return endTrade(stay(withoutQuestion(state)), { kind: event.by, ticks: event.ticks }, plan);
    default:
      return stay(state);
  }
}

export const memoryOf = ({ memory }: State): Memory => (memory as Memory | undefined) ?? EMPTY;

/** What it pays is gone from its balance and from its margin. */
function funded(state: State, amount: bigint): State {
  const memory = memoryOf(state);
  const position = isOpen(state) ? fund(state.position, amount) : state.position;
  return { ...state, position, memory: { ...memory, cash: memory.cash + amount } };
}

function closed(state: State, event: MarketEvent & { type: 'closed' }, plan: MartingalePlan): Decision {
  const { high, low, close, mayOpen } = event;
  const memory = memoryOf(state);
  const bar = { high: Number(high), low: Number(low), close: Number(close) };
  const signals = nextSignals(memory.signals, event.at, bar);
  const unjudged = { close, mayOpen };
  return judge(cancel(stay({ ...state, memory: { ...memory, signals, unjudged } }), isEntry), plan);
}

/** Without a question to the table: its answer could begin a trade after the end. */
function withoutQuestion(state: State): State {
  const { unjudged, ...memory } = memoryOf(state);
  return unjudged ? { ...state, memory } : state;
}

/** Asks the table about the last close, once it is known what is open. */
function judge(decision: Decision, plan: MartingalePlan): Decision {
  const { unjudged, ...memory } = memoryOf(decision.state);
  if (!unjudged || decision.state.pendingCancels.length > 0) return decision;
  const state: State = { ...decision.state, memory };
  const judged = { ...decision, state };
  // An exit that waits for the next candle's open, or for its turn, takes precedence.
  if (state.orders.length > 0 || state.deferred.length > 0) return judged;
  // So does a close that was refused and waits for its next try: asked now, the table would buy more instead.
  if (state.closing !== undefined && isOpen(state)) return judged;
  const { close, mayOpen: mayBegin } = unjudged;
  const situation = { position: state.position, balance: balanceOf(plan, state), close, mayBegin };
  const choice = choose(plan, { ...situation, signals: memory.signals });
  const increases = choice.do === 'begin' || choice.do === 'add';
  return increases && state.halted ? judged : act(judged, choice, close, plan);
}

/** Its next candle asks the table again; what was to be closed is closed when the pause is over. */
function rejected(state: State, event: MarketEvent & { type: 'rejected' }, plan: MartingalePlan): Decision {
  const booked = bookRejected(state, event);
  if (!booked) return stay(state);
  const { decision, order } = booked;
  const trade = beganNothing(order) ? state.trade - 1 : state.trade;
  return judge({ ...decision, state: { ...decision.state, trade } }, plan);
}

function act(decision: Decision, choice: Choice, ticks: bigint, plan: MartingalePlan): Decision {
  if (choice.do === 'hold') return decision;
  const { lots } = choice;
  if (choice.do === 'reduce') {
    const kind = choice.because === 'danger' ? 'stopLoss' : 'takeProfit';
    return placeExit(decision, plan, { kind, type: 'market', ticks, lots });
  }
  const kind = choice.do === 'begin' ? 'base' : 'averaging';
  const trade = decision.state.trade + (kind === 'base' ? 1 : 0);
  const revision = decision.state.revision + 1;
  // Whatever was being closed is closed, or the table would not have been asked.
  const state: State = { ...decision.state, trade, revision, closing: undefined };
  const key = `${trade}:${kind}:${revision}`;
  return place(
    { ...decision, state },
    newOrder(plan.long, { key, kind, type: 'limit', ticks: onStep(plan.market, ticks, !plan.long), lots }),
  );
}

function filled(state: State, event: MarketEvent & { type: 'fill' }, plan: MartingalePlan): Decision {
  const booked = bookFill(state, event);
  if (!booked) return stay(state);
  const { order } = booked;
  const { ticks, lots, at } = event;
  const memory = memoryOf(state);
  const value = fillValue(fillWorth(event), 1n);
  const fee = event.fee ?? fillFee(plan.market, fillWorth(event), 1n);
  const cash = memory.cash + (order.side === 'buy' ? -value : value) - fee;
  const after: State = { ...booked.state, memory: { ...memory, cash } };
  if (isEntry(order)) {
    const position = increasePosition(isOpen(state) ? state.position : flat(state.position), fillWorth(event), lots);
    return goOn({ ...after, position, lastFill: order.filled }, ticks, plan);
  }
  const position = reducePosition(state.position, lots);
  if (position.lots > 0n) return goOn({ ...after, position }, ticks, plan);
  return judge(cancel(stay({ ...after, position: flat(position), endedAt: at })), plan);
}

/** A close that has begun includes what was filled since. */
const goOn = (state: State, ticks: bigint, plan: MartingalePlan): Decision =>
  judge(state.closing === undefined ? stay(state) : closeRest(stay(state), ticks, plan), plan);

function cancelled(state: State, event: MarketEvent & { type: 'cancelled' }, plan: MartingalePlan): Decision {
  const booked = bookCancel(state, event);
  if (!booked) return stay(state);
  const { gone, asked } = booked;
  const after = gone && beganNothing(gone) ? { ...booked.state, trade: state.trade - 1 } : booked.state;
  return gone && !asked ? goOn(after, gone.ticks, plan) : judge(stay(after), plan);
}

/** A base order that was never filled began no trade. */
const beganNothing = ({ kind, filled: { lots } }: PlacedOrder): boolean => kind === 'base' && lots === 0n;

/** The balance that was given, and everything since: cash, and what is tied up in the position. */
export function balanceOf({ balance, long }: MartingalePlan, state: State): Fraction {
  const { cash } = memoryOf(state);
  const tied = long ? state.position.cost : mul(state.position.cost, whole(-1));
  return add(add(balance, millionths(cash)), tied);
}
