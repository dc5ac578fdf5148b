import { useQuery } from '@tanstack/react-query';
import type { Happening } from '@tidegate/client';
import { readOf, useRead } from '../kernel/api.ts';
import { useScopes } from '../kernel/own-role.ts';
import type { Names } from './happening-words.ts';

/** Names of plans and people, which the feed does not have; asked for only where there is something that needs them. */
export function useNames(rows: readonly Happening[]): Names & { member: (userId: string) => string | undefined } {
  const needs = (kind: string) => rows.some((row) => row.kind.startsWith(kind));
  const products = useQuery({
    ...readOf(null, 'plansList', {}),
    enabled: needs('subscription.') || needs('order.'),
  }).data?.products;
  const mayReadMembers = useScopes()?.has('members:read') ?? false;
  const members = useRead('membersList', { limit: 200 }, { enabled: needs('member.') && mayReadMembers }).data?.items;
  const of = (product: string | undefined) => products?.find((one) => one.product === product);
  return {
    product: (product) => of(product)?.name ?? product,
    plan: (product, plan) => of(product)?.plans.find((one) => one.plan === plan)?.name ?? plan,
    member: (userId) => members?.find((one) => one.userId === userId)?.name,
  };
}
