import type { Entitlements } from '@tidegate/contracts/billing/entitlements';
import { newId } from '@tidegate/database/ids';
import { entitlementsOf } from '@tidegate/testing/entitlements';

/** Entitlements with the meters `calls` (as given) and `mails`. */
export function snapshot(
  given: { calls?: number | null; anchor?: string; orgId?: string; version?: number; per?: 'month' | 'day' } = {},
): Entitlements {
  const { calls = null, anchor = '2026-01-31T10:00:00.000Z', orgId = newId(), version = 1, per = 'month' } = given;
  const metered = (limit: number | null, by: 'month' | 'day' = 'month') => ({
    kind: 'metered' as const,
    limit,
    enforcement: 'hard' as const,
    ceiling: limit,
    per: by,
  });
  return entitlementsOf({
    orgId,
    version,
    anchor,
    features: { calls: metered(calls, per), mails: metered(100) },
    upgrade: { calls: { product: 'main', plan: 'pro', planName: 'Pro', limit: null } },
  });
}
