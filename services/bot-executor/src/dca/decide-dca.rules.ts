import { endTrade } from '../engine/exit-orders.rules.ts';
import { bookFill } from '../engine/fills.rules.ts';
import { enter, flat, leave } from '../engine/position.rules.ts';
import {
  cancel,
  type Decision,
  isEntry,
  isOpen,
  type MarketEvent,
  type PlacedOrder,
  type State,
  stay,
  UNWATCHED,
} from '../engine/state.rules.ts';
import type { DcaPlan } from '../ladder/plan.rules.ts';
import { begin, placeEntries } from './entries.rules.ts';
import { fitStop, followPrice, replaceExits } from './exits.rules.ts';

/*
 * The DCA bot.
 *
 *   flat ──candle──► place base (market) ──filled──► open: place averaging orders, take profit (limits) and stop loss
 *   open ──fill of an entry──► replace every exit (and place the next averaging order, where not all are placed)
 *   open ──a step of the take profit filled──► what is left stays covered by the other exits
 *   open ──price──► follow it with a trailing exit, move the stop to break-even, or give a patient stop its time
 *   open ──all closed, or liquidated──► cancel what is left, flat
 */
export function decideDca(state: State, event: MarketEvent, plan: DcaPlan): Decision {
  switch (event.type) {
    case 'candle':
      return event.mayOpen && !isOpen(state) && state.orders.length === 0 ? begin(state, event, plan) : stay(state);
    case 'price':
      return isOpen(state) ? followPrice(state, event, plan) : stay(state);
    case 'fill':
      return filled(state, event, plan);
    case 'end':
      return endTrade(stay(state), event.by, event.ticks, plan);
    case 'closed':
      return stay(state);
  }
}

type Fill = MarketEvent & { type: 'fill' };

function filled(state: State, event: Fill, plan: DcaPlan): Decision {
  const booked = bookFill(state, event);
  if (!booked) return stay(state);
  return isEntry(booked.order)
    ? entered(booked.state, booked.order, event, plan)
    : left(booked.state, booked.order, event, plan);
}

function entered(state: State, order: PlacedOrder, { ticks, lots, heldBack }: Fill, plan: DcaPlan): Decision {
  const position = enter(state.position, ticks, lots, heldBack);
  // Prices that distances count from are known once the order is complete; until then they are of what there is.
  const point = order.filled;
  const at = { ...state, position, base: order.kind === 'base' ? point : state.base, lastFill: point, last: point };
  if (order.filled.lots < order.lots) return replaceExits(stay(at), plan);
  const done: State = { ...at, rung: Math.max(state.rung, order.rung) };
  return replaceExits(placeEntries(done, plan), plan);
}

function left(state: State, order: PlacedOrder, { ticks, lots, at }: Fill, plan: DcaPlan): Decision {
  const { position } = leave(state.position, ticks, lots, plan.long);
  if (position.lots === 0n) return cancel(stay({ ...state, position: flat(position), watch: UNWATCHED, endedAt: at }));
  const open: State = { ...state, position };
  // A stop or a close has begun: the trade ends, nothing is bought any more.
  if (order.type !== 'limit') return cancel(stay({ ...open, watch: UNWATCHED }), (one) => one.key !== order.key);
  const complete = order.filled.lots === order.lots;
  return fitStop(complete ? { ...open, step: Math.max(state.step, order.rung) } : open, plan);
}
