import { add, type Fraction, millionths, mul, whole } from '../engine/exact.rules.ts';
import { endTrade, placeExit } from '../engine/exit-orders.rules.ts';
import { bookFill } from '../engine/fills.rules.ts';
import { enter, flat, leave } from '../engine/position.rules.ts';
import {
  cancel,
  type Decision,
  isEntry,
  isOpen,
  type MarketEvent,
  newOrder,
  place,
  type State,
  stay,
} from '../engine/state.rules.ts';
import { fillFee, fillValue } from '../markets/markets.rules.ts';
import { type Choice, choose } from './choose.rules.ts';
import type { MartingalePlan } from './plan.rules.ts';
import { NO_SIGNALS, nextSignals, type Signals } from './signals.rules.ts';

/*
 * The martingale-EMA strategy as the engine calls it. It looks at every candle once, when it has closed: what is left
 * of the last candle's entry is taken back, the signals move on, and the table in choose.rules.ts says what to do in
 * the next candle. Entries are limits at the close, exits go at the market.
 */
export interface Memory {
  /** What fills have brought to the wallet so far, fees taken off, in money units. */
  cash: bigint;
  signals: Signals;
}

export const EMPTY: Memory = { cash: 0n, signals: NO_SIGNALS };

export function decideMartingale(state: State, event: MarketEvent, plan: MartingalePlan): Decision {
  switch (event.type) {
    case 'closed':
      return closed(state, event, plan);
    case 'fill':
      return filled(state, event, plan);
    case 'end':
      return endTrade(takeBackEntries(state), event.by, event.ticks, plan);
    default:
      return stay(state);
  }
}

const memoryOf = ({ memory }: State): Memory => memory ?? EMPTY;

function closed(state: State, event: MarketEvent & { type: 'closed' }, plan: MartingalePlan): Decision {
  const { high, low, close } = event;
  const memory = memoryOf(state);
  const bar = { high: Number(high), low: Number(low), close: Number(close) };
  const signals = nextSignals(memory.signals, event.at, bar);
  const decision = takeBackEntries({ ...state, memory: { ...memory, signals } });
  const { position } = decision.state;
  // An exit that waits for the next candle's open has the say.
  if (decision.state.orders.length > 0) return decision;
  const balance = balanceOf(plan, decision.state);
  return carryOut(decision, choose(plan, { position, balance, close, signals, mayBegin: event.mayOpen }), close, plan);
}

/** A base order that was never filled began no trade. */
function takeBackEntries(state: State): Decision {
  const unfilled = state.orders.some(({ kind, filled: { lots } }) => kind === 'base' && lots === 0n);
  return cancel(stay(unfilled ? { ...state, trade: state.trade - 1 } : state), isEntry);
}

function carryOut(decision: Decision, choice: Choice, ticks: bigint, plan: MartingalePlan): Decision {
  if (choice.do === 'hold') return decision;
  const { lots } = choice;
  if (choice.do === 'reduce') {
    const kind = choice.because === 'danger' ? 'stopLoss' : 'takeProfit';
    return placeExit(decision, plan, { kind, type: 'market', ticks, lots });
  }
  const kind = choice.do === 'begin' ? 'base' : 'averaging';
  const trade = decision.state.trade + (kind === 'base' ? 1 : 0);
  const revision = decision.state.revision + 1;
  const state: State = { ...decision.state, trade, revision };
  const key = `${trade}:${kind}:${revision}`;
  return place({ ...decision, state }, newOrder(plan.long, { key, kind, type: 'limit', ticks, lots }));
}

function filled(state: State, event: MarketEvent & { type: 'fill' }, plan: MartingalePlan): Decision {
  const booked = bookFill(state, event);
  if (!booked) return stay(state);
  const { order } = booked;
  const { ticks, lots, at } = event;
  const memory = memoryOf(state);
  const value = fillValue(ticks, lots);
  const cash = memory.cash + (order.side === 'buy' ? -value : value) - fillFee(plan.market, ticks, lots);
  const after: State = { ...booked.state, memory: { ...memory, cash } };
  if (isEntry(order)) {
    const position = enter(isOpen(state) ? state.position : flat(state.position), ticks, lots);
    return stay({ ...after, position, lastFill: order.filled });
  }
  const { position } = leave(state.position, ticks, lots, plan.long);
  if (position.lots > 0n) return stay({ ...after, position });
  return cancel(stay({ ...after, position: flat(position), endedAt: at }));
}

/** The balance that was given, and everything since: cash, and what is tied up in the position. */
function balanceOf({ balance, long }: MartingalePlan, state: State): Fraction {
  const { cash } = memoryOf(state);
  const tied = long ? state.position.cost : mul(state.position.cost, whole(-1));
  return add(add(balance, millionths(cash)), tied);
}
