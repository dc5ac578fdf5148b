import { promotionCodeInvalid } from '@tidegate/contracts/billing/coupons';
import type { Period } from '@tidegate/contracts/billing/period';
import type { Refuse } from '@tidegate/contracts/kernel/problem';
import type { DetailOf } from '@tidegate/contracts/kernel/problem-texts';
import type { Tx } from '@tidegate/database/tx';
import { recordChange } from '../kernel/change.rows.ts';
import type { CouponDefinition } from '../plans/catalogue-model.rules.ts';
import { findRedemptions, findUses, insertRedemption, takeUse } from './coupon.rows.ts';
import { couponOf, endOf, isForPlan, isRunning, isUsedUp, promisedBy, type Redemption } from './coupon.rules.ts';

type RefuseCode = Refuse<typeof promotionCodeInvalid>;

export interface Entered {
  orgId: string;
  code: string;
  product: string;
  plan: string;
  currency: string;
  /** From when on charges are discounted, and what is paid for at a time then. */
  from: number;
  period: Period;
}

/** What entering a code would give; throws when it gives nothing. Reads only. */
export async function redemptionOf(
  tx: Tx,
  refuse: RefuseCode,
  coupons: readonly CouponDefinition[],
  entered: Entered,
): Promise<Redemption & { max: number | null }> {
  const { code, product, plan, currency, orgId, from, period } = entered;
  const coupon = couponOf(coupons, code);
  if (!coupon) throw invalidCode(refuse, code, 'unknown');
  if (coupon.gives) throw invalidCode(refuse, code, 'by_itself');
  const { coupon: key, amounts, max } = coupon;
  if (!isForPlan(coupon, product, plan)) throw invalidCode(refuse, code, 'other_plan');
  if (amounts && !amounts.some((one) => one.currency === currency)) throw invalidCode(refuse, code, 'other_currency');
  const had = await findRedemptions(tx, orgId);
  if (had.some((one) => one.coupon === key)) throw invalidCode(refuse, code, 'used');
  if (had.some((one) => one.product === product && isRunning(one, from)))
    throw invalidCode(refuse, code, 'another_runs');
  if (max !== null && isUsedUp(await findUses(tx, key), max)) throw invalidCode(refuse, code, 'used_up');
  return { coupon: key, product, definition: promisedBy(coupon), from, until: endOf(coupon, from, period), max };
}

/** Enters a code: once for each organisation, and for no more organisations than it is for. The organisation is locked. */
export async function redeemCode(
  tx: Tx,
  refuse: RefuseCode,
  coupons: readonly CouponDefinition[],
  entered: Entered & { by: string; reason: string },
): Promise<void> {
  const { max, ...redemption } = await redemptionOf(tx, refuse, coupons, entered);
  if (!(await takeUse(tx, redemption.coupon, max))) throw invalidCode(refuse, entered.code, 'used_up');
  await storeRedemption(tx, entered.orgId, {
    ...redemption,
    code: entered.code,
    by: entered.by,
    reason: entered.reason,
  });
}

export async function storeRedemption(
  tx: Tx,
  orgId: string,
  redemption: Redemption & { code: string | null; by: string; reason: string },
): Promise<void> {
  const { coupon, product, code, by, reason, from, until } = redemption;
  await insertRedemption(tx, orgId, redemption);
  const instant = (at: number | null) => (at === null ? null : new Date(at).toISOString());
  const after = { coupon, code, from: instant(from), until: instant(until) };
  await recordChange(tx, { orgId, product, action: 'coupon_redeemed', by, reason, after });
}

type Why =
  | 'unknown'
  | 'used'
  | 'used_up'
  | 'another_runs'
  | 'other_plan'
  | 'other_currency'
  | 'costs_nothing'
  | 'not_here'
  | 'by_itself'
  | 'with_choice';

const DETAILS: Record<Why, DetailOf<'promotion_code_invalid'>> = {
  unknown: 'There is no such code.',
  used: 'This organisation has had what it gives.',
  used_up: 'As many have used it as it is for.',
  another_runs: 'Another coupon runs for this product. Enter the code when that has ended.',
  other_plan: 'It is for other plans.',
  other_currency: 'It is not for the currency of this organisation.',
  costs_nothing: 'There is nothing to pay for this choice.',
  not_here: 'Codes are entered where this is paid: on the page of the checkout.',
  by_itself: 'It gives something whatever is paid: enter it by itself, POST /api/v1/billing/codes.',
  with_choice: 'It takes something off a price: enter it when you choose a plan.',
};

export const invalidCode = (refuse: RefuseCode, promotionCode: string, reason: Why): Error =>
  refuse(promotionCodeInvalid, { promotionCode, reason }, DETAILS[reason]);
