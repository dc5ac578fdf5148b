import type { promotionCodeInvalid } from '@tidegate/contracts/billing/coupons';
import type { Refuse } from '@tidegate/contracts/kernel/problem';
import { periodBeginning } from '../coupons/coupon.rules.ts';
import { type Entered, invalidCode, redeemCode } from '../coupons/redeem-coupon.ts';
import { periodAt, wholeSecond } from '../kernel/subscription.rules.ts';
import { type Choice, costs, currencyFor } from './chosen-plan.ts';
import { withStep } from './settle.ts';
import type { Decided, Situation } from './subscription-changes.ts';

type RefuseCode = Refuse<typeof promotionCodeInvalid>;

/** A code that is entered with a choice: it takes from what that costs, from when it begins. */
export async function enteredWith(
  refuse: RefuseCode,
  { tx, at, product, catalogue, before, steps }: Situation,
  choice: Choice,
  { decided, code }: { decided: Decided; code: string },
): Promise<Entered> {
  const orgId = tx.orgId as string;
  const { after, step } = decided;
  const begins = after.next?.at ?? null;
  const endsOnly = begins === null && after.cancelAt !== null && before?.cancelAt !== after.cancelAt;
  if (!costs(choice, catalogue) || endsOnly) throw invalidCode(refuse, code, 'costs_nothing');
  const currency = await currencyFor({ tx, before, catalogue });
  const from = begins ?? wholeSecond(at);
  const period =
    begins === null ? periodAt(step ? withStep(steps, step) : steps, at) : periodBeginning(begins, choice.interval);
  return { orgId, code, product, plan: choice.plan.plan, currency, from, period };
}

/** Uses a code up, before what it takes from is charged. Nothing entered changes nothing. */
export async function enterCode(
  refuse: RefuseCode,
  situation: Situation,
  choice: Choice,
  given: { decided: Decided; code: string | undefined; by: string; reason: string },
): Promise<Decided> {
  const { decided, code, by, reason } = given;
  if (code === undefined) return decided;
  const entered = await enteredWith(refuse, situation, choice, { decided, code });
  await redeemCode(situation.tx, refuse, situation.catalogue.coupons, { ...entered, by, reason });
  return decided;
}
