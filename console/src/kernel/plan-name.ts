import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import type { OwnEntitlements } from '@tidegate/client';
import { readOf } from './api.ts';

/** What people know a plan on offer as; undefined until that is known. */
export function usePlanName(product: string | undefined, plan: string): string | undefined {
  const products = useQuery(readOf(null, 'plansList', {})).data?.products;
  const plans = products?.find((one) => one.product === product)?.plans;
  return products && (plans?.find((one) => one.plan === plan)?.name ?? plan);
}

type Offers = Pick<OwnEntitlements, 'upgrade' | 'further'>;

/** Plans that give more of a feature, the cheapest first. */
export const upgradesOf = ({ upgrade, further }: Offers, feature: string) => [
  ...(upgrade[feature] ? [upgrade[feature]] : []),
  ...(further?.[feature] ?? []),
];

/** The name of the plan that gives more of a feature, which may be of any product; undefined until that is known. */
export function useUpgradeName(feature: string, upgradeTo: string | null | undefined): string | undefined {
  const { org } = useParams({ strict: false }) as { org?: string };
  const asked = { ...readOf(org ?? null, 'entitlementsCurrent', {}), enabled: Boolean(org && upgradeTo) };
  const known = useQuery(asked).data;
  if (!upgradeTo || !known) return undefined;
  return upgradesOf(known, feature).find(({ plan }) => plan === upgradeTo)?.planName ?? upgradeTo;
}
