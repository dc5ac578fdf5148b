import type { DcaSettings } from '@tidegate/contracts/bot-executor/settings';
import { type FieldError, faultAt, invalidFields, type ProblemError } from '@tidegate/contracts/kernel/problem';
import { add, compare, fraction, mul, toText, whole } from '../kernel/exact.rules.ts';
import { type MarketRules, meetsMinimum, priceText } from '../markets/markets.rules.ts';
import { exitFaults, leverageFaults, limitFaults, minimumFault, venueFaults } from './check-exits.rules.ts';
import { type Level, ladder } from './ladder.rules.ts';
import {
  type AveragingLevel,
  type DcaPlan,
  isProfit,
  netAt,
  planOf,
  takeProfitTicks,
  trailTicks,
} from './plan.rules.ts';

/*
 * Settings that cannot work are refused before a bot exists, each fault with its field and what to do. Sizes are
 * judged at a price: the one that the bot will meet first. Later a price may still make an order too small; it is then
 * skipped, never enlarged.
 */
const FIELD = {
  baseOrder: '/settings/baseOrder',
  size: '/settings/averagingOrders/size',
  deviation: '/settings/averagingOrders/deviationPercent',
  step: '/settings/averagingOrders/stepScale',
  volume: '/settings/averagingOrders/volumeScale',
  profit: '/settings/takeProfit/percent',
} as const;

/** A short ladder may reach at most eleven times the base price: 1000 % away. */
const MAX_RISE = 11n;
/** In the quote currency. */
const MAX_CAPITAL = whole(10n ** 12n);

/** The plan of settings that can work at the price given in ticks; else a refusal that says all that is wrong. */
export function checkedPlan(settings: DcaSettings, ticks: bigint, market: MarketRules): DcaPlan {
  const plan = planOf(settings, market);
  const refusal = checkSettings(plan, ticks);
  if (refusal) throw refusal;
  return plan;
}

export function checkSettings(plan: DcaPlan, base: bigint): ProblemError | undefined {
  const faults = [...shapeFaults(plan), ...profitFaults(plan), ...exitFaults(plan), ...limitFaults(plan)];
  // Levels are walked only when the ladder and the profit make sense.
  if (faults.length === 0) {
    const levels = ladder(plan, base);
    faults.push(...levelFaults(plan, levels, base));
    if (faults.length === 0) faults.push(...venueFaults(plan, levels), ...leverageFaults(plan, levels));
  }
  return faults.length > 0 ? invalidFields(faults) : undefined;
}

/** A long ladder that would reach zero. */
function shapeFaults({ long, averagingLevels }: DcaPlan): FieldError[] {
  const beyond = long && averagingLevels.find(({ factor }) => factor.n <= 0n);
  if (!beyond) return [];
  const reach = toText(beyond.deviationPercent, 2);
  const text =
    beyond.index === 1
      ? 'Averaging order {index} lies {reach} % below. Make it smaller.'
      : 'Averaging order {index} lies {reach} % below. Use fewer than {index} orders, or smaller steps.';
  return [faultAt(stepField(averagingLevels, beyond), 'ladder_below_zero', text, { index: beyond.index, reach })];
}

/** The scale is at fault when the same orders in equal steps would have fitted. */
function stepField(averagingLevels: readonly AveragingLevel[], beyond: AveragingLevel): string {
  const first = averagingLevels[0]?.deviationPercent ?? whole(0);
  const even = compare(mul(first, whole(beyond.index)), whole(100)) < 0;
  return beyond.index > 1 && even ? FIELD.step : FIELD.deviation;
}

function profitFaults({ long, settings, fee }: DcaPlan): FieldError[] {
  const wanted = add(fraction(settings.takeProfit.percent), mul(fee, whole(100)));
  if (long || compare(wanted, whole(100)) < 0) return [];
  return [faultAt(FIELD.profit, 'profit_impossible', 'A short trade cannot gain 100 %: its price would be zero.')];
}

function levelFaults(plan: DcaPlan, levels: readonly Level[], base: bigint): FieldError[] {
  let [cost, lots, before] = [0n, 0n, base];
  for (const level of levels) {
    cost += level.ticks * level.lots;
    lots += level.lots;
    const found =
      priceFault(plan, level, { before, base }) ??
      sizeFault(plan, level, cost) ??
      (level.index === 0 ? minimumFault(plan, level) : undefined) ??
      profitFault(plan, level.index, cost, lots);
    if (found) return [found];
    before = level.ticks;
  }
  return [];
}

/** Prices stay above zero, come nowhere near infinity, and move by a tick at least. */
function priceFault(
  { long, market, averagingLevels }: DcaPlan,
  { index, ticks }: Level,
  { before, base }: { before: bigint; base: bigint },
): FieldError | undefined {
  const level = averagingLevels[index - 1];
  if (!level) return undefined;
  const field = stepField(averagingLevels, level);
  if (ticks <= 0n) {
    const text = 'Averaging order {index} has no price above zero. Use smaller steps.';
    return faultAt(field, 'ladder_below_zero', text, { index });
  }
  if (ticks > base * MAX_RISE) {
    const text = 'Averaging order {index} lies more than 1000 % above the base order. Use smaller steps.';
    return faultAt(field, 'ladder_too_far', text, { index });
  }
  if (long ? ticks < before : ticks > before) return undefined;
  const price = priceText(market, ticks);
  return faultAt(
    index === 1 ? FIELD.deviation : FIELD.step,
    'step_below_tick',
    'Averaging order {index} would have the price of the order before it, {price}: the tick is {tickSize}. Use larger steps.',
    { index, price, tickSize: market.tickSize },
  );
}

function sizeFault({ market, settings }: DcaPlan, { index, ticks, lots }: Level, cost: bigint): FieldError | undefined {
  const growth = compare(fraction(settings.averagingOrders.volumeScale), whole(1));
  if (!meetsMinimum(market, ticks, lots)) {
    const { minQuantity, minNotional, base, quote } = market;
    const text =
      index === 0
        ? 'The base order is below the market’s minimum of {minQuantity} {base} and {minNotional} {quote} after rounding, at a price of {price}. Make it larger.'
        : 'Averaging order {index} is below the market’s minimum of {minQuantity} {base} and {minNotional} {quote} after rounding, at a price of {price}. Make it larger.';
    const values = { index, minQuantity, base, minNotional, quote, price: priceText(market, ticks) };
    return faultAt(sizeField(index, growth < 0), 'below_minimum', text, values);
  }
  if (compare(mul(whole(cost), market.unit), MAX_CAPITAL) <= 0) return undefined;
  const text = 'The orders up to here need more than {most} {quote}. Use less.';
  const values = { most: toText(MAX_CAPITAL), quote: market.quote };
  return faultAt(sizeField(index, growth > 0), 'capital_too_large', text, values);
}

const sizeField = (index: number, scaled: boolean): string =>
  index === 0 ? FIELD.baseOrder : index > 1 && scaled ? FIELD.volume : FIELD.size;

/**
 * A take profit must not lose: as a part of the base order's size it may be too little once more is in the trade, its
 * first step may be too near, and a trailing exit may fall back too far.
 */
function profitFault(plan: DcaPlan, index: number, cost: bigint, lots: bigint): FieldError | undefined {
  const open = { cost: whole(cost), lots };
  const fees = toText({ n: BigInt(2 * plan.market.feePpm), d: 10_000n });
  const exits = [...plan.steps.map(({ profit }) => profit), plan.profit].map((profit, step) => {
    const ticks = takeProfitTicks(plan, { ...open, profit });
    const last = step === plan.steps.length;
    const field = last ? FIELD.profit : `/settings/takeProfit/steps/${step}/percent`;
    return { ticks: last && plan.trail ? trailTicks(plan, ticks, plan.trail) : ticks, field, reached: ticks };
  });
  const losing = exits.find(({ ticks }) => ticks <= 0n || !isProfit(netAt(plan, open.cost, lots, ticks)));
  if (!losing) return undefined;
  const byTrail = losing.reached !== losing.ticks && isProfit(netAt(plan, open.cost, lots, losing.reached));
  const every = index === 0;
  if (losing.reached <= 0n) {
    const text = every
      ? 'Every trade would have to gain 100 %: its price would be zero. Take less.'
      : 'With averaging order {index} filled, a trade would have to gain 100 %: its price would be zero. Take less.';
    return faultAt(losing.field, 'profit_impossible', text, { index });
  }
  if (byTrail) {
    const text = every
      ? 'Every trade may lose: the trailing exit is so far behind that it can fall below cost and fees. Make it smaller.'
      : 'With averaging order {index} filled, a trade may lose: the trailing exit is so far behind that it can fall below cost and fees. Make it smaller.';
    return faultAt('/settings/takeProfit/trailingPercent', 'profit_below_fees', text, { index });
  }
  const text = every
    ? 'Every trade would lose: both fees together are about {fees} % of what is in it. Take more, or set includeFees.'
    : 'With averaging order {index} filled, a trade would lose: both fees together are about {fees} % of what is in it. Take more, or set includeFees.';
  return faultAt(losing.field, 'profit_below_fees', text, { index, fees });
}
