import { closeRest, endTrade } from '../engine/exit-orders.rules.ts';
import { type BookedFill, bookCancel, bookFill } from '../engine/fills.rules.ts';
import { cancel } from '../engine/orders.rules.ts';
import { flat, fund, increasePosition, reducePosition } from '../engine/position.rules.ts';
import { accepted, bookPosition, bookRejected, isHopeless, isRetryDue, retried } from '../engine/refusals.rules.ts';
import {
  atTicks,
  type Decision,
  type Fill,
  fillWorth,
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
import { beats } from '../engine/trade-plan.rules.ts';
import { type DcaPlan } from '../ladder/plan.rules.ts';
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
      if (isOpen(state)) return placeNextEntry(retry(state, event.at, event.openTicks, plan), event.openTicks, plan);
      return event.mayOpen && isOver(state) && state.orders.length === 0
        ? begin(state, { at: event.at, ticks: event.openTicks }, plan)
        : stay(state);
    case 'price':
      return isOpen(state) ? followPrice(retry(state, event.at, event.ticks, plan), event, plan) : stay(state);
    case 'accepted':
      return accepted(state, event);
    case 'rejected':
      return rejected(state, event, plan);
    case 'position': {
      const found = bookPosition(state, event);
      return found && isOpen(found.state) && event.lots < state.position.lots
        ? replaceExits(found, plan)
        : (found ?? stay(state));
    }
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

/** The price has come near enough for the next averaging order. */
function placeNextEntry(decision: Decision, ticks: bigint, plan: DcaPlan): Decision {
  const { entryFrom, closing } = decision.state;
  if (entryFrom === undefined || closing !== undefined || beats(plan, ticks, entryFrom)) return decision;
  const { state, intents } = placeEntries(decision.state, plan, ticks);
  return { state, intents: [...decision.intents, ...intents] };
}

function filled(state: State, event: Fill, plan: DcaPlan): Decision {
  const booked = bookFill(state, event);
  if (!booked) return stay(state);
  return isEntry(booked.order) ? increased(booked, event, plan) : reduced(booked, event, plan);
}

function increased({ state, order, late }: BookedFill, fill: Fill, plan: DcaPlan): Decision {
  const { ticks, lots, heldBack } = fill;
  const position = increasePosition(state.position, fillWorth(fill), lots, heldBack);
  // Prices that distances count from are known once the order is complete; until then they are of what there is.
  const point = order.filled;
  const at = { ...state, position, base: order.kind === 'base' ? point : state.base, lastFill: point, last: point };
  if (state.closing !== undefined) return closeRest(stay(at), ticks, plan);
  if (late || order.filled.lots < order.lots) return replaceExits(stay(at), plan);
  const done: State = { ...at, level: Math.max(state.level, order.level) };
  return replaceExits(placeEntries(done, plan), plan);
}

function reduced({ state, order }: BookedFill, fill: Fill, plan: DcaPlan): Decision {
  const { ticks, lots, at } = fill;
  const position = reducePosition(state.position, lots);
  // A stop or a close has begun: the trade ends and nothing more is bought.
  const closing = state.closing ?? (order.type === 'limit' ? undefined : order.kind);
  if (position.lots === 0n)
    return cancel(stay({ ...state, position: flat(position), watch: UNWATCHED, endedAt: at, closing }));
  const complete = order.filled.lots === order.lots;
  const open: State = { ...state, position, step: complete ? Math.max(state.step, order.level) : state.step };
  if (closing === undefined) return fitExits(open, plan);
  return endTrade(stay(open), { kind: closing, ticks, keep: isClosing }, plan);
}

/** At the market, from the beginning or as a stop that has fired. */
const isClosing = (order: PlacedOrder): boolean =>
  isExit(order) && (order.type === 'market' || (order.type === 'stop' && order.filled.lots > 0n));

/** Refused exits are placed again when their pause is over, all of them. */
function retry(state: State, at: number, ticks: bigint, plan: DcaPlan): Decision {
  if (!isRetryDue(state, at)) return stay(state);
  const again = stay(retried(state));
  return state.closing === undefined ? replaceExits(again, plan) : closeRest(again, ticks, plan);
}

function rejected(state: State, event: MarketEvent & { type: 'rejected' }, plan: DcaPlan): Decision {
  const booked = bookRejected(state, event);
  if (!booked) return stay(state);
  const { decision, order } = booked;
  const { kind, ticks, type } = order;
  const after = decision.state;
  if (state.pendingCancels.some(({ key }) => key === order.key)) return decision;
  if (kind === 'base') return { ...decision, state: { ...after, unbegun: (after.unbegun ?? 0) + 1 } };
  if (!isOpen(after) || after.closing !== undefined) return decision;
  if (kind === 'averaging')
    return plan.settings.averagingOrders.deviationFrom === 'base'
      ? goOn(decision, after, plan)
      : goOn(decision, { ...after, last: atTicks(ticks), level: order.level }, plan);
  // The price is there already, or no stop can stand.
  const mustSell = type === 'stop' && (event.reason === 'wouldTrigger' || isHopeless(after));
  return mustSell ? endTrade(decision, { kind, ticks }, plan) : decision;
}

/** With what is still to be placed of the ladder. */
function goOn({ intents }: Decision, state: State, plan: DcaPlan): Decision {
  const next = placeEntries(state, plan);
  return { state: next.state, intents: [...intents, ...next.intents] };
}

/** A cancel that the bot requested needs no reaction. One by the exchange may leave something undone. */
function cancelled(state: State, event: MarketEvent & { type: 'cancelled' }, plan: DcaPlan): Decision {
  const booked = bookCancel(state, event);
  if (!booked) return stay(state);
  const { gone, asked } = booked;
  if (!gone || asked || !isOpen(booked.state)) return stay(booked.state);
  if (booked.state.closing !== undefined) return closeRest(stay(booked.state), gone.ticks, plan);
  const isIncreased = isEntry(gone) && gone.filled.lots > 0n;
  return isIncreased
    ? placeEntries({ ...booked.state, level: Math.max(state.level, gone.level) }, plan)
    : stay(booked.state);
}
