import type { Entitlements } from '@tidegate/contracts/billing/entitlements';
import { newId } from '@tidegate/database/ids';

/** Entitlements with the meters `calls` (as given) and `mails`. */
export function snapshot(
  given: { calls?: number | null; anchor?: string; orgId?: string; version?: number; per?: 'month' | 'day' } = {},
): Entitlements {
  const { calls = null, anchor = '2026-01-31T10:00:00.000Z', orgId = newId(), version = 1, per = 'month' } = given;
  const metered = (limit: number | null, by: 'month' | 'day' = 'month') => ({
    kind: 'metered' as const,
    limit,
    enforcement: 'hard' as const,
    per: by,
  });
  return {
    orgId,
    version,
    plan: 'free',
    planName: 'Free',
    planVersion: 1,
    access: 'full',
    features: { calls: metered(calls, per), mails: metered(100) },
    periodAnchor: anchor,
    upgrade: { calls: { plan: 'pro', planName: 'Pro', limit: null } },
  };
}
