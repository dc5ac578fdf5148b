import { Controller } from '@nestjs/common';
import { endCoupon, giveCoupon, type RunningCoupon } from '@tidegate/contracts/billing/coupons';
import { windowAt } from '@tidegate/contracts/billing/period';
import { conflict, invalid, notFound } from '@tidegate/contracts/kernel/problem';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { AnnounceEntitlements } from '../entitlements/announce-entitlements.ts';
import { recordChange } from '../kernel/change.rows.ts';
import { endGrantsOf } from '../kernel/grant.rows.ts';
import { changedBy, findHoldings, lockBilling } from '../kernel/subscription.rows.ts';
import { isBilledByHand, paidPeriod, wholeSecond } from '../kernel/subscription.rules.ts';
import { requireCatalogue } from '../plans/catalogue.rows.ts';
import { endRedemption, findRedemptions, takeUse } from './coupon.rows.ts';
import { endOf, isRunning, promisedBy, type Redemption } from './coupon.rules.ts';
import { storeRedemption } from './redeem-coupon.ts';

/** What operators give without a code, and end. */
@Controller()
export class ManageCoupons {
  constructor(private readonly entitlements: AnnounceEntitlements) {}

  @Handles(giveCoupon)
  async give({ input, caller, tx: operator }: OperationContext<typeof giveCoupon>): Promise<RunningCoupon> {
    const { organisationId: orgId, product, coupon: key, reason } = input;
    const tx = operator.as({ orgId });
    const at = await lockBilling(tx, orgId);
    const { coupons } = await requireCatalogue(tx);
    const coupon = coupons.find((one) => one.coupon === key);
    if (!coupon) {
      const known = coupons.map((one) => one.coupon).join(', ') || 'none';
      throw invalid('/coupon', 'unknown', 'Coupons of the catalogue: {known}.', { known });
    }
    if (coupon.gives) throw conflict({}, 'It gives features. Its code is entered by the customer; or give a grant.');
    const { subscriptions, steps } = await findHoldings(tx, orgId);
    const subscription = subscriptions.find((one) => one.product === product);
    if (!subscription || !isBilledByHand(subscription)) {
      throw conflict({}, 'Only what is invoiced by hand is discounted here.');
    }
    const had = await findRedemptions(tx, orgId);
    if (had.some((one) => one.coupon === key)) throw conflict({}, 'The organisation has had this coupon.');
    if (had.some((one) => one.product === product && isRunning(one, at))) {
      throw conflict({}, 'Another coupon runs for this product. End it first.');
    }
    const { amounts } = coupon;
    const currency = subscription.currency ?? '';
    if (amounts && !amounts.some((one) => one.currency === currency)) {
      throw invalid('/coupon', 'other_currency', 'It takes nothing off in {currency}.', { currency });
    }
    if (!(await takeUse(tx, key, coupon.max))) throw conflict({}, 'As many organisations have used it as it is for.');
    const own = steps[product] ?? [];
    const next = windowAt(own, 'period', paidPeriod(subscription, own, at).end);
    const from = wholeSecond(at);
    const redemption = { coupon: key, product, definition: promisedBy(coupon), from, until: endOf(coupon, from, next) };
    await storeRedemption(tx, orgId, { ...redemption, code: null, by: changedBy(caller), reason });
    return couponToWire(redemption);
  }

  @Handles(endCoupon)
  async end({ input, caller, tx: operator, emit }: OperationContext<typeof endCoupon>) {
    const { organisationId: orgId, coupon, reason } = input;
    const tx = operator.as({ orgId });
    const at = wholeSecond(await lockBilling(tx, orgId));
    const had = (await findRedemptions(tx, orgId)).find((one) => one.coupon === coupon);
    if (!had) throw notFound(undefined, 'The organisation has no such coupon.');
    if (!(await endRedemption(tx, orgId, coupon, new Date(at)))) return {};
    const { product } = had;
    const before = { coupon };
    await recordChange(tx, { orgId, product, action: 'coupon_ended', by: changedBy(caller), reason, before });
    if (await endGrantsOf(tx, orgId, coupon)) await this.entitlements.announce(tx, emit, orgId);
    return {};
  }
}

export const couponToWire = ({ coupon, definition, from, until }: Redemption): RunningCoupon => ({
  coupon,
  name: definition.name,
  percent: definition.percent,
  amounts: definition.amounts,
  from: new Date(from).toISOString(),
  until: until === null ? null : new Date(until).toISOString(),
});
