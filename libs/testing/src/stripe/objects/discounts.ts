import type { Account } from '../kernel/account.ts';
import { invalid, missing } from '../kernel/refusal.ts';
import type { Coupon, Customer, Discount, PromotionCode } from '../kernel/stored.ts';
import { moved } from './periods.rules.ts';

/** How a request names a discount. */
export interface GivenDiscount {
  coupon?: string;
  promotion_code?: string;
  discount?: string;
}
interface Place {
  customer: Customer | null;
  currency: string;
  subscription?: string;
  session?: string;
}

/** Gives each named coupon or code a discount of its own and counts it as redeemed. */
export function redeem(account: Account, given: GivenDiscount[], place: Place): Discount[] {
  return given.map((one, index) => {
    if (one.discount) return account.store.get('discount', one.discount, `discounts[${index}][discount]`);
    const { coupon, code } = redeemable(account, one, place, `discounts[${index}]`);
    const discount = account.store.add('discount', discountOf(account, coupon, code, place));
    account.change(coupon, 'coupon.updated', () => {
      coupon.times_redeemed += 1;
      coupon.valid = isValid(account, coupon);
    });
    if (code)
      account.change(code, 'promotion_code.updated', () => {
        code.times_redeemed += 1;
        if (code.max_redemptions !== null && code.times_redeemed >= code.max_redemptions) code.active = false;
      });
    if (place.subscription) account.emit('customer.discount.created', discount);
    return discount;
  });
}

/** The discount as it would be; nothing is counted. */
export function discountOf(account: Account, coupon: Coupon, code: PromotionCode | null, place: Place): Discount {
  const months = coupon.duration === 'repeating' ? (coupon.duration_in_months ?? 0) : null;
  return account.draft('discount', {
    id: account.id('di'),
    object: 'discount',
    checkout_session: place.session ?? null,
    customer: place.customer?.id ?? null,
    end: months === null ? null : moved(account.now(), { interval: 'month', interval_count: 1 }, months),
    promotion_code: code?.id ?? null,
    source: { coupon: coupon.id, type: 'coupon' },
    start: account.now(),
    subscription: place.subscription ?? null,
  });
}

export function redeemable(
  account: Account,
  given: GivenDiscount,
  place: Pick<Place, 'customer' | 'currency'>,
  param: string,
): { coupon: Coupon; code: PromotionCode | null } {
  const code = given.promotion_code
    ? account.store.get('promotion_code', given.promotion_code, `${param}[promotion_code]`)
    : null;
  if (code) refuseCode(account, code, place.customer, param);
  const coupon = account.store.get('coupon', code?.promotion.coupon ?? given.coupon ?? '', `${param}[coupon]`);
  if (!isValid(account, coupon)) throw invalid(`Coupon expired: ${coupon.id}`, `${param}[coupon]`, 'coupon_expired');
  if (coupon.currency !== null && amountOff(coupon, place.currency) === undefined)
    throw invalid(`The coupon's currency ${coupon.currency} is not that of the subscription.`, `${param}[coupon]`);
  return { coupon, code };
}

function refuseCode(account: Account, code: PromotionCode, customer: Customer | null, param: string): void {
  const at = `${param}[promotion_code]`;
  const past = code.expires_at !== null && code.expires_at <= account.now();
  if (!code.active || past) throw invalid('This promotion code is not active.', at, 'promotion_code_expired');
  if (code.customer !== null && code.customer !== customer?.id)
    throw invalid('This promotion code is for another customer.', at);
  const paidBefore = account.store.all('invoice', (one) => one.customer === customer?.id && one.amount_paid > 0);
  if (code.restrictions.first_time_transaction && customer && paidBefore.length > 0)
    throw invalid('This promotion code cannot be redeemed because the customer has prior transactions.', at);
}

/** Of a coupon with amounts: that of a currency, if it has one. */
export const amountOff = (coupon: Coupon, currency: string): number | undefined =>
  coupon.currency === currency ? (coupon.amount_off ?? 0) : coupon.currency_options?.[currency]?.amount_off;

export const isValid = (account: Account, coupon: Coupon): boolean =>
  (coupon.redeem_by === null || coupon.redeem_by > account.now()) &&
  (coupon.max_redemptions === null || coupon.times_redeemed < coupon.max_redemptions);

export function couponOf(account: Account, discount: Discount): Coupon {
  const coupon = account.store.find('coupon', discount.source.coupon);
  if (!coupon) throw missing('coupon', discount.source.coupon ?? '');
  return coupon;
}
