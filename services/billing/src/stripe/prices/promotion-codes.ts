import { Injectable } from '@nestjs/common';
import { promotionCodeInvalid } from '@tidegate/contracts/billing/coupons';
import type { Refuse } from '@tidegate/contracts/kernel/problem';
import { TenantDatabase } from '@tidegate/database/tenant-database';
import { findUses } from '../../coupons/coupon.rows.ts';
import { couponOf, isUsedUp } from '../../coupons/coupon.rules.ts';
import { invalidCode } from '../../coupons/redeem-coupon.ts';
import { requireCatalogue } from '../../plans/catalogue.rows.ts';
import type { CouponDefinition } from '../../plans/catalogue-model.rules.ts';
import { StripeApi } from '../client/stripe-api.ts';
import { couponKey } from './coupon-id.rules.ts';

/** What customers enter to pay less, as Stripe knows it. */
@Injectable()
export class PromotionCodes {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly api: StripeApi,
  ) {}

  /** Its id, and whether one invoice uses it up. Throws for a code that gives nothing any more. */
  async find(refuse: Refuse<typeof promotionCodeInvalid>, code: string): Promise<{ id: string; once: boolean }> {
    const page = { code, active: true, limit: 1, expand: ['data.promotion.coupon'] };
    const { data } = await this.api.call('GET /v1/promotion_codes', (stripe) => stripe.promotionCodes.list(page));
    const [found] = data;
    if (!found) {
      const { coupons } = await requireCatalogue(this.tenants.reader({}));
      const meant = couponOf(coupons, code);
      if (meant?.gives) throw invalidCode(refuse, code, 'by_itself');
      // Of what is used up the codes are switched off.
      const reason = (await this.isUsedUp(meant)) ? 'used_up' : 'unknown';
      throw refuse(promotionCodeInvalid, { promotionCode: code, reason });
    }
    const { coupon } = found.promotion;
    if (typeof coupon !== 'object' || coupon === null) return { id: found.id, once: false };
    const { coupons } = await requireCatalogue(this.tenants.reader({}));
    const sold = coupons.find((one) => one.coupon === couponKey(coupon.id));
    if (!coupon.valid || (await this.isUsedUp(sold, coupon.times_redeemed)))
      throw refuse(promotionCodeInvalid, { promotionCode: code, reason: 'used_up' });
    return { id: found.id, once: coupon.duration === 'once' };
  }

  /** With those who have entered it here, where they are invoiced by hand. */
  private async isUsedUp(sold: CouponDefinition | undefined, redeemed = 0): Promise<boolean> {
    if (!sold || sold.max === null) return false;
    const { byHand, atStripe } = await findUses(this.tenants.reader({}), sold.coupon);
    return isUsedUp({ byHand, atStripe: Math.max(atStripe, redeemed) }, sold.max);
  }
}
