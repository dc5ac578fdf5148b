import { newOrder, place } from '../engine/orders.rules.ts';
import {
  atTicks,
  type Decision,
  INITIAL,
  isEntry,
  type Obstacle,
  type PlacedOrder,
  type State,
  stay,
} from '../engine/state.rules.ts';
import { beats } from '../engine/trade-plan.rules.ts';
import { add, ceil, div, floor, sub, whole } from '../kernel/exact.rules.ts';
import { baseFits } from '../ladder/exit-parts.rules.ts';
import { type DcaPlan, entryTicks } from '../ladder/plan.rules.ts';
import { lotsFor, meetsMinimum } from '../markets/markets.rules.ts';

interface Moment {
  at: number;
  ticks: bigint;
}

/** Opens a trade with its base order, unless something prevents it. */
export function begin(state: State, moment: Moment, plan: DcaPlan): Decision {
  if (obstacleTo(state, moment, plan)) return stay(state);
  const trade = state.trade + 1;
  const { ticks } = moment;
  const { endedAt, position, refused, unbegun } = state;
  const lots = lotsFor(plan.baseSize, ticks);
  const order = newOrder(plan.long, { key: `${trade}:base`, kind: 'base', type: 'market', ticks, lots });
  return place(
    stay({ ...INITIAL, trade, endedAt, position, ...(refused || unbegun ? { refused, unbegun } : {}) }),
    order,
  );
}

/** Why no trade opens now, at this price. */
export function obstacleTo(state: State, { at, ticks }: Moment, plan: DcaPlan): Obstacle | undefined {
  const { trade, endedAt, refused, unbegun = 0, halted } = state;
  const { maxTrades, cooldownMs, minTicks, maxTicks } = plan.limits;
  if (maxTrades !== undefined && trade - unbegun >= maxTrades) return 'maxTrades';
  if (halted || (refused?.until !== undefined && at < refused.until)) return 'refused';
  if (endedAt !== undefined && cooldownMs > 0 && at < endedAt + cooldownMs) return 'cooldown';
  if (ticks < minTicks || (maxTicks !== undefined && ticks > maxTicks)) return 'priceRange';
  // The price has moved so far that the base order is below the minimum: wait, never clamp up.
  return baseFits(plan, ticks, lotsFor(plan.baseSize, ticks)) ? undefined : 'belowMinimum';
}

/**
 * Averaging orders that may wait now. From the base price all are known at once, up to the limit of active orders; from
 * the last fill only the next one is. One that is too far from the price for the exchange is deferred until the price,
 * by default the last fill's, is nearer.
 */
export function placeEntries(start: State, plan: DcaPlan, price = lastPrice(start)): Decision {
  if (start.halted) return stay(start);
  const fromBase = plan.settings.averagingOrders.deviationFrom === 'base';
  let room = plan.activeLimit - start.orders.filter(({ kind }) => kind === 'averaging').length;
  let decision = stay(start.entryFrom === undefined ? start : { ...start, entryFrom: undefined });
  for (const level of plan.averagingLevels.slice(start.planned)) {
    if (room <= 0) break;
    const { state } = decision;
    const ticks = entryTicks(plan, level, fromBase ? state.base : state.last);
    const entryFrom = bandTicks(plan, ticks);
    if (entryFrom !== undefined && beats(plan, price, entryFrom))
      return { ...decision, state: { ...state, entryFrom } };
    const lots = lotsFor(level.size, ticks);
    const key = `${state.trade}:averaging:${level.index}`;
    const order = newOrder(plan.long, { key, kind: 'averaging', type: 'limit', level: level.index, ticks, lots });
    const fits = meetsMinimum(plan.market, ticks, lots) && !isTooMuch(state, lots, plan);
    decision = fits ? place(decision, order) : skip(decision, order, fromBase);
    decision = { ...decision, state: { ...decision.state, planned: level.index } };
    if (fits) room -= 1;
  }
  return decision;
}

const lastPrice = ({ lastFill: { value, lots } }: State): bigint => (lots === 0n ? 0n : value / lots);

/** Together with what is open and ordered, no single order could close it. */
function isTooMuch({ orders, position }: State, lots: bigint, { market: { venue } }: DcaPlan): boolean {
  if (venue?.maxLots === undefined) return false;
  const ordered = orders.filter(isEntry).reduce((sum, order) => sum + order.lots - order.filled.lots, 0n);
  return position.lots + ordered + lots > venue.maxLots;
}

/** The price from which on the exchange takes a limit at these ticks; undefined when it takes it at any. */
function bandTicks({ long, market: { venue } }: DcaPlan, ticks: bigint): bigint | undefined {
  if (!venue?.band) return undefined;
  const nearest = div(whole(ticks), long ? sub(whole(1), venue.band) : add(whole(1), venue.band));
  return long ? floor(nearest) : ceil(nearest);
}

/** From the last fill, the next one's distance is measured from where this one would have been. */
function skip({ state, intents }: Decision, order: PlacedOrder, fromBase: boolean): Decision {
  return {
    state: fromBase ? state : { ...state, last: atTicks(order.ticks), level: order.level },
    intents: [...intents, { type: 'skip', order }],
  };
}
