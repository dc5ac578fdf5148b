import type { VersionedCatalogue, VersionedPlan } from '../plans/catalogue-model.rules.ts';

/** What everybody has of a product without paying. */
export function defaultPlan(
  { products, plans }: Pick<VersionedCatalogue, 'products' | 'plans'>,
  product: string,
): VersionedPlan | undefined {
  const key = products.find((one) => one.product === product)?.defaultPlan;
  return plans.find((plan) => plan.product === product && plan.plan === key);
}

/** Whether anything has to be paid for it: at the start of each period, or for usage. */
export const isPaid = ({ prices, features }: Sold): boolean =>
  prices.some(({ amountMinor }) => amountMinor > 0) ||
  Object.values(features).some((grant) => 'price' in grant && grant.price !== undefined);

interface Sold {
  prices: readonly Pick<VersionedPlan['prices'][number], 'amountMinor'>[];
  features: Readonly<Record<string, object>>;
}

export interface Sellable {
  product: string;
  prices: readonly Pick<VersionedPlan['prices'][number], 'amountMinor' | 'currency'>[];
  features: Readonly<Record<string, object>>;
}

/** Whether everything of it that costs something does so in that currency: what has no price is sold to nobody. */
export const isSoldIn = (currency: string, { prices, features }: Sellable): boolean =>
  (prices.every(({ amountMinor }) => amountMinor === 0) || prices.some((price) => price.currency === currency)) &&
  Object.values(features).every(
    (grant) => !('price' in grant && grant.price) || Object.hasOwn(grant.price as object, currency),
  );
