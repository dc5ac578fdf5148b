import type { NextLevel } from '@tidegate/contracts/bot-executor/bot-history';
import type { Ladder } from '@tidegate/contracts/bot-executor/ladder';
import type { PlacedOrder, State } from '../engine/state.rules.ts';
import { isOpen } from '../engine/state.rules.ts';
import { div, fraction, mul, sub, toText, whole } from '../kernel/exact.rules.ts';
import { describeLadder } from '../ladder/ladder.rules.ts';
import type { DcaPlan } from '../ladder/plan.rules.ts';
import { type MarketRules, priceText, quantityText } from '../markets/markets.rules.ts';
import type { Plan } from '../strategies/plan.rules.ts';

export interface Levels {
  levels: NextLevel[];
  /** The ladder that they belong to; undefined where each is decided anew, or no price is known. */
  ladder: Ladder | undefined;
}

export const isLadder = (plan: Plan): plan is DcaPlan => 'averagingLevels' in plan;

/** Where the open trade's orders are and come; without an open trade those of one that would begin at `last`. */
export function levelsOf(plan: Plan, state: State, last: bigint | undefined): Levels {
  const { market } = plan;
  const exits = state.orders
    .filter(({ kind }) => kind !== 'base' && kind !== 'averaging')
    .map((order) => waiting(market, order, last));
  if (!isLadder(plan)) {
    const entries = state.orders.filter(({ kind }) => kind === 'base' || kind === 'averaging');
    return { levels: [...entries.map((order) => waiting(market, order, last)), ...exits], ladder: undefined };
  }
  const open = isOpen(state) && state.base.lots > 0n;
  const base = open ? state.base.value / state.base.lots : last;
  if (base === undefined || base <= 0n) return { levels: exits, ladder: undefined };
  const ladder = describeLadder(plan, base);
  const placed = new Map(state.orders.filter(({ kind }) => kind === 'averaging').map((order) => [order.level, order]));
  const levels = ladder.levels.map(({ index, price, quantity }): NextLevel => {
    const order = placed.get(index);
    return {
      index,
      kind: index === 0 ? 'base' : 'averaging',
      side: plan.long ? 'buy' : 'sell',
      state: order ? 'waiting' : open && index <= Math.max(0, state.level) ? 'filled' : 'planned',
      price: order ? priceText(market, order.ticks) : price,
      quantity: order ? quantityText(market, order.lots) : quantity,
      distancePercent: distance(market, order ? priceText(market, order.ticks) : price, last),
    };
  });
  return { levels: [...levels, ...exits], ladder };
}

const waiting = (market: MarketRules, order: PlacedOrder, last: bigint | undefined): NextLevel => ({
  index: order.level,
  kind: order.kind,
  side: order.side,
  state: 'waiting',
  price: priceText(market, order.ticks),
  quantity: quantityText(market, order.lots),
  distancePercent: distance(market, priceText(market, order.ticks), last),
});

function distance({ tick }: MarketRules, price: string, last: bigint | undefined): string | null {
  if (last === undefined || last <= 0n) return null;
  const from = mul(whole(last), tick);
  return toText(div(mul(sub(fraction(price), from), whole(100)), from), 2);
}
