import type { Ladder, LadderLevel } from '@tidegate/contracts/bot-executor/ladder';
import { atTicks } from '../engine/state.rules.ts';
import { add, div, type Fraction, mul, sub, toText, whole } from '../kernel/exact.rules.ts';
import { averageText, lotsFor, priceText, quantityText } from '../markets/markets.rules.ts';
import { exposures, worstLoss } from './margin.rules.ts';
import { breakEvenTicks, type DcaPlan, entryTicks, takeProfitTicks } from './plan.rules.ts';

const MILLION = 1_000_000n;

export interface Level {
  index: number;
  ticks: bigint;
  lots: bigint;
}

/** The base order and every averaging order at a base price, each as if it filled at its level. */
export function ladder(plan: DcaPlan, base: bigint): Level[] {
  const levels: Level[] = [{ index: 0, ticks: base, lots: lotsFor(plan.baseSize, base) }];
  const fromBase = plan.settings.averagingOrders.deviationFrom === 'base';
  for (const level of plan.averagingLevels) {
    const reference = fromBase ? base : (levels.at(-1)?.ticks ?? base);
    const ticks = entryTicks(plan, level, atTicks(reference));
    levels.push({ index: level.index, ticks, lots: lotsFor(level.size, ticks) });
  }
  return levels;
}

/** The ladder as customers read it, and the capital that all of it needs with the fees of entry. */
export function describeLadder(plan: DcaPlan, base: bigint): Ladder {
  const { market } = plan;
  const all = ladder(plan, base);
  const levels = exposures(plan, all).map((level): LadderLevel => {
    const [cost, lots] = [whole(level.cost), level.totalLots];
    const takeProfit = takeProfitTicks(plan, { cost, lots, profit: plan.profit });
    return {
      index: level.index,
      deviationPercent: toText(distancePercent(plan, level, base)),
      price: priceText(market, level.ticks),
      size: valueText(plan, whole(level.ticks * level.lots)),
      quantity: quantityText(market, level.lots),
      totalQuantity: quantityText(market, lots),
      totalSize: valueText(plan, cost),
      averagePrice: averageText(market, cost, lots),
      breakEvenPrice: priceText(market, breakEvenTicks(plan, cost, lots)),
      takeProfitPrice: priceText(market, takeProfit),
      stopLossPrice: level.stop === undefined ? null : priceText(market, level.stop),
      liquidationPrice: level.liquidation === undefined ? null : priceText(market, level.liquidation),
      reboundPercent: toText(percentBetween(level.ticks, takeProfit, plan.long), 6),
    };
  });
  const cost = whole(all.reduce((sum, { ticks, lots }) => sum + ticks * lots, 0n));
  const fees = mul(cost, { n: BigInt(market.feePpm), d: MILLION });
  const loss = worstLoss(plan, all);
  return {
    market: market.market,
    currency: market.quote,
    price: priceText(market, base),
    levels,
    capital: valueText(plan, add(cost, fees)),
    fees: valueText(plan, fees),
    margin: valueText(plan, add(plan.leverage ? div(cost, plan.leverage) : cost, fees)),
    worstLoss: loss === undefined ? null : valueText(plan, div(loss, whole(MILLION))),
  };
}

/** Of tick × lots. */
const valueText = ({ market }: DcaPlan, value: Fraction): string => toText(mul(value, market.unit), 24);

/** As planned when it is known from the base order; from fills it follows from the rounded prices. */
function distancePercent(plan: DcaPlan, { index, ticks }: Level, base: bigint): Fraction {
  if (index === 0) return whole(0);
  const level = plan.averagingLevels[index - 1];
  if (level && plan.settings.averagingOrders.deviationFrom === 'base') return level.deviationPercent;
  return percentBetween(ticks, base, plan.long, base);
}

/** How far `to` lies above `from` (below it for short), in percent of `of`. */
const percentBetween = (from: bigint, to: bigint, long: boolean, of = from): Fraction =>
  div(mul(sub(whole(to), whole(from)), whole(long ? 100 : -100)), whole(of));
