import { TenantDatabase } from '@tidegate/database/tenant-database';
import { ensureEventDays } from '@tidegate/usage/ingestion/event-days';
import type { BenchDatabase } from './servers.ts';

const ANCHOR = '2026-01-01T00:00:00.000Z';

/** The meter `calls`, these organisations with it, and partitions for so many days back. */
export async function prepareUsage(database: BenchDatabase, orgs: readonly string[], days: number): Promise<void> {
  const tenants = new TenantDatabase(database.dataSource);
  await tenants.as({}, (tx) => tx.query("insert into meters (meter, name) values ('calls', 'Calls')"));
  await tenants.system('ingest', (tx) =>
    tx.query(
      `insert into entitlement_snapshots (org_id, version, periods, snapshot) select id, 1, $2::json, '{}' from unnest($1::uuid[]) id`,
      [orgs, JSON.stringify({ meters: {}, shared: [{ from: ANCHOR, anchor: ANCHOR, months: 1 }] })],
    ),
  );
  await ensureEventDays(tenants, { back: days, ahead: 3 });
}
