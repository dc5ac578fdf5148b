import type { MartingaleEmaSettings } from '@tidegate/contracts/bot-executor/settings';
import { type FieldError, faultAt, invalidFields, type ProblemError } from '@tidegate/contracts/kernel/problem';
import { percentOf, type TradePlan, tradePlanOf } from '../engine/trade-plan.rules.ts';
import { compare, div, type Fraction, fraction, millionths, mul, toText, whole } from '../kernel/exact.rules.ts';
import { lotsFor, type MarketRules, meetsMinimum, priceText } from '../markets/markets.rules.ts';

export interface MartingalePlan extends TradePlan {
  strategy: 'martingale-ema';
  settings: MartingaleEmaSettings;
  leverage: Fraction;
  /** In tick × lots. */
  balance: Fraction;
  /** Parts of the balance: margin of the first order, and most margin of all. */
  openPart: Fraction;
  maxMarginPart: Fraction;
  /** Profit over margin at which all is closed. */
  closeAt: Fraction;
}

export const martingalePlanOf = (settings: MartingaleEmaSettings, market: MarketRules): MartingalePlan => ({
  ...tradePlanOf(settings, market),
  strategy: 'martingale-ema',
  settings,
  leverage: fraction(settings.futures.leverage),
  balance: div(fraction(settings.balance), market.unit),
  openPart: percentOf(settings.openPercent),
  maxMarginPart: percentOf(settings.maxMarginPercent),
  closeAt: percentOf(settings.closeAtReturnPercent),
});

/** Lots of the first order at a price. */
export const openLots = ({ openPart, leverage }: MartingalePlan, balance: Fraction, ticks: bigint): bigint =>
  lotsFor(mul(mul(balance, openPart), leverage), ticks);

export function checkMartingale(plan: MartingalePlan, ticks: bigint): ProblemError | undefined {
  const fault = faultOf(plan, ticks);
  return fault && invalidFields([fault]);
}

function faultOf(plan: MartingalePlan, ticks: bigint): FieldError | undefined {
  const { market, maxMarginPart, openPart, closeAt, leverage, balance } = plan;
  if (compare(maxMarginPart, whole(1)) > 0) {
    const text = 'The margin cannot be more than the balance: at most 100 %.';
    return faultAt('/settings/maxMarginPercent', 'margin_too_large', text);
  }
  if (compare(openPart, maxMarginPart) > 0) {
    const text = 'The first order alone would need more margin than maxMarginPercent allows.';
    return faultAt('/settings/openPercent', 'margin_too_large', text);
  }
  const fees = millionths(2 * market.feePpm);
  if (compare(div(closeAt, leverage), fees) <= 0) {
    const least = toText(mul(mul(fees, leverage), whole(100)), 4);
    const text = 'With this leverage both fees are {least} % of the margin. Take more.';
    return faultAt('/settings/closeAtReturnPercent', 'profit_below_fees', text, { least });
  }
  if (meetsMinimum(market, ticks, openLots(plan, balance, ticks))) return undefined;
  const text =
    'The first order is below the market’s minimum of {minQuantity} {base} and {minNotional} {quote} at a price of {price}. Make it larger.';
  const { minQuantity, base, minNotional, quote } = market;
  const values = { minQuantity, base, minNotional, quote, price: priceText(market, ticks) };
  return faultAt('/settings/openPercent', 'below_minimum', text, values);
}
