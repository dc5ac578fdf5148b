import type { DcaSettings } from '@tidegate/contracts/bot-executor/settings';
import { atTicks, type PricePoint } from '../engine/state.rules.ts';
import { type Open, percentOf, type TradePlan, tradePlanOf, triggerTicks } from '../engine/trade-plan.rules.ts';
import { add, ceil, compare, div, type Fraction, floor, fraction, mul, sub, whole } from '../kernel/exact.rules.ts';
import type { MarketRules } from '../markets/markets.rules.ts';
import { onStep } from '../markets/venue.rules.ts';

/*
 * The ladder of a DCA bot. With s = +1 for long and -1 for short, k = 1..N, dev in percent:
 *   from the base order   p_k = P0 × (1 - s × cum_k / 100),  cum_k = dev × (1 + step + … + step^(k-1))
 *   from the last fill    p_k = p_(k-1) × (1 - s × dev × step^(k-1) / 100)
 *   size                  v_k = size × volume^(k-1) in quote, q_k = v_k / p_k
 *   average               Σ q_i f_i / Σ q_i over actual fills f_i (weighting prices by quote amounts would be wrong)
 *   take profit           average × (1 + s × tp); of the base order: (cost + s × tp × base) / quantity
 *   net of fees f         long cost × (1 + f + tp) / (quantity × (1 - f)), short cost × (1 - f - tp) / (quantity × (1 + f))
 *   stop loss             basis × (1 - s × sl), basis one of the base order's price, the average, or the last entry's
 *   trailing exit         best price since the take profit was reached × (1 - s × trail)
 *   liquidation           average × (1 - s / L + s × m) with leverage L and maintenance margin m (isolated, entry-based);
 *                         the whole margin is lost at average × (1 - s / L)
 * Rounding never crosses the planned level: entries long down, short up; exits long up, short down; stops and
 * liquidation towards where they trigger earlier; quantities down, and never up to a minimum.
 * Source: trading.md 3.1, 3.3, 3.4 and 3.5; the closed form of cum_k is the one that 3Commas documents.
 */
const ONE = whole(1);
const MILLION = 1_000_000n;

/** What the settings say about one averaging order, worked out once. */
export interface AveragingLevel {
  index: number;
  /** From the base order's price (or the fill before), in percent. */
  deviationPercent: Fraction;
  /** The order's price is this part of the base order's price (or of the fill before). */
  factor: Fraction;
  /** In tick × lots. */
  size: Fraction;
}

export interface DcaPlan extends TradePlan {
  strategy: 'dca';
  settings: DcaSettings;
  /** In tick × lots. */
  baseSize: Fraction;
  averagingLevels: readonly AveragingLevel[];
  /** Averaging orders that may wait at the exchange at a time. */
  activeLimit: number;
  /** Part of the cost (or of the base order) that is to be gained, and the fee of a fill that it is net of. */
  profit: Fraction;
  fee: Fraction;
  /** The same of entries: nothing where it is taken from the purchase, which is then in the quantity. */
  entryFee: Fraction;
  /** Partial exits before the last one, nearest first. */
  steps: readonly TakeProfitStep[];
  /** How far behind the best price the trailing exit is. */
  trail: Fraction | undefined;
  stop: StopPlan | undefined;
  limits: TradeLimits;
}

export interface TakeProfitStep {
  /** From 1. */
  index: number;
  profit: Fraction;
  /** Of the whole position; `sharesSoFar` with this one and all before it. */
  share: Fraction;
  sharesSoFar: Fraction;
}

export interface StopPlan {
  basis: 'base' | 'average' | 'lastFill';
  distance: Fraction;
  breakEvenAt: Fraction | undefined;
  timeoutMs: number | undefined;
}

export interface TradeLimits {
  maxTrades: number | undefined;
  cooldownMs: number;
  /** A trade begins from here on up to there. */
  minTicks: bigint;
  maxTicks: bigint | undefined;
}

export function planOf(settings: DcaSettings, market: MarketRules): DcaPlan {
  const { percent, includeFees, trailingPercent } = settings.takeProfit;
  const { stopLoss } = settings;
  return {
    ...tradePlanOf(settings, market),
    strategy: 'dca',
    settings,
    baseSize: div(fraction(settings.baseOrder), market.unit),
    averagingLevels: averagingLevelsOf(settings, market),
    activeLimit: activeLimitOf(settings, market),
    profit: percentOf(percent),
    fee: { n: BigInt(includeFees ? market.feePpm : 0), d: MILLION },
    entryFee: { n: BigInt(includeFees ? entryPpm(market) : 0), d: MILLION },
    steps: stepsOf(settings),
    trail: trailingPercent === undefined ? undefined : percentOf(trailingPercent),
    stop: stopLoss && {
      basis: stopLoss.basis,
      distance: percentOf(stopLoss.percent),
      breakEvenAt: stopLoss.breakEvenAtPercent === undefined ? undefined : percentOf(stopLoss.breakEvenAtPercent),
      timeoutMs: stopLoss.timeoutSeconds === undefined ? undefined : stopLoss.timeoutSeconds * 1_000,
    },
    limits: limitsOf(settings, market),
  };
}

function stepsOf({ takeProfit: { steps = [] } }: DcaSettings): TakeProfitStep[] {
  let sharesSoFar = whole(0);
  return steps.map(({ percent, sharePercent }, index) => {
    const share = percentOf(sharePercent);
    sharesSoFar = add(sharesSoFar, share);
    return { index: index + 1, profit: percentOf(percent), share, sharesSoFar };
  });
}

function limitsOf(
  { maxTrades, cooldownSeconds = 0, minPrice, maxPrice }: DcaSettings,
  { tick }: MarketRules,
): TradeLimits {
  return {
    maxTrades,
    cooldownMs: cooldownSeconds * 1_000,
    minTicks: minPrice === undefined ? 0n : ceil(div(fraction(minPrice), tick)),
    maxTicks: maxPrice === undefined ? undefined : floor(div(fraction(maxPrice), tick)),
  };
}

/** From the last fill one at a time; beside the exits there is room for as many as the exchange allows. */
function activeLimitOf({ averagingOrders, takeProfit, stopLoss }: DcaSettings, { venue }: MarketRules): number {
  const { deviationFrom, activeLimit = averagingOrders.count } = averagingOrders;
  const wanted = deviationFrom === 'base' ? activeLimit : 1;
  if (venue?.maxOrders === undefined) return wanted;
  const exits = (takeProfit.steps?.length ?? 0) + 1 + (stopLoss ? 1 : 0);
  return Math.min(wanted, venue.maxOrders - exits);
}

function averagingLevelsOf({ direction, averagingOrders }: DcaSettings, market: MarketRules): AveragingLevel[] {
  const { count, deviationFrom } = averagingOrders;
  const [stepScale, volumeScale] = [fraction(averagingOrders.stepScale), fraction(averagingOrders.volumeScale)];
  const averagingLevels: AveragingLevel[] = [];
  let step = fraction(averagingOrders.deviationPercent);
  let size = div(fraction(averagingOrders.size), market.unit);
  let total = whole(0);
  for (let index = 1; index <= count; index += 1) {
    total = add(total, step);
    const deviationPercent = deviationFrom === 'base' ? total : step;
    const distance = div(deviationPercent, whole(100));
    const factor = direction === 'long' ? sub(ONE, distance) : add(ONE, distance);
    averagingLevels.push({ index, deviationPercent, factor, size });
    step = mul(step, stepScale);
    size = mul(size, volumeScale);
  }
  return averagingLevels;
}

/** Price of a level in ticks; `reference` is the base order's fill, or the fill (or skipped level) before. */
export function entryTicks({ long, market }: DcaPlan, { factor }: AveragingLevel, reference: PricePoint): bigint {
  const exact = { n: reference.value * factor.n, d: reference.lots * factor.d };
  return onStep(market, long ? floor(exact) : ceil(exact), !long);
}

/** What is open, in tick × lots and lots, its part of everything entered, and the part that is to be gained. */
export interface Wanted {
  cost: Fraction;
  lots: bigint;
  share?: Fraction;
  profit: Fraction;
}

/** Where what is open is closed with the wanted profit. */
export function takeProfitTicks(plan: DcaPlan, { cost, lots, share = ONE, profit }: Wanted): bigint {
  const { long, market, fee, entryFee } = plan;
  const basis = plan.settings.takeProfit.basis === 'average' ? cost : mul(plan.baseSize, share);
  const gain = add(mul(basis, profit), mul(cost, entryFee));
  const gross = long ? add(cost, gain) : sub(cost, gain);
  const exact = div(gross, mul(whole(lots), long ? sub(ONE, fee) : add(ONE, fee)));
  return onStep(market, long ? ceil(exact) : floor(exact), long);
}

/** The base order's fill, and that of the last entry. */
export interface Entries {
  base: PricePoint;
  lastFill: PricePoint;
}

/** Where the average has gained this part, before fees. */
export function profitTicks({ long }: DcaPlan, { cost, lots }: Open, profit: Fraction): bigint {
  const exact = div(mul(cost, long ? add(ONE, profit) : sub(ONE, profit)), whole(lots));
  return long ? ceil(exact) : floor(exact);
}

/** Where the stop loss stands; undefined without one. A long cannot fall to a price of zero. */
export function stopLossTicks(plan: DcaPlan, { base, lastFill, cost, lots }: Open & Entries): bigint | undefined {
  if (!plan.stop) return undefined;
  const basis = { base, lastFill, average: { value: cost.n, lots: cost.d * lots } }[plan.stop.basis];
  const ticks = stopTicks(plan, basis, plan.stop.distance);
  return ticks > 0n ? ticks : undefined;
}

/** So far on the losing side of a price. */
export function stopTicks(plan: DcaPlan, basis: PricePoint, distance: Fraction): bigint {
  const exact = mul({ n: basis.value, d: basis.lots }, plan.long ? sub(ONE, distance) : add(ONE, distance));
  return onStep(plan.market, triggerTicks(plan, exact), plan.long);
}

/** Behind the best price by the distance, and by a tick at least. */
export function trailTicks(plan: DcaPlan, best: bigint, distance: Fraction): bigint {
  const level = stopTicks(plan, atTicks(best), distance);
  const nearest = plan.long ? onStep(plan.market, best - 1n, false) : onStep(plan.market, best + 1n, true);
  return plan.long === level < nearest ? level : nearest;
}

/** The first price at which closing pays both fees. */
export function breakEvenTicks({ long, market }: DcaPlan, cost: Fraction, lots: bigint): bigint {
  const [entry, exit] = [BigInt(entryPpm(market)), BigInt(market.feePpm)];
  const exact = long
    ? ceil({ n: cost.n * (MILLION + entry), d: cost.d * lots * (MILLION - exit) })
    : floor({ n: cost.n * (MILLION - entry), d: cost.d * lots * (MILLION + exit) });
  return onStep(market, exact, long);
}

/** Of an entry's value in millionths, where it is paid beside the purchase and not taken from it. */
export const entryPpm = ({ feePpm, feeFrom }: MarketRules): number => (feeFrom === 'received' ? 0 : feePpm);

/** What closing at a price leaves after both fees, in money units. Above zero is a profit. */
export function netAt({ long, market }: DcaPlan, cost: Fraction, lots: bigint, ticks: bigint): Fraction {
  const ppm = BigInt(market.feePpm);
  const exit = whole(ticks * lots);
  const gross = long ? sub(exit, cost) : sub(cost, exit);
  return sub(mul(gross, whole(MILLION)), mul(add(exit, cost), whole(ppm)));
}

export const isProfit = (net: Fraction): boolean => compare(net, whole(0)) > 0;
