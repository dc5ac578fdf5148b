import { unknownPlan } from '@tidegate/contracts/billing/plans';
import type { Refuse } from '@tidegate/contracts/kernel/problem';
import type { DetailOf } from '@tidegate/contracts/kernel/problem-texts';
import type { VersionedPlan } from './catalogue-model.rules.ts';

type Plans = readonly VersionedPlan[];

/** The plan as it is in the catalogue now; throws when it is not. */
export function offeredPlan(
  refuse: Refuse<typeof unknownPlan>,
  plans: Plans,
  product: string,
  plan: string,
): VersionedPlan {
  const found = plans.find((one) => one.product === product && one.plan === plan);
  if (!found) throw noSuchPlan(refuse, plans, product, plan);
  return found;
}

export function noSuchPlan(refuse: Refuse<typeof unknownPlan>, plans: Plans, product: string, plan: string): Error {
  const own = plans.filter((one) => one.product === product).map((one) => one.plan);
  const products = [...new Set(plans.map((one) => one.product))];
  const detail: DetailOf<'unknown_plan'> =
    own.length > 0
      ? `Plans of ${product}: ${own.join(', ')}.`
      : `There is no product ${product}. Products: ${products.join(', ')}.`;
  return refuse(unknownPlan, { product, plan, plans: own }, detail);
}
