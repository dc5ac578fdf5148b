import type { Ladder, LadderLevel } from '@tidegate/contracts/bot-executor/ladder';
import { div, type Fraction, mul, sub, toText, whole } from '../engine/exact.rules.ts';
import { averageText, priceText, quantityText } from '../markets/markets.rules.ts';
import { atTicks, breakEvenTicks, entryTicks, lotsFor, type Plan, takeProfitTicks } from './plan.rules.ts';

export interface Level {
  index: number;
  ticks: bigint;
  lots: bigint;
}

/** The base order and every averaging order at a base price, each as if it filled at its level. */
export function ladder(plan: Plan, base: bigint): Level[] {
  const levels: Level[] = [{ index: 0, ticks: base, lots: lotsFor(plan.baseSize, base) }];
  const fromBase = plan.settings.averagingOrders.deviationFrom === 'base';
  for (const rung of plan.rungs) {
    const reference = fromBase ? base : (levels.at(-1)?.ticks ?? base);
    const ticks = entryTicks(plan, rung, atTicks(reference));
    levels.push({ index: rung.index, ticks, lots: lotsFor(rung.size, ticks) });
  }
  return levels;
}

/** The ladder as customers read it, and the capital that all of it needs with the fees of entry. */
export function describeLadder(plan: Plan, base: bigint): Ladder {
  const { market } = plan;
  let [cost, lots] = [0n, 0n];
  const levels = ladder(plan, base).map((level): LadderLevel => {
    cost += level.ticks * level.lots;
    lots += level.lots;
    const takeProfit = takeProfitTicks(plan, whole(cost), lots);
    return {
      index: level.index,
      deviationPercent: toText(distancePercent(plan, level, base)),
      price: priceText(market, level.ticks),
      size: valueText(plan, level.ticks * level.lots),
      quantity: quantityText(market, level.lots),
      totalQuantity: quantityText(market, lots),
      totalSize: valueText(plan, cost),
      averagePrice: averageText(market, whole(cost), lots),
      breakEvenPrice: priceText(market, breakEvenTicks(plan, cost, lots)),
      takeProfitPrice: priceText(market, takeProfit),
      reboundPercent: toText(percentBetween(level.ticks, takeProfit, plan.long), 6),
    };
  });
  const [total, fees] = [whole(cost), { n: cost * BigInt(market.feePpm), d: 1_000_000n }];
  return {
    market: market.market,
    currency: market.quote,
    price: priceText(market, base),
    levels,
    capital: toText(mul({ n: total.n * fees.d + fees.n, d: fees.d }, market.unit), 24),
    fees: toText(mul(fees, market.unit), 24),
  };
}

const valueText = ({ market }: Plan, value: bigint): string => toText(mul(whole(value), market.unit), 24);

/** As planned when it is known from the base order; from fills it follows from the rounded prices. */
function distancePercent(plan: Plan, { index, ticks }: Level, base: bigint): Fraction {
  if (index === 0) return whole(0);
  const rung = plan.rungs[index - 1];
  if (rung && plan.settings.averagingOrders.deviationFrom === 'base') return rung.deviationPercent;
  return percentBetween(ticks, base, plan.long, base);
}

/** How far `to` lies above `from` (below it for short), in percent of `of`. */
const percentBetween = (from: bigint, to: bigint, long: boolean, of = from): Fraction =>
  div(mul(sub(whole(to), whole(from)), whole(long ? 100 : -100)), whole(of));
