import type { PublishedChange } from '@tidegate/contracts/billing/publish';
import type { Stripe } from 'stripe';
import { idOf } from '../client/id-of.rules.ts';
import { refusalOf, type StripeApi } from '../client/stripe-api.ts';
import type { WantedCoupon } from './wanted-coupons.rules.ts';

type Change = PublishedChange['change'];

/**
 * Makes coupons and their codes at Stripe. A code is moved to the coupon that it stands for now: the one that it had is
 * switched off, and whoever has redeemed it keeps what it gave. A code that was switched off by hand stays so.
 */
export async function publishCoupons(
  api: StripeApi,
  wanted: readonly WantedCoupon[],
  dryRun: boolean,
): Promise<PublishedChange[]> {
  const changes: PublishedChange[] = [];
  for (const coupon of wanted) {
    const change = await publishCoupon(api, coupon, dryRun);
    changes.push({ kind: 'coupon', name: coupon.id, change, detail: coupon.text });
    for (const code of coupon.codes) {
      const change = await publishCode(api, coupon.id, code, dryRun);
      changes.push({ kind: 'promotion_code', name: code, change, detail: coupon.text });
    }
  }
  return changes;
}

async function publishCoupon(api: StripeApi, { id, name, terms }: WantedCoupon, dryRun: boolean): Promise<Change> {
  const there = await found(() => api.call('GET /v1/coupons/:id', (stripe) => stripe.coupons.retrieve(id)));
  const change = !there ? 'create' : there.name === name ? 'unchanged' : 'update';
  if (dryRun || change === 'unchanged') return change;
  if (there) await api.call('POST /v1/coupons/:id', (stripe) => stripe.coupons.update(id, { name }));
  else {
    try {
      await api.call('POST /v1/coupons', (stripe) => stripe.coupons.create({ id, name, ...terms }));
    } catch (error) {
      // Made by an attempt whose answer was lost, or by somebody at the same moment.
      if (refusalOf(error) !== 'resource_already_exists') throw error;
    }
  }
  return change;
}

async function publishCode(api: StripeApi, coupon: string, code: string, dryRun: boolean): Promise<Change> {
  const page = { code, limit: 100 };
  const { data } = await api.call('GET /v1/promotion_codes', (stripe) => stripe.promotionCodes.list(page));
  if (data.some((one) => couponOf(one) === coupon)) return 'unchanged';
  const other = data.find(({ active }) => active);
  const change = other ? 'replace' : 'create';
  if (dryRun) return change;
  if (other)
    await api.call('POST /v1/promotion_codes/:id', (stripe) =>
      stripe.promotionCodes.update(other.id, { active: false }),
    );
  const params: Stripe.PromotionCodeCreateParams = { promotion: { type: 'coupon', coupon }, code };
  await api.call('POST /v1/promotion_codes', (stripe, options) => stripe.promotionCodes.create(params, options), {
    idempotencyKey: `promotion-code:${coupon}:${code}:${other?.id ?? 'first'}`,
  });
  return change;
}

const couponOf = ({ promotion }: Stripe.PromotionCode): string | undefined => idOf(promotion.coupon);

async function found<T>(ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (refusalOf(error) === 'resource_missing') return undefined;
    throw error;
  }
}
