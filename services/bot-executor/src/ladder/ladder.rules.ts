import type { LadderLevel } from '@tidegate/contracts/bot-executor/markets';
import type { BotSettings } from '@tidegate/contracts/bot-executor/settings';
import {
  add,
  ceil,
  compare,
  div,
  type Fraction,
  floor,
  fraction,
  mul,
  power,
  sub,
  toText,
  whole,
} from '../engine/exact.rules.ts';
import { type MarketRules, priceText, quantityText, unitValue } from '../markets/markets.rules.ts';

/*
 * The ladder of a DCA bot. With s = +1 for long and -1 for short, k = 1..N:
 *   deviation    cum_k = dev × (1 + step + … + step^(k-1))   percent, from the base order's price
 *   price        p_k = P0 × (1 - s × cum_k / 100), or from the last fill p_(k-1) × (1 - s × dev × step^(k-1) / 100)
 *   size         v_k = size × volume^(k-1) in quote, q_k = v_k / p_k
 *   average      Σ q_i p_i / Σ q_i over actual fills (weighting prices by quote amounts would be wrong)
 *   take profit  average × (1 + s × tp); of the base order: (cost + s × tp × base) / quantity; net of fees f on both
 *                sides: long cost (1 + f + tp) / (quantity (1 - f)), short cost (1 - f - tp) / (quantity (1 + f))
 * Rounding never crosses the planned level: entries long down, short up; exits long up, short down; quantities down.
 * Source: trading.md 3.1 to 3.4; the closed form is the one that 3Commas documents.
 */
const ONE = whole(1);
const HUNDRED = whole(100);

export interface Plan {
  settings: BotSettings;
  market: MarketRules;
}

/** +1 for long, -1 for short. */
export const sign = ({ settings }: Plan): Fraction => whole(settings.direction === 'long' ? 1 : -1);

/** Percent below (long) or above (short) the base order's price; `k` from 1. */
export function deviation({ settings }: Plan, k: number): Fraction {
  const { deviationPercent, stepScale } = settings.averagingOrders;
  const step = fraction(stepScale);
  let sum = whole(0);
  for (let j = 0; j < k; j += 1) sum = add(sum, power(step, j));
  return mul(fraction(deviationPercent), sum);
}

/** Price of averaging order `k` in ticks; `last` is the fill before it. */
export function entryTicks(plan: Plan, k: number, base: bigint, last: bigint): bigint {
  const { deviationPercent, stepScale, deviationFrom } = plan.settings.averagingOrders;
  const fromBase = deviationFrom === 'base';
  const percent = fromBase ? deviation(plan, k) : mul(fraction(deviationPercent), power(fraction(stepScale), k - 1));
  const exact = mul(whole(fromBase ? base : last), sub(ONE, mul(sign(plan), div(percent, HUNDRED))));
  return plan.settings.direction === 'long' ? floor(exact) : ceil(exact);
}

/** Quantity in lots of an order of `size` quote at a price in ticks; rounded down, never up to a minimum. */
export const lotsFor = (plan: Plan, size: Fraction, ticks: bigint): bigint =>
  ticks <= 0n ? 0n : floor(div(size, mul(whole(ticks), unitValue(plan.market))));

/** Size in quote of averaging order `k`. */
export const entrySize = ({ settings }: Plan, k: number): Fraction =>
  mul(fraction(settings.averagingOrders.size), power(fraction(settings.averagingOrders.volumeScale), k - 1));

/** `cost` is Σ ticks × lots, `lots` Σ lots of the fills so far. */
export function takeProfitTicks(plan: Plan, cost: bigint, lots: bigint): bigint {
  const { percent, basis, includeFees } = plan.settings.takeProfit;
  const tp = div(fraction(percent), HUNDRED);
  const s = sign(plan);
  const long = plan.settings.direction === 'long';
  const fee: Fraction = { n: BigInt(includeFees ? plan.market.feePpm : 0), d: 1_000_000n };
  // Gain wanted, in ticks × lots.
  const wanted =
    basis === 'average'
      ? mul(whole(cost), tp)
      : mul(tp, div(fraction(plan.settings.baseOrder), unitValue(plan.market)));
  const gross = add(whole(cost), mul(s, add(wanted, mul(whole(cost), fee))));
  const exact = div(gross, mul(whole(lots), long ? sub(ONE, fee) : add(ONE, fee)));
  return long ? ceil(exact) : floor(exact);
}

export const meetsMinimum = ({ market }: Plan, ticks: bigint, lots: bigint): boolean =>
  compare(mul(whole(lots), fraction(market.lotSize)), fraction(market.minQuantity)) >= 0 &&
  compare(mul(whole(ticks * lots), unitValue(market)), fraction(market.minNotional)) >= 0;

export interface Level {
  index: number;
  ticks: bigint;
  lots: bigint;
}

/** The base order and every averaging order at a base price, as if each filled at its level. */
export function ladder(plan: Plan, base: bigint): Level[] {
  const levels: Level[] = [{ index: 0, ticks: base, lots: lotsFor(plan, fraction(plan.settings.baseOrder), base) }];
  for (let k = 1; k <= plan.settings.averagingOrders.count; k += 1) {
    const ticks = entryTicks(plan, k, base, levels[k - 1]?.ticks ?? base);
    levels.push({ index: k, ticks, lots: lotsFor(plan, entrySize(plan, k), ticks) });
  }
  return levels;
}

/** The ladder as customers read it, and the capital that all of it needs with the fees of entry. */
export function describeLadder(plan: Plan, base: bigint): { levels: LadderLevel[]; capital: string } {
  const { market } = plan;
  let [cost, lots] = [0n, 0n];
  const value = (units: bigint): Fraction => mul(whole(units), unitValue(market));
  const levels = ladder(plan, base).map((level) => {
    cost += level.ticks * level.lots;
    lots += level.lots;
    return {
      index: level.index,
      deviationPercent: toText(level.index === 0 ? whole(0) : deviation(plan, level.index)),
      price: priceText(market, level.ticks),
      size: toText(value(level.ticks * level.lots), 18),
      quantity: quantityText(market, level.lots),
      totalQuantity: quantityText(market, lots),
      totalSize: toText(value(cost), 18),
      averagePrice: lots === 0n ? '0' : toText(mul({ n: cost, d: lots }, fraction(market.tickSize)), 8),
      takeProfitPrice: lots === 0n ? '0' : priceText(market, takeProfitTicks(plan, cost, lots)),
    };
  });
  const fees = mul(value(cost), { n: BigInt(market.feePpm), d: 1_000_000n });
  return { levels, capital: toText(add(value(cost), fees), 18) };
}
