import type { Entitlements } from '@tidegate/contracts/billing/entitlements';
import type { QuotaWindow } from '@tidegate/contracts/billing/features';
import { newId } from '@tidegate/database/ids';
import { entitlementsOf } from '@tidegate/testing/entitlements';
import { periodsByMeter } from '../src/entitlements/meter-periods.rules.ts';
import type { Standing } from '../src/entitlements/standing.ts';

/** Entitlements with the meters `calls` (as given) and `mails`. */
export function snapshot(
  given: { calls?: number | null; anchor?: string; orgId?: string; version?: number; per?: QuotaWindow } = {},
): Entitlements {
  const { calls = null, anchor = '2026-01-31T10:00:00.000Z', orgId = newId(), version = 1, per = 'month' } = given;
  const metered = (limit: number | null, by: QuotaWindow = 'month') => ({
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

/** The standing of an organisation whose days are those of UTC. */
export function standingOf(entitlements: Entitlements, now = Date.parse('2026-11-20T10:20:00Z')): Standing {
  const start = Math.floor(now / 86_400_000) * 86_400_000;
  const day = { start, end: start + 86_400_000 };
  return { snapshot: entitlements, periods: periodsByMeter(entitlements), timeZone: 'UTC', day, now };
}
