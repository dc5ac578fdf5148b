import { ensureDays } from '@tidegate/database/partitions';
import type { TenantDatabase } from '@tidegate/database/tenant-database';

/**
 * Partitions of usage_events, in a transaction of their own: making one locks the whole table. Two replicas that make
 * the same one at the same moment: the second fails with "already exists" (42P07) and finds it when it looks again.
 */
export async function ensureEventDays(tenants: TenantDatabase, days: { back?: number; ahead?: number }): Promise<void> {
  const ensure = () => tenants.system('ingest', (tx) => ensureDays(tx, 'usage_events', days));
  await ensure().catch((error: { code?: unknown }) => {
    if (error.code !== '42P07') throw error;
    return ensure();
  });
}
