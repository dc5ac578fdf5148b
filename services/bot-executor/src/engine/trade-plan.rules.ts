import type { BotSettings } from '@tidegate/contracts/bot-executor/settings';
import { add, ceil, div, type Fraction, floor, fraction, mul, sub, whole } from '../kernel/exact.rules.ts';
import type { MarketRules } from '../markets/markets.rules.ts';
import { maintenanceOf } from '../markets/venue.rules.ts';

/* What every strategy's plan has, and what the exchange needs to know of it. */

const ONE = whole(1);
const MILLION = 1_000_000n;
const HOUR_MS = 3_600_000;

export interface TradePlan {
  market: MarketRules;
  long: boolean;
  /** Undefined: nothing is borrowed and nothing can be liquidated. */
  leverage: Fraction | undefined;
  /** Part of a future's value that changes hands at each funding, and how often, in milliseconds. */
  funding: { ppm: bigint; everyMs: number } | undefined;
}

export const tradePlanOf = (settings: BotSettings, market: MarketRules): TradePlan => ({
  market,
  long: settings.direction === 'long',
  leverage: settings.futures && fraction(settings.futures.leverage),
  funding: fundingOf(settings),
});

export const percentOf = (text: string): Fraction => div(fraction(text), whole(100));

function fundingOf({ futures }: BotSettings): TradePlan['funding'] {
  if (!futures) return undefined;
  // At most four decimals of a percentage: whole millionths.
  const ppm = floor(mul(percentOf(futures.fundingRatePercent), whole(MILLION)));
  return ppm === 0n ? undefined : { ppm, everyMs: futures.fundingEveryHours * HOUR_MS };
}

/** What is open, in tick × lots and lots. */
export interface Open {
  cost: Fraction;
  lots: bigint;
  /** Funding that its margin has paid. */
  owed?: Fraction;
}

/** A price at which closing brings more than at the other one. */
export const beats = ({ long }: TradePlan, ticks: bigint, other: bigint): boolean =>
  long ? ticks > other : ticks < other;

/** Rounded to where it triggers earlier. */
export const triggerTicks = ({ long }: TradePlan, exact: Fraction): bigint => (long ? ceil(exact) : floor(exact));

/** Where the exchange takes a leveraged position away; undefined without leverage. */
export function liquidationTicks(plan: TradePlan, open: Open): bigint | undefined {
  if (!plan.leverage) return undefined;
  const kept = sub(div(ONE, plan.leverage), maintenanceOf(plan.market, open.cost));
  return triggerTicks(plan, priceAfterLoss(plan, open, kept));
}

/** Where nothing of the margin is left: what a liquidation is settled at. */
export function bankruptcyTicks(plan: TradePlan, open: Open): bigint {
  const exact = priceAfterLoss(plan, open, div(ONE, plan.leverage ?? ONE));
  return plan.long ? floor(exact) : ceil(exact);
}

/** Where this part of the cost is lost, with the funding that was paid of it. */
function priceAfterLoss({ long }: TradePlan, { cost, lots, owed }: Open, part: Fraction): Fraction {
  const value = mul(cost, long ? sub(ONE, part) : add(ONE, part));
  const without = owed === undefined || owed.n === 0n ? value : long ? add(value, owed) : sub(value, owed);
  return div(without, whole(lots));
}

/** What the margin still is at this price, with open profit and loss, in tick × lots. */
export function marginLeft({ long, leverage = ONE }: TradePlan, open: Open, ticks: bigint): Fraction {
  const { cost, lots, owed = whole(0) } = open;
  const value = whole(ticks * lots);
  return add(sub(div(cost, leverage), owed), long ? sub(value, cost) : sub(cost, value));
}
