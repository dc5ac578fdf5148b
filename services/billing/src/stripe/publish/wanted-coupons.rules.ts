import { createHash } from 'node:crypto';
import type { Stripe } from 'stripe';
import type { VersionedCatalogue } from '../../plans/catalogue-model.rules.ts';
import { couponId } from '../prices/coupon-id.rules.ts';
import { toStripe } from '../prices/stripe-amount.rules.ts';

/** A coupon as Stripe has it, and what customers enter for it. */
export interface WantedCoupon {
  id: string;
  name: string;
  terms: Omit<Stripe.CouponCreateParams, 'id' | 'name' | 'metadata'>;
  codes: string[];
  text: string;
}

type Coupon = VersionedCatalogue['coupons'][number];

/**
 * What a coupon gives never changes at Stripe, so its id says what that is: other terms are another coupon, and whoever has
 * the old one keeps it.
 */
export function wantedCoupons(
  catalogue: Pick<VersionedCatalogue, 'coupons' | 'plans' | 'addons'>,
  published: ReadonlySet<string>,
): WantedCoupon[] {
  return catalogue.coupons.flatMap((coupon) => {
    if (coupon.gives) return [];
    const products = appliesTo(coupon, catalogue)?.filter((id) => published.has(id));
    // It is for nothing that costs something.
    if (products?.length === 0) return [];
    const terms = { ...termsOf(coupon), ...(products && { applies_to: { products } }) };
    const digest = createHash('sha256').update(JSON.stringify(terms)).digest('hex').slice(0, 10);
    const worth = coupon.percent ? `${coupon.percent} %` : 'an amount';
    const lasts = typeof coupon.duration === 'string' ? coupon.duration : `${coupon.duration.months} months`;
    const { name, codes } = coupon;
    return { id: couponId(coupon.coupon, digest), name, terms, codes, text: `${name}: ${worth} off, ${lasts}` };
  });
}

/** Plans and their add-ons: what is charged by use is not discounted. Undefined: everything. */
function appliesTo({ plans }: Coupon, all: Pick<VersionedCatalogue, 'plans' | 'addons'>): string[] | undefined {
  const charges = (grant: object) => 'price' in grant && grant.price !== undefined;
  if (!plans && !all.plans.some(({ features }) => Object.values(features).some(charges))) return undefined;
  const isMeant = (product: string, plan: string) =>
    !plans || plans.some((one) => one.product === product && one.plan === plan);
  const products = [
    ...all.plans.filter((one) => isMeant(one.product, one.plan)).map((one) => `tidegate.${one.product}.${one.plan}`),
    ...all.addons
      .filter((one) => one.plans.some((plan) => isMeant(one.product, plan)))
      .map((one) => `tidegate.${one.product}.addon.${one.addon}`),
  ];
  return products.sort();
}

function termsOf({ percent, amounts, duration, max }: Coupon): WantedCoupon['terms'] {
  const [first, ...others] = amounts ?? [];
  return {
    ...(percent !== null && { percent_off: Number(percent) }),
    ...(first && { amount_off: toStripe(first.amountMinor, first.currency), currency: first.currency.toLowerCase() }),
    ...(others.length > 0 && {
      currency_options: Object.fromEntries(
        others.map(({ currency, amountMinor }) => [
          currency.toLowerCase(),
          { amount_off: toStripe(amountMinor, currency) },
        ]),
      ),
    }),
    ...(typeof duration === 'string' ? { duration } : { duration: 'repeating', duration_in_months: duration.months }),
    ...(max !== null && { max_redemptions: max }),
  };
}
