import { Injectable } from '@nestjs/common';
import { promotionCodeInvalid } from '@tidegate/contracts/billing/coupons';
import type { Refuse } from '@tidegate/contracts/kernel/problem';
import { StripeApi } from '../client/stripe-api.ts';

/** What customers enter to pay less, as Stripe knows it. */
@Injectable()
export class PromotionCodes {
  constructor(private readonly api: StripeApi) {}

  /** Its id, and whether one invoice uses it up. Throws for a code that gives nothing any more. */
  async find(refuse: Refuse<typeof promotionCodeInvalid>, code: string): Promise<{ id: string; once: boolean }> {
    const page = { code, active: true, limit: 1, expand: ['data.promotion.coupon'] };
    const { data } = await this.api.call('GET /v1/promotion_codes', (stripe) => stripe.promotionCodes.list(page));
    const [found] = data;
    if (!found) throw refuse(promotionCodeInvalid, { promotionCode: code, reason: 'unknown' });
    const { coupon } = found.promotion;
    if (typeof coupon === 'object' && coupon?.valid === false)
      throw refuse(promotionCodeInvalid, { promotionCode: code, reason: 'used_up' });
    return { id: found.id, once: typeof coupon === 'object' && coupon?.duration === 'once' };
  }
}
