import type { VersionedCatalogue, VersionedPlan } from '../plans/catalogue-model.rules.ts';

/** What everybody has of a product without paying. */
export function defaultPlan(
  { products, plans }: Pick<VersionedCatalogue, 'products' | 'plans'>,
  product: string,
): VersionedPlan | undefined {
  const key = products.find((one) => one.product === product)?.defaultPlan;
  return plans.find((plan) => plan.product === product && plan.plan === key);
}

/** Whether anything has to be paid for it. */
export const isPaid = ({ prices }: Pick<VersionedPlan, 'prices'>): boolean =>
  prices.some(({ amountMinor }) => amountMinor > 0);
