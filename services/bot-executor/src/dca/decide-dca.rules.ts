import { closeRest, endTrade } from '../engine/exit-orders.rules.ts';
import { type BookedFill, bookCancel, bookFill } from '../engine/fills.rules.ts';
import { cancel } from '../engine/orders.rules.ts';
import { enter, flat, fund, leave } from '../engine/position.rules.ts';
import {
  type Decision,
  isEntry,
  isExit,
  isOpen,
  isOver,
  type MarketEvent,
  type PlacedOrder,
  type State,
  stay,
  UNWATCHED,
} from '../engine/state.rules.ts';
import type { DcaPlan } from '../ladder/plan.rules.ts';
import { begin, placeEntries } from './entries.rules.ts';
import { fitExits, followPrice, replaceExits } from './exits.rules.ts';

/*
 * The DCA bot.
 *
 *   flat ──candle──► place base (market) ──filled──► open: place averaging orders, take profit (limits) and stop loss
 *   open ──fill of an entry──► replace every exit (and place the next averaging order, where not all are placed)
 *   open ──a step of the take profit filled──► what is left stays covered by the other exits
 *   open ──price──► follow it with a trailing exit, move the stop to break-even, or give a patient stop its time
 *   open ──all closed, or liquidated──► cancel what is left, flat
 *   flat ──fill of an entry on its way out──► open again, with exits and without a ladder; closed at the market when a
 *                                             stop or a close had ended the trade
 */
export function decideDca(state: State, event: MarketEvent, plan: DcaPlan): Decision {
  switch (event.type) {
    case 'candle':
      return event.mayOpen && isOver(state) && state.orders.length === 0
        ? begin(state, { at: event.at, ticks: event.openTicks }, plan)
        : stay(state);
    case 'price':
      return isOpen(state) ? followPrice(state, event, plan) : stay(state);
    case 'fill':
      return filled(state, event, plan);
    case 'funding':
      return stay(isOpen(state) ? { ...state, position: fund(state.position, event.amount) } : state);
    case 'cancelled':
      return cancelled(state, event, plan);
    case 'end':
      return endTrade(stay(state), { kind: event.by, ticks: event.ticks }, plan);
    case 'closed':
      return stay(state);
  }
}

type Fill = MarketEvent & { type: 'fill' };

function filled(state: State, event: Fill, plan: DcaPlan): Decision {
  const booked = bookFill(state, event);
  if (!booked) return stay(state);
  return isEntry(booked.order) ? entered(booked, event, plan) : left(booked, event, plan);
}

function entered({ state, order, leaving }: BookedFill, { ticks, lots, heldBack }: Fill, plan: DcaPlan): Decision {
  const position = enter(state.position, ticks * lots, lots, heldBack);
  // Prices that distances count from are known once the order is complete; until then they are of what there is.
  const point = order.filled;
  const at = { ...state, position, base: order.kind === 'base' ? point : state.base, lastFill: point, last: point };
  if (state.closing !== undefined) return closeRest(stay(at), ticks, plan);
  if (leaving || order.filled.lots < order.lots) return replaceExits(stay(at), plan);
  const done: State = { ...at, rung: Math.max(state.rung, order.rung) };
  return replaceExits(placeEntries(done, plan), plan);
}

function left({ state, order }: BookedFill, { ticks, lots, at }: Fill, plan: DcaPlan): Decision {
  const { position } = leave(state.position, ticks * lots, lots, plan.long);
  // A stop or a close has begun: the trade ends, nothing is bought any more.
  const closing = state.closing ?? (order.type === 'limit' ? undefined : order.kind);
  if (position.lots === 0n)
    return cancel(stay({ ...state, position: flat(position), watch: UNWATCHED, endedAt: at, closing }));
  const complete = order.filled.lots === order.lots;
  const open: State = { ...state, position, step: complete ? Math.max(state.step, order.rung) : state.step };
  if (closing === undefined) return fitExits(open, plan);
  return endTrade(stay(open), { kind: closing, ticks, keep: isClosing }, plan);
}

/** At the market, from the beginning or as a stop that has fired. */
const isClosing = (order: PlacedOrder): boolean =>
  isExit(order) && (order.type === 'market' || (order.type === 'stop' && order.filled.lots > 0n));

/** What was asked for needs no answer. What the exchange took back by itself may leave something undone. */
function cancelled(state: State, event: MarketEvent & { type: 'cancelled' }, plan: DcaPlan): Decision {
  const booked = bookCancel(state, event);
  if (!booked) return stay(state);
  const { gone, asked } = booked;
  if (!gone || asked || !isOpen(booked.state)) return stay(booked.state);
  if (booked.state.closing !== undefined) return closeRest(stay(booked.state), gone.ticks, plan);
  const entered = isEntry(gone) && gone.filled.lots > 0n;
  return entered ? placeEntries({ ...booked.state, rung: Math.max(state.rung, gone.rung) }, plan) : stay(booked.state);
}
