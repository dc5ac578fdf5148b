import { unknownPlan } from '@tidegate/contracts/billing/plans';
import type { Refuse } from '@tidegate/contracts/kernel/problem';
import type { VersionedPlan } from './catalogue-diff.rules.ts';

type Offers = readonly VersionedPlan[];

/** The plan as it is on offer now; throws when it is not. */
export function offeredPlan(refuse: Refuse<typeof unknownPlan>, offers: Offers, plan: string): VersionedPlan {
  const offered = offers.find((offer) => offer.plan === plan);
  if (!offered) throw noSuchPlan(refuse, offers, plan);
  return offered;
}

export function noSuchPlan(refuse: Refuse<typeof unknownPlan>, offers: Offers, plan: string): Error {
  const plans = offers.map((offer) => offer.plan);
  return refuse(unknownPlan, { plan, plans }, `Plans on offer: ${plans.join(', ')}.`);
}
