import type { BotSettings } from '@tidegate/contracts/bot-executor/settings';
import { add, ceil, compare, div, type Fraction, floor, fraction, mul, sub, whole } from '../engine/exact.rules.ts';
import type { MarketRules } from '../markets/markets.rules.ts';

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
const HUNDRED = whole(100);
const MILLION = 1_000_000n;
const HOUR_MS = 3_600_000;

/** What the settings say about one averaging order, worked out once. */
export interface Rung {
  index: number;
  /** From the base order's price (or the fill before), in percent. */
  deviationPercent: Fraction;
  /** The order's price is this part of the base order's price (or of the fill before). */
  factor: Fraction;
  /** In tick × lots. */
  size: Fraction;
}

export interface Plan {
  settings: BotSettings;
  market: MarketRules;
  long: boolean;
  /** In tick × lots. */
  baseSize: Fraction;
  rungs: readonly Rung[];
  /** Part of the cost (or of the base order) that is to be gained, and the fee of a fill that it is net of. */
  profit: Fraction;
  fee: Fraction;
  /** Partial exits before the last one, nearest first. */
  steps: readonly TakeProfitStep[];
  /** How far behind the best price the trailing exit is. */
  trail: Fraction | undefined;
  stop: StopPlan | undefined;
  leverage: Fraction | undefined;
  /** Part of a future's value that changes hands at each funding, and how often, in milliseconds. */
  funding: { ppm: bigint; everyMs: number } | undefined;
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

export function planOf(settings: BotSettings, market: MarketRules): Plan {
  const { percent, includeFees, trailingPercent } = settings.takeProfit;
  const { stopLoss, futures } = settings;
  return {
    settings,
    market,
    long: settings.direction === 'long',
    baseSize: div(fraction(settings.baseOrder), market.unit),
    rungs: rungsOf(settings, market),
    profit: percentOf(percent),
    fee: { n: BigInt(includeFees ? market.feePpm : 0), d: MILLION },
    steps: stepsOf(settings),
    trail: trailingPercent === undefined ? undefined : percentOf(trailingPercent),
    stop: stopLoss && {
      basis: stopLoss.basis,
      distance: percentOf(stopLoss.percent),
      breakEvenAt: stopLoss.breakEvenAtPercent === undefined ? undefined : percentOf(stopLoss.breakEvenAtPercent),
      timeoutMs: stopLoss.timeoutSeconds === undefined ? undefined : stopLoss.timeoutSeconds * 1_000,
    },
    leverage: futures && fraction(futures.leverage),
    funding: fundingOf(settings),
    limits: limitsOf(settings, market),
  };
}

const percentOf = (text: string): Fraction => div(fraction(text), HUNDRED);

function stepsOf({ takeProfit: { steps = [] } }: BotSettings): TakeProfitStep[] {
  let sharesSoFar = whole(0);
  return steps.map(({ percent, sharePercent }, index) => {
    const share = percentOf(sharePercent);
    sharesSoFar = add(sharesSoFar, share);
    return { index: index + 1, profit: percentOf(percent), share, sharesSoFar };
  });
}

function fundingOf({ futures }: BotSettings): Plan['funding'] {
  if (!futures) return undefined;
  // At most four decimals of a percentage: whole millionths.
  const ppm = floor(mul(percentOf(futures.fundingRatePercent), whole(MILLION)));
  return ppm === 0n ? undefined : { ppm, everyMs: futures.fundingEveryHours * HOUR_MS };
}

function limitsOf(
  { maxTrades, cooldownSeconds = 0, minPrice, maxPrice }: BotSettings,
  { tick }: MarketRules,
): TradeLimits {
  return {
    maxTrades,
    cooldownMs: cooldownSeconds * 1_000,
    minTicks: minPrice === undefined ? 0n : ceil(div(fraction(minPrice), tick)),
    maxTicks: maxPrice === undefined ? undefined : floor(div(fraction(maxPrice), tick)),
  };
}

function rungsOf({ direction, averagingOrders }: BotSettings, market: MarketRules): Rung[] {
  const { count, deviationFrom } = averagingOrders;
  const [stepScale, volumeScale] = [fraction(averagingOrders.stepScale), fraction(averagingOrders.volumeScale)];
  const rungs: Rung[] = [];
  let step = fraction(averagingOrders.deviationPercent);
  let size = div(fraction(averagingOrders.size), market.unit);
  let total = whole(0);
  for (let index = 1; index <= count; index += 1) {
    total = add(total, step);
    const deviationPercent = deviationFrom === 'base' ? total : step;
    const distance = div(deviationPercent, HUNDRED);
    const factor = direction === 'long' ? sub(ONE, distance) : add(ONE, distance);
    rungs.push({ index, deviationPercent, factor, size });
    step = mul(step, stepScale);
    size = mul(size, volumeScale);
  }
  return rungs;
}

/** An average price in ticks that need not be whole: tick × lots over lots. */
export interface PricePoint {
  value: bigint;
  lots: bigint;
}

export const atTicks = (ticks: bigint): PricePoint => ({ value: ticks, lots: 1n });

/** Price of a rung in ticks; `reference` is the base order's fill, or the fill (or skipped level) before. */
export function entryTicks({ long }: Plan, { factor }: Rung, reference: PricePoint): bigint {
  const exact = { n: reference.value * factor.n, d: reference.lots * factor.d };
  return long ? floor(exact) : ceil(exact);
}

/** Quantity in lots of an order of `size` tick × lots; rounded down, never up to a minimum. */
export const lotsFor = (size: Fraction, ticks: bigint): bigint =>
  ticks <= 0n ? 0n : floor({ n: size.n, d: size.d * ticks });

export const meetsMinimum = ({ minLots, minValue }: MarketRules, ticks: bigint, lots: bigint): boolean =>
  lots >= minLots && ticks * lots >= minValue;

/** What is open, in tick × lots and lots, its part of everything entered, and the part that is to be gained. */
export interface Wanted {
  cost: Fraction;
  lots: bigint;
  share?: Fraction;
  profit: Fraction;
}

/** Where what is open is closed with the wanted profit. */
export function takeProfitTicks(plan: Plan, { cost, lots, share = ONE, profit }: Wanted): bigint {
  const { long, fee } = plan;
  const basis = plan.settings.takeProfit.basis === 'average' ? cost : mul(plan.baseSize, share);
  const gain = add(mul(basis, profit), mul(cost, fee));
  const gross = long ? add(cost, gain) : sub(cost, gain);
  const exact = div(gross, mul(whole(lots), long ? sub(ONE, fee) : add(ONE, fee)));
  return long ? ceil(exact) : floor(exact);
}

interface Open {
  cost: Fraction;
  lots: bigint;
}

/** The base order's fill, and that of the last entry. */
interface Entries {
  base: PricePoint;
  lastFill: PricePoint;
}

/** Where the average has gained this part, before fees. */
export function profitTicks({ long }: Plan, { cost, lots }: Open, profit: Fraction): bigint {
  const exact = div(mul(cost, long ? add(ONE, profit) : sub(ONE, profit)), whole(lots));
  return long ? ceil(exact) : floor(exact);
}

/** Where the stop loss stands; undefined without one. A long cannot fall to a price of zero. */
export function stopLossTicks(plan: Plan, { base, lastFill, cost, lots }: Open & Entries): bigint | undefined {
  if (!plan.stop) return undefined;
  const basis = { base, lastFill, average: { value: cost.n, lots: cost.d * lots } }[plan.stop.basis];
  const ticks = stopTicks(plan, basis, plan.stop.distance);
  return ticks > 0n ? ticks : undefined;
}

/** So far on the losing side of a price. */
export function stopTicks(plan: Plan, basis: PricePoint, distance: Fraction): bigint {
  return triggerTicks(
    plan,
    mul({ n: basis.value, d: basis.lots }, plan.long ? sub(ONE, distance) : add(ONE, distance)),
  );
}

/** Behind the best price by the distance, and by a tick at least. */
export function trailTicks(plan: Plan, best: bigint, distance: Fraction): bigint {
  const level = stopTicks(plan, atTicks(best), distance);
  const nearest = plan.long ? best - 1n : best + 1n;
  return plan.long === level < nearest ? level : nearest;
}

/** Rounded to where it triggers earlier. */
const triggerTicks = ({ long }: Plan, exact: Fraction): bigint => (long ? ceil(exact) : floor(exact));

/** The first price at which closing pays both fees. */
export function breakEvenTicks({ long, market }: Plan, cost: Fraction, lots: bigint): bigint {
  const ppm = BigInt(market.feePpm);
  return long
    ? ceil({ n: cost.n * (MILLION + ppm), d: cost.d * lots * (MILLION - ppm) })
    : floor({ n: cost.n * (MILLION - ppm), d: cost.d * lots * (MILLION + ppm) });
}

/** Where the exchange takes a leveraged position away; undefined without leverage. */
export function liquidationTicks(plan: Plan, { cost, lots }: Open): bigint | undefined {
  if (!plan.leverage) return undefined;
  const kept = sub(div(ONE, plan.leverage), { n: BigInt(plan.market.maintenancePpm), d: MILLION });
  return triggerTicks(plan, div(mul(cost, plan.long ? sub(ONE, kept) : add(ONE, kept)), whole(lots)));
}

/** Where nothing of the margin is left: what a liquidation is settled at. */
export function bankruptcyTicks({ long, leverage = ONE }: Plan, { cost, lots }: Open): bigint {
  const margin = div(ONE, leverage);
  const exact = div(mul(cost, long ? sub(ONE, margin) : add(ONE, margin)), whole(lots));
  return long ? floor(exact) : ceil(exact);
}

/** What closing at a price leaves after both fees, in money units. Above zero is a profit. */
export function netAt({ long, market }: Plan, cost: Fraction, lots: bigint, ticks: bigint): Fraction {
  const ppm = BigInt(market.feePpm);
  const exit = whole(ticks * lots);
  const gross = long ? sub(exit, cost) : sub(cost, exit);
  return sub(mul(gross, whole(MILLION)), mul(add(exit, cost), whole(ppm)));
}

export const isProfit = (net: Fraction): boolean => compare(net, whole(0)) > 0;
