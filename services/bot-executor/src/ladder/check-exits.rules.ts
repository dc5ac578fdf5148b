import { FIELD_TEXTS } from '@tidegate/contracts/kernel/field-texts';
import { type FieldError, faultAt } from '@tidegate/contracts/kernel/problem';
import { atTicks } from '../engine/state.rules.ts';
import { compare, fraction, toText, whole } from '../kernel/exact.rules.ts';
import { priceText } from '../markets/markets.rules.ts';
import { tierOf } from '../markets/venue.rules.ts';
import { baseFits, divided } from './exit-parts.rules.ts';
import type { Level } from './ladder.rules.ts';
import { liquidationDanger } from './margin.rules.ts';
import { breakEvenTicks, type DcaPlan, profitTicks } from './plan.rules.ts';

/* Faults of what ends a trade: steps, trailing exit, stop loss, leverage; and of when one may begin. */

const TAKE_PROFIT = '/settings/takeProfit';
const STOP_LOSS = '/settings/stopLoss';
/** Of a price, to see relations of percentages that hold at any price. */
const ANY_PRICE = { cost: whole(10n ** 12n), lots: 1n };

export const exitFaults = (plan: DcaPlan): FieldError[] => [
  ...stepFaults(plan),
  ...trailFaults(plan),
  ...stopFaults(plan),
];

function stepFaults({ steps, profit, settings }: DcaPlan): FieldError[] {
  const given = settings.takeProfit.steps ?? [];
  for (const [index, { percent }] of given.entries()) {
    const next = given[index + 1]?.percent ?? settings.takeProfit.percent;
    if (compare(fraction(percent), fraction(next)) < 0) continue;
    const after = steps[index + 1]?.profit ?? profit;
    const text = 'Steps go outwards: {percent} % is not below the next, {next} %.';
    const both = { percent, next: toText({ n: after.n * 100n, d: after.d }) };
    return [faultAt(`${TAKE_PROFIT}/steps/${index}/percent`, 'steps_not_ascending', text, both)];
  }
  const last = steps.at(-1);
  if (!last || compare(last.sharesSoFar, whole(1)) < 0) return [];
  const text = 'The steps must leave something to the last exit: their shares together are 100 % or more.';
  return [faultAt(`${TAKE_PROFIT}/steps/${steps.length - 1}/sharePercent`, 'shares_too_large', text)];
}

function trailFaults({ trail, profit }: DcaPlan): FieldError[] {
  if (!trail || compare(trail, profit) < 0) return [];
  const text = 'The trailing exit must be nearer than the take profit itself, or all of the profit may be given back.';
  return [faultAt(`${TAKE_PROFIT}/trailingPercent`, 'trailing_too_wide', text)];
}

function stopFaults(plan: DcaPlan): FieldError[] {
  const { stop, long } = plan;
  if (!stop) return [];
  if (long && compare(stop.distance, whole(1)) >= 0) {
    return [
      faultAt(`${STOP_LOSS}/percent`, 'stop_below_zero', 'A price cannot fall by 100 %: such a stop never comes.'),
    ];
  }
  if (!stop.breakEvenAt) return [];
  const from = profitTicks(plan, ANY_PRICE, stop.breakEvenAt);
  const even = breakEvenTicks(plan, ANY_PRICE.cost, ANY_PRICE.lots);
  if (long ? from > even : from < even) return [];
  const fees = toText({ n: BigInt(2 * plan.market.feePpm), d: 10_000n });
  const text = 'At this price the fees, about {fees} % together, are not paid yet. Move the stop later.';
  return [faultAt(`${STOP_LOSS}/breakEvenAtPercent`, 'break_even_too_early', text, { fees })];
}

/** Exits of the base order alone, the least that is ever open, that are below the market's minimum. */
export function minimumFault(plan: DcaPlan, { ticks, lots }: Level): FieldError | undefined {
  const { minQuantity, minNotional, base, quote } = plan.market;
  const minimum = { minQuantity, base, minNotional, quote };
  if (!baseFits(plan, ticks, lots)) {
    const text =
      'The base order alone could not be closed: at its take profit or stop loss it is below the market’s minimum of {minQuantity} {base} and {minNotional} {quote}. Make it larger.';
    return faultAt('/settings/baseOrder', 'below_minimum', text, minimum);
  }
  const at = atTicks(ticks);
  const open = { cost: whole(ticks * lots), lots, share: whole(1), base: at, lastFill: at, done: 0 };
  const { parts, rest } = divided(plan, open);
  if (parts.length === 0 || rest.lots > 0n) return undefined;
  const text =
    'What the steps leave of a base order is below the market’s minimum of {minQuantity} {base} and {minNotional} {quote} and could not be closed. Leave more, or make the base order larger.';
  return faultAt(`${TAKE_PROFIT}/steps/${plan.steps.length - 1}/sharePercent`, 'below_minimum', text, minimum);
}

export function limitFaults({ settings, limits }: DcaPlan): FieldError[] {
  if (limits.maxTicks === undefined || limits.maxTicks >= limits.minTicks) return [];
  const { minPrice = '0', maxPrice = '' } = settings;
  const text = 'No price is at least {minPrice} and at most {maxPrice}: no trade could begin.';
  return [faultAt('/settings/maxPrice', 'price_range_empty', text, { minPrice, maxPrice })];
}

/** What the exchange allows of orders and of positions as large as all of the ladder. */
export function venueFaults(
  { activeLimit, averagingLevels, leverage, market }: DcaPlan,
  levels: readonly Level[],
): FieldError[] {
  const { venue, base, quote } = market;
  if (!venue) return [];
  const cost = levels.reduce((sum, { ticks, lots }) => sum + ticks * lots, 0n);
  const lots = levels.reduce((sum, level) => sum + level.lots, 0n);
  const { maxQuantity, maxOrders, tiers } = venue.terms;
  if (averagingLevels.length > 0 && activeLimit < 1) {
    const text =
      'The exchange takes {most} orders of a bot: its exits leave no room for averaging orders. Use fewer steps.';
    return [faultAt(`${TAKE_PROFIT}/steps`, 'too_many_orders', text, { most: maxOrders ?? '' })];
  }
  if (venue.maxLots !== undefined && lots > venue.maxLots) {
    const text = 'All orders together are more than {quantity} {base}, the most that one order may close. Use less.';
    return [faultAt('/settings/baseOrder', 'above_maximum', text, { quantity: maxQuantity ?? '', base })];
  }
  const tier = leverage && tierOf(venue, whole(cost));
  if (!leverage || !tier) return [];
  if (compare(whole(cost), tier.upTo) > 0) {
    const text = 'All orders together are worth more than {amount} {quote}, the most that a position may be. Use less.';
    return [faultAt('/settings/baseOrder', 'above_maximum', text, { amount: tiers?.at(-1)?.upTo ?? '', quote })];
  }
  if (compare(leverage, tier.maxLeverage) <= 0) return [];
  const text = 'A position as large as all orders together has a leverage of at most {leverage}.';
  const most = { leverage: toText(tier.maxLeverage, 4) };
  return [faultAt('/settings/futures/leverage', 'leverage_too_high', text, most)];
}

const [STOP_BELOW, STOP_NONE, ORDER_BELOW, ORDER_NONE] = FIELD_TEXTS.liquidation_first;
const BEFORE_THE_STOP = [STOP_BELOW, STOP_NONE] as const;
const BEFORE_AN_ORDER = [ORDER_BELOW, ORDER_NONE] as const;

/** A position that is liquidated before its own orders or its stop loss are reached. */
export function leverageFaults(plan: DcaPlan, levels: readonly Level[]): FieldError[] {
  const danger = liquidationDanger(plan, levels);
  if (!danger) return [];
  const { exposure, next, below } = danger;
  const price = (ticks: bigint) => priceText(plan.market, ticks);
  const prices = { price: price(exposure.liquidation ?? 0n), next: price(next.ticks) };
  const values = { ...prices, index: next.index ?? '', below: below ? toText(below, 4) : '' };
  const [withCure, without] = next.index === undefined ? BEFORE_THE_STOP : BEFORE_AN_ORDER;
  return [faultAt('/settings/futures/leverage', 'liquidation_first', below ? withCure : without, values)];
}
