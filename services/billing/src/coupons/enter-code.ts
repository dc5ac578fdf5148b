import { Controller } from '@nestjs/common';
import { enterCode } from '@tidegate/contracts/billing/coupons';
import { newId } from '@tidegate/database/ids';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { AnnounceEntitlements } from '../entitlements/announce-entitlements.ts';
import { isValid } from '../entitlements/standing.rules.ts';
import { insertGrant } from '../kernel/grant.rows.ts';
import { changedBy, findHoldings, lockBilling } from '../kernel/subscription.rows.ts';
import { wholeSecond } from '../kernel/subscription.rules.ts';
import { requireCatalogue } from '../plans/catalogue.rows.ts';
import { findRedemptions, takeUse } from './coupon.rows.ts';
import { couponOf, endOf, isForPlan, periodBeginning, promisedBy } from './coupon.rules.ts';
import { invalidCode, storeRedemption } from './redeem-coupon.ts';

/** A code that gives features: there at once, whatever is paid and by whichever way. */
@Controller()
export class EnterCode {
  constructor(private readonly entitlements: AnnounceEntitlements) {}

  @Handles(enterCode)
  async enter({ input: { promotionCode: code }, caller, tx, emit, refuse }: OperationContext<typeof enterCode>) {
    const orgId = caller.orgId as string;
    const from = wholeSecond(await lockBilling(tx, orgId));
    const { coupons, features } = await requireCatalogue(tx);
    const coupon = couponOf(coupons, code);
    if (!coupon) throw invalidCode(refuse, code, 'unknown');
    const { coupon: key, name, gives, plans, max } = coupon;
    if (!gives) throw invalidCode(refuse, code, 'with_choice');
    const { subscriptions } = await findHoldings(tx, orgId);
    const isMeant = subscriptions.some((one) => isValid(one.status) && isForPlan(coupon, one.product, one.plan));
    if (plans && !isMeant) throw invalidCode(refuse, code, 'other_plan');
    if ((await findRedemptions(tx, orgId)).some((one) => one.coupon === key)) throw invalidCode(refuse, code, 'used');
    if (!(await takeUse(tx, key, max))) throw invalidCode(refuse, code, 'used_up');
    const until = endOf(coupon, from, periodBeginning(from, 'month'));
    const by = changedBy(caller);
    const definition = promisedBy(coupon);
    await storeRedemption(tx, orgId, { coupon: key, product: null, definition, from, until, code, by, reason: '' });
    for (const [feature, { value }] of Object.entries(gives)) {
      await insertGrant(tx, orgId, {
        ...{ id: newId(), feature, op: 'add', value, source: 'coupon', given_by: by, reason: code, coupon: key },
        ...{ from_at: new Date(from), until_at: until === null ? null : new Date(until) },
      });
    }
    await this.entitlements.announce(tx, emit, orgId);
    const named = features.flatMap(({ key: feature, name }) => {
      const given = gives[feature];
      return given ? [{ feature, name, value: given.value }] : [];
    });
    const at = (instant: number) => new Date(instant).toISOString();
    return { coupon: key, name, features: named, from: at(from), until: until === null ? null : at(until) };
  }
}
