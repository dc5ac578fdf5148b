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
 * Rounding never crosses the planned level: entries long down, short up; exits long up, short down; quantities down,
 * and never up to a minimum.
 * Source: trading.md 3.1, 3.3 and 3.4; the closed form of cum_k is the one that 3Commas documents.
 */
const ONE = whole(1);
const HUNDRED = whole(100);
const MILLION = 1_000_000n;

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
}

export function planOf(settings: BotSettings, market: MarketRules): Plan {
  const { percent, includeFees } = settings.takeProfit;
  return {
    settings,
    market,
    long: settings.direction === 'long',
    baseSize: div(fraction(settings.baseOrder), market.unit),
    rungs: rungsOf(settings, market),
    profit: div(fraction(percent), HUNDRED),
    fee: { n: BigInt(includeFees ? market.feePpm : 0), d: MILLION },
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

/**
 * Where the whole position is closed with the wanted profit. `cost` is what is open, in tick × lots; `share` is the
 * part of everything entered that is still open.
 */
export function takeProfitTicks(plan: Plan, cost: Fraction, lots: bigint, share: Fraction = ONE): bigint {
  const { long, fee, profit } = plan;
  const basis = plan.settings.takeProfit.basis === 'average' ? cost : mul(plan.baseSize, share);
  const gain = add(mul(basis, profit), mul(cost, fee));
  const gross = long ? add(cost, gain) : sub(cost, gain);
  const exact = div(gross, mul(whole(lots), long ? sub(ONE, fee) : add(ONE, fee)));
  return long ? ceil(exact) : floor(exact);
}

/** The first price at which closing pays both fees. */
export function breakEvenTicks({ long, market }: Plan, cost: bigint, lots: bigint): bigint {
  const ppm = BigInt(market.feePpm);
  return long
    ? ceil({ n: cost * (MILLION + ppm), d: lots * (MILLION - ppm) })
    : floor({ n: cost * (MILLION - ppm), d: lots * (MILLION + ppm) });
}

/** What closing at a price leaves after both fees, in money units. Above zero is a profit. */
export function netAt({ long, market }: Plan, cost: Fraction, lots: bigint, ticks: bigint): Fraction {
  const ppm = BigInt(market.feePpm);
  const exit = whole(ticks * lots);
  const gross = long ? sub(exit, cost) : sub(cost, exit);
  return sub(mul(gross, whole(MILLION)), mul(add(exit, cost), whole(ppm)));
}

export const isProfit = (net: Fraction): boolean => compare(net, whole(0)) > 0;
