import { newOrder, place } from '../engine/orders.rules.ts';
import {
  atTicks,
  type Decision,
  INITIAL,
  type Obstacle,
  type PlacedOrder,
  type State,
  stay,
} from '../engine/state.rules.ts';
import { baseFits } from '../ladder/exit-parts.rules.ts';
import { type DcaPlan, entryTicks } from '../ladder/plan.rules.ts';
import { lotsFor, meetsMinimum } from '../markets/markets.rules.ts';

interface Moment {
  at: number;
  ticks: bigint;
}

/** Begins a trade with its base order, unless something is in its way. */
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

/** Why no trade begins now, at this price. */
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
 * the last fill only the next one is.
 */
export function placeEntries(start: State, plan: DcaPlan): Decision {
  if (start.halted) return stay(start);
  const { deviationFrom, activeLimit = plan.rungs.length } = plan.settings.averagingOrders;
  const fromBase = deviationFrom === 'base';
  let room = (fromBase ? activeLimit : 1) - start.orders.filter(({ kind }) => kind === 'averaging').length;
  let decision = stay(start);
  for (const rung of plan.rungs.slice(start.planned)) {
    if (room <= 0) break;
    const { state } = decision;
    const ticks = entryTicks(plan, rung, fromBase ? state.base : state.last);
    const lots = lotsFor(rung.size, ticks);
    const key = `${state.trade}:averaging:${rung.index}`;
    const order = newOrder(plan.long, { key, kind: 'averaging', type: 'limit', rung: rung.index, ticks, lots });
    const fits = meetsMinimum(plan.market, ticks, lots);
    decision = fits ? place(decision, order) : skip(decision, order, fromBase);
    decision = { ...decision, state: { ...decision.state, planned: rung.index } };
    if (fits) room -= 1;
  }
  return decision;
}

/** From the last fill, the next one's distance is measured from where this one would have been. */
function skip({ state, intents }: Decision, order: PlacedOrder, fromBase: boolean): Decision {
  return {
    state: fromBase ? state : { ...state, last: atTicks(order.ticks), rung: order.rung },
    intents: [...intents, { type: 'skip', order }],
  };
}
