import type { Plan } from '../ladder/plan.rules.ts';
import { begin, placeEntries } from './entries.rules.ts';
import { endNow, fitStop, followPrice, replaceExits } from './exits.rules.ts';
import { enter, FLAT, leave } from './position.rules.ts';
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
} from './state.rules.ts';

/*
 * The one decision function: what a bot wants after something happened. Paper, backtest and (later) live differ only
 * in who carries the intents out and reports the fills.
 *
 *   flat ──candle──► place base (market) ──filled──► open: place averaging orders, take profit (limits) and stop loss
 *   open ──fill of an entry──► replace every exit (and place the next averaging order, where not all are placed)
 *   open ──a step of the take profit filled──► what is left stays covered by the other exits
 *   open ──price──► follow it with a trailing exit, move the stop to break-even, or give a patient stop its time
 *   open ──all closed, or liquidated──► cancel what is left, flat
 *
 * Fills may come in parts and more than once: each carries the exchange's id and counts once. Averages are over what
 * was really filled. An intent's key is unique within the bot and follows from the state alone, so that deciding twice
 * asks for the same thing twice.
 */
export function decide(state: State, event: MarketEvent, plan: Plan): Decision {
  switch (event.type) {
    case 'candle':
      return event.mayOpen && !isOpen(state) && state.orders.length === 0 ? begin(state, event, plan) : stay(state);
    case 'price':
      return isOpen(state) ? followPrice(state, event, plan) : stay(state);
    case 'fill':
      return filled(state, event, plan);
    case 'end':
      return endNow(state, event.by, event.ticks, plan);
  }
}

type Fill = MarketEvent & { type: 'fill' };

function filled(state: State, event: Fill, plan: Plan): Decision {
  const order = state.orders.find((one) => one.key === event.key);
  // Reported before: the order is complete and gone, or it knows this report.
  if (!order || order.fills.includes(event.id)) return stay(state);
  const now: PlacedOrder = {
    ...order,
    fills: [...order.fills, event.id],
    filled: { value: order.filled.value + event.ticks * event.lots, lots: order.filled.lots + event.lots },
  };
  if (now.filled.lots > now.lots) throw new Error(`${now.key} was filled beyond its quantity of ${now.lots} lots.`);
  const complete = now.filled.lots === now.lots;
  const orders = state.orders.flatMap((one) => (one !== order ? [one] : complete ? [] : [now]));
  const after = { ...state, orders };
  return isEntry(now) ? entered(after, now, event, plan) : left(after, now, event, plan);
}

function entered(state: State, order: PlacedOrder, { ticks, lots }: Fill, plan: Plan): Decision {
  const position = enter(state.position, ticks, lots);
  // Prices that distances count from are known once the order is complete; until then they are of what there is.
  const point = order.filled;
  const at = { ...state, position, base: order.kind === 'base' ? point : state.base, lastFill: point, last: point };
  if (order.filled.lots < order.lots) return replaceExits(stay(at), plan);
  const done: State = { ...at, rung: Math.max(state.rung, order.rung) };
  return replaceExits(placeEntries(done, plan), plan);
}

function left(state: State, order: PlacedOrder, { ticks, lots, at }: Fill, plan: Plan): Decision {
  const { position } = leave(state.position, ticks, lots, plan.long);
  if (position.lots === 0n) return cancel(stay({ ...state, position: FLAT, watch: UNWATCHED, endedAt: at }));
  const open: State = { ...state, position };
  // A stop or a close has begun: the trade ends, nothing is bought any more.
  if (order.type !== 'limit') return cancel(stay({ ...open, watch: UNWATCHED }), (one) => one.key !== order.key);
  const complete = order.filled.lots === order.lots;
  return fitStop(complete ? { ...open, step: Math.max(state.step, order.rung) } : open, plan);
}
