import type Stripe from 'stripe';
import { listOf, type PageParams } from '../kernel/lists.ts';
import { invalid } from '../kernel/refusal.ts';
import type { Routes } from '../kernel/routes.ts';
import type { Params, PromotionCode } from '../kernel/stored.ts';
import { currencyOf } from './currencies.ts';
import { isValid } from './discounts.ts';
import { givenFields, mergedMetadata } from './metadata.ts';

type NewCoupon = Params<Stripe.CouponCreateParams>;
type NewCode = Params<Stripe.PromotionCodeCreateParams>;

export const couponRoutes: Routes = {
  'POST /v1/coupons': (account, params: NewCoupon) => {
    refuseCoupon(params);
    if (params.id && account.store.find('coupon', params.id))
      throw invalid('Coupon already exists.', 'id', 'resource_already_exists');
    const coupon = account.create('coupon', {
      id: params.id ?? account.random.text(8),
      object: 'coupon',
      amount_off: params.amount_off ?? null,
      created: account.now(),
      currency: params.currency ? currencyOf(params.currency) : null,
      duration: params.duration ?? 'once',
      duration_in_months: params.duration_in_months ?? null,
      livemode: account.settings.livemode,
      max_redemptions: params.max_redemptions ?? null,
      metadata: mergedMetadata({}, params.metadata),
      name: params.name ?? null,
      percent_off: params.percent_off ?? null,
      redeem_by: params.redeem_by ?? null,
      times_redeemed: 0,
      valid: true,
      ...(params.currency_options ? { currency_options: optionsOf(params.currency_options) } : {}),
      ...(params.applies_to?.products ? { applies_to: { products: params.applies_to.products } } : {}),
    });
    account.emit('coupon.created', coupon);
    return coupon;
  },
  'GET /v1/coupons': (account, params: PageParams) => listOf(account, 'coupon', '/v1/coupons', params),
  'GET /v1/coupons/{id}': (account, _params, { id }) => {
    const coupon = account.store.get('coupon', id);
    coupon.valid = isValid(account, coupon);
    return coupon;
  },
  'POST /v1/coupons/{id}': (account, params: Params<Stripe.CouponUpdateParams>, { id }) => {
    const coupon = account.store.get('coupon', id);
    return account.change(coupon, 'coupon.updated', () => {
      Object.assign(coupon, givenFields(params, 'name'));
      if (params.metadata !== undefined) coupon.metadata = mergedMetadata(coupon.metadata, params.metadata);
    });
  },
  'DELETE /v1/coupons/{id}': (account, _params, { id }) => {
    const coupon = account.store.get('coupon', id);
    account.emit('coupon.deleted', coupon);
    return account.store.remove('coupon', coupon);
  },
  'POST /v1/promotion_codes': (account, params: NewCode) => {
    const coupon = account.store.get('coupon', params.promotion.coupon ?? '', 'promotion[coupon]');
    const code = params.code ?? account.random.text(8).toUpperCase();
    const taken = (one: PromotionCode) => one.active && one.code.toLowerCase() === code.toLowerCase();
    if (account.store.all('promotion_code', taken).length > 0)
      throw invalid(`An active promotion code with code '${code}' already exists.`, 'code', 'resource_already_exists');
    const created = account.create('promotion_code', {
      id: account.id('promo'),
      object: 'promotion_code',
      active: params.active ?? true,
      code,
      created: account.now(),
      customer: params.customer ?? null,
      expires_at: params.expires_at ?? null,
      livemode: account.settings.livemode,
      max_redemptions: params.max_redemptions ?? null,
      metadata: mergedMetadata({}, params.metadata),
      promotion: { coupon: coupon.id, type: 'coupon' },
      restrictions: {
        first_time_transaction: params.restrictions?.first_time_transaction ?? false,
        minimum_amount: params.restrictions?.minimum_amount ?? null,
        minimum_amount_currency: params.restrictions?.minimum_amount_currency ?? null,
      },
      times_redeemed: 0,
    });
    account.emit('promotion_code.created', created);
    return created;
  },
  'GET /v1/promotion_codes': (account, params: PageParams) =>
    listOf(account, 'promotion_code', '/v1/promotion_codes', params, {
      active: true,
      customer: true,
      code: (one, code: string) => one.code.toLowerCase() === code.toLowerCase(),
      coupon: (one, coupon: string) => one.promotion.coupon === coupon,
    }),
  'GET /v1/promotion_codes/{id}': (account, _params, { id }) => account.store.get('promotion_code', id),
  'POST /v1/promotion_codes/{id}': (account, params: Params<Stripe.PromotionCodeUpdateParams>, { id }) => {
    const code = account.store.get('promotion_code', id);
    return account.change(code, 'promotion_code.updated', () => {
      if (params.active !== undefined) code.active = params.active;
      if (params.metadata !== undefined) code.metadata = mergedMetadata(code.metadata, params.metadata);
    });
  },
};

const optionsOf = (given: NonNullable<NewCoupon['currency_options']>) =>
  Object.fromEntries(
    Object.entries(given).map(([currency, { amount_off }]) => [
      currencyOf(currency),
      { amount_off: Number(amount_off) },
    ]),
  );

function refuseCoupon(params: NewCoupon): void {
  const { amount_off: amount, percent_off: percent } = params;
  if ((amount === undefined) === (percent === undefined))
    throw invalid('You must specify one of `amount_off` and `percent_off`.', 'amount_off', 'parameter_missing');
  if (percent !== undefined && !(percent > 0 && percent <= 100))
    throw invalid('percent_off must be above 0 and at most 100', 'percent_off');
  if (amount !== undefined && amount <= 0) throw invalid('amount_off must be above 0', 'amount_off');
  if (amount !== undefined && !params.currency) throw invalid('You must pass currency with amount_off', 'currency');
  if ((params.duration === 'repeating') !== (params.duration_in_months !== undefined))
    throw invalid('duration_in_months goes with the duration `repeating`.', 'duration_in_months');
}
