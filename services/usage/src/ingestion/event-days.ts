import { ensureDays } from '@tidegate/database/partitions';
import type { TenantDatabase } from '@tidegate/database/tenant-database';

/**
 * Creates partitions of usage_events in a transaction of its own, because creating one locks the whole table. When two
 * replicas create the same one, the second fails with "already exists" (42P07) and succeeds when it tries again.
 */
export async function ensureEventDays(tenants: TenantDatabase, days: { back?: number; ahead?: number }): Promise<void> {
  const ensure = () => tenants.system('ingest', (tx) => ensureDays(tx, 'usage_events', days));
  await ensure().catch((error: { code?: unknown }) => {
    if (error.code !== '42P07') throw error;
    return ensure();
  });
}
