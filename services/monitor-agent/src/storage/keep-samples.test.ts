import { featureNotIncluded } from '@tidegate/contracts/kernel/problem';
import { uncoveredTables } from '@tidegate/database/catalogue';
import { newId } from '@tidegate/database/ids';
import { addServer } from '../../test/collector.ts';
import { openStore, type Store } from '../../test/store.ts';
import { createLease } from '../leases/lease.rows.ts';
import { numberStatements, saveTexts } from '../statements/statement.rows.ts';
import { KeepSamples } from './keep-samples.loop.ts';
import { SAMPLE_TABLES } from './retention.rows.ts';

let store: Store;
beforeAll(async () => {
  store = await openStore();
});
afterAll(() => store.close());

const turn = { signal: new AbortController().signal };
const keeper = (days: (orgId: string) => number, mostDays = 400) =>
  new KeepSamples(
    store.tenants,
    { number: async (tx: { orgId: string }) => days(tx.orgId) } as never,
    { MONITOR_MAX_RETENTION_DAYS: mostDays } as never,
  );

async function sampleDaysAgo(orgId: string, days: number): Promise<void> {
  const at = new Date(Date.now() - days * 86_400_000);
  await store.tenants.run(orgId, (tx) =>
    tx.query(
      `insert into activity_samples (org_id, server_id, taken_at, total, active, idle, idle_in_transaction, waiting,
         longest_transaction_us, busy, groups, sessions) values ($1, $1, $2, 1, 1, 0, 0, 0, 0, 0, '[]', '[]')`,
      [orgId, at],
    ),
  );
}
const agesOf = async (orgId: string): Promise<number[]> => {
  const rows = await store.server.sql<{ days: number }>(
    `select (extract(epoch from now() - taken_at) / 86400)::int as days from monitor_agent.activity_samples
      where org_id = '${orgId}' order by 1`,
  );
  return rows.map(({ days }) => days);
};

test('each organisation keeps what its plan says', async () => {
  const [short, long, none] = [newId(), newId(), newId()];
  for (const orgId of [short, long, none]) {
    await store.tenants.run(orgId, (tx) => createLease(tx, newId()));
    for (const days of [0, 3, 10, 30]) await sampleDaysAgo(orgId, days);
  }
  await keeper((orgId) => {
    if (orgId === none) throw featureNotIncluded();
    return orgId === short ? 7 : 365;
  }).turn(turn);
  expect(await agesOf(short)).toEqual([0, 3]);
  expect(await agesOf(long)).toEqual([0, 3, 10, 30]);
  expect(await agesOf(none)).toEqual([0]);
});

test('statements that went long ago go with the keys that no other statement has', async () => {
  const { orgId, serverId } = await addServer(store, store.server);
  await store.tenants.run(orgId, async (tx) => {
    const keys = ['5/10/1/t', '5/10/2/t', '5/11/2/t'];
    const { ids } = await numberStatements(tx, serverId, keys, { database: () => 'd', role: () => 'r' });
    const texts = [...ids.values()].map((id, index) => ({
      id,
      text: { text: `select ${index}`, truncated: false, fingerprint: index === 0 ? 'alone' : 'shared' },
    }));
    await saveTexts(tx, serverId, texts);
    await tx.query(`update statements set gone_at = now() - interval '8 days' where org_id = $1 and role_oid = 10`, [
      orgId,
    ]);
  });
  await keeper(() => 7).turn(turn);
  const left = await store.server.sql<{ role_oid: string; fingerprint: string }>(
    `select role_oid, fingerprint from monitor_agent.query_keys
       left join monitor_agent.statements using (server_id, query_key) where server_id = '${serverId}'`,
  );
  expect(left).toEqual([{ role_oid: '11', fingerprint: 'shared' }]);
});

test('whole days past the longest plan are dropped; tomorrow has a partition in every table', async () => {
  const orgId = newId();
  await sampleDaysAgo(orgId, 30);
  await keeper(() => 365, 20).turn(turn);
  expect(await agesOf(orgId)).toEqual([]);
  const tomorrow = new Date(Date.now() + 86_400_000).toISOString().slice(0, 10).replaceAll('-', '');
  for (const table of SAMPLE_TABLES) {
    const [found] = await store.server.sql<{ name: string | null }>(
      `select to_regclass('monitor_agent.${table}_${tomorrow}')::text as name`,
    );
    expect(found?.name).not.toBeNull();
  }
});

test('every table is closed with row-level security, or says why not', async () => {
  const client = await store.server.client();
  expect(await uncoveredTables(client, 'monitor_agent')).toEqual([]);
  await client.end();
});
