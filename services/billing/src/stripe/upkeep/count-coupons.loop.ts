import { Injectable } from '@nestjs/common';
import { TenantDatabase } from '@tidegate/database/tenant-database';
import { Loop, type Turn, type TurnResult } from '@tidegate/runtime/loop';
import { findUses, saveUsesAtStripe } from '../../coupons/coupon.rows.ts';
import { isUsedUp } from '../../coupons/coupon.rules.ts';
import { requireCatalogue } from '../../plans/catalogue.rows.ts';
import { StripeApi } from '../client/stripe-api.ts';
import { COUNT_COUPONS } from '../inbox/store-events.ts';
import { couponKey } from '../prices/coupon-id.rules.ts';

/*
 * A coupon with a `max` is for so many organisations, and there are two that count: Stripe those who enter it there, and we
 * those who are invoiced by hand. What Stripe has counted is copied, so that nobody enters here what is used up there; and
 * the codes of what is used up by both together are switched off at Stripe, which knows nothing of ours. Woken when a discount
 * begins there. Without such a coupon nothing is asked.
 */
@Injectable()
export class CountCoupons {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly api: StripeApi,
  ) {}

  @Loop({ name: COUNT_COUPONS, everyMs: 60_000 })
  async turn(_turn: Turn): Promise<TurnResult> {
    if (!this.api.settings) return;
    const reader = this.tenants.reader({});
    const { coupons } = await requireCatalogue(reader);
    const limited = coupons.flatMap(({ coupon, max }) => (max === null ? [] : [{ coupon, max }]));
    if (limited.length === 0) return;
    const published = await this.api.listAll('GET /v1/coupons', (stripe, page) => stripe.coupons.list(page));
    const there = published.filter(({ id }) => limited.some((one) => one.coupon === couponKey(id)));
    const uses = new Map<string, number>();
    for (const { id, times_redeemed: times } of there) {
      const key = couponKey(id) as string;
      uses.set(key, (uses.get(key) ?? 0) + times);
    }
    if (uses.size > 0) await this.tenants.as({}, (tx) => saveUsesAtStripe(tx, uses));
    for (const { coupon, max } of limited) {
      if (!isUsedUp(await findUses(reader, coupon), max)) continue;
      // What Stripe itself has used up it refuses by itself.
      for (const { id, valid } of there) if (valid && couponKey(id) === coupon) await this.switchOff(id);
    }
  }

  private async switchOff(coupon: string): Promise<void> {
    const codes = await this.api.listAll('GET /v1/promotion_codes', (stripe, page) =>
      stripe.promotionCodes.list({ coupon, active: true, ...page }),
    );
    for (const { id } of codes) {
      await this.api.call('POST /v1/promotion_codes/:id', (stripe) =>
        stripe.promotionCodes.update(id, { active: false }),
      );
    }
  }
}
