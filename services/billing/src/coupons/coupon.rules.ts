import { monthAt, type Period, windowAt } from '@tidegate/contracts/billing/period';
import type { CouponDefinition } from '../plans/catalogue-model.rules.ts';
import { type Discount, discountAmounts } from '../prices/discount.rules.ts';
import { remaining } from '../prices/proration.rules.ts';
import { smaller } from '../prices/rounding.rules.ts';

/** A coupon that an organisation has for a product. */
export interface Redemption {
  coupon: string;
  /** null: it gives features, of whatever product. */
  product: string | null;
  /** As it was promised. */
  definition: Pick<CouponDefinition, 'name' | 'percent' | 'amounts' | 'gives' | 'duration' | 'plans'>;
  /** Half-open; null: for ever. */
  from: number;
  until: number | null;
}

/** What of a coupon is kept for whoever has it, whatever the catalogue says later. */
export const promisedBy = ({
  name,
  percent,
  amounts,
  gives,
  duration,
  plans,
}: CouponDefinition): Redemption['definition'] => ({ name, percent, amounts, gives, duration, plans });

export const isRunning = ({ until }: Pick<Redemption, 'until'>, at: number): boolean => until === null || until > at;

/** The coupon of a code; compared without regard to case. */
export function couponOf(coupons: readonly CouponDefinition[], code: string): CouponDefinition | undefined {
  const entered = code.toUpperCase();
  return coupons.find(({ codes }) => codes.some((one) => one.toUpperCase() === entered));
}

/** Whether as many have had it as it is for, wherever they entered it. */
export const isUsedUp = ({ byHand, atStripe }: { byHand: number; atStripe: number }, max: number): boolean =>
  byHand + atStripe >= max;

export const isForPlan = ({ plans }: Pick<CouponDefinition, 'plans'>, product: string | null, plan: string): boolean =>
  plans === null || plans.some((one) => one.product === product && one.plan === plan);

/**
 * Until when charges are discounted: `once` is what is paid for at a time when it is entered, and a number of months are counted
 * from then.
 */
export function endOf({ duration }: Pick<CouponDefinition, 'duration'>, from: number, period: Period): number | null {
  if (duration === 'forever') return null;
  if (duration === 'once') return period.end;
  let end = from;
  for (let month = 0; month < duration.months; month += 1) end = monthAt(from, end).end;
  return end;
}

/** What is paid for at a time from an instant on, when a period begins there. */
export const periodBeginning = (at: number, interval: 'month' | 'year'): Period => {
  const from = new Date(at).toISOString();
  return windowAt([{ from, anchor: from, months: interval === 'year' ? 12 : 1 }], 'period', at);
};

interface Charge {
  /** Above zero. */
  amountMinor: bigint;
  /** When its time begins. */
  start: number;
}

/**
 * What a coupon takes from charges that are made together. A percentage takes its share of each; an amount is for a whole
 * period, so that a part of the period has a part of it, less what it takes from what goes on unchanged.
 *
 * @param given by what goes on unchanged, for the rest of the period
 */
export function couponDiscounts(
  charges: readonly Charge[],
  redemption: Redemption | undefined,
  { plan, currency, period, at, given }: { plan: string; currency: string; period: Period; at: number; given: bigint },
): bigint[] {
  const nothing = charges.map(() => 0n);
  if (!redemption || !isForPlan(redemption.definition, redemption.product, plan)) return nothing;
  const { from, until, definition } = redemption;
  const discount = discountOf(definition, { currency, period, at, given });
  if (!discount) return nothing;
  const amounts = charges.map(({ amountMinor, start }) =>
    start >= from && (until === null || start < until) ? amountMinor : 0n,
  );
  if (amounts.every((amount) => amount === 0n)) return nothing;
  return discountAmounts(amounts, [discount])[0] as bigint[];
}

function discountOf(
  { percent, amounts }: Redemption['definition'],
  { currency, period, at, given }: { currency: string; period: Period; at: number; given: bigint },
): Discount | undefined {
  if (percent !== null) return { percent };
  const amount = amounts?.find((one) => one.currency === currency)?.amountMinor;
  if (amount === undefined) return undefined;
  const rest = remaining(BigInt(amount), period, Math.max(at, period.start));
  return { amountMinor: rest - smaller(rest, given) };
}
