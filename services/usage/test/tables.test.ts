import { uncoveredTables } from '@tidegate/database/catalogue';
import { type Fixture, openUsage } from './fixture.ts';

let usage: Fixture;
beforeAll(async () => {
  usage = await openUsage();
});
afterAll(() => usage.close());

test('every table is protected by row-level security or says why not, partitions included', async () => {
  await usage.writer().ensurePartitions([{ at: new Date().toISOString() }], Date.now());
  expect(await usage.asAdmin((client) => uncoveredTables(client, 'usage'))).toEqual([]);
});

test('partitions are created for late events', async () => {
  const at = new Date(Date.now() - 30 * 86_400_000).toISOString();
  await usage.writer().ensurePartitions([{ at }], Date.now());
  const child = `usage_events_${at.slice(0, 10).replaceAll('-', '')}`;
  const rows = await usage.tenants.as({}, (tx) => tx.query('select to_regclass($1) is not null as there', [child]));
  expect(rows).toEqual([{ there: true }]);
});
