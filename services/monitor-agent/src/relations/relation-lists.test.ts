import { showOverview } from '@tidegate/contracts/monitor-agent/overview';
import { listDatabases, listIndexes, listTables } from '@tidegate/contracts/monitor-agent/relations';
import { topStatements } from '@tidegate/contracts/monitor-agent/statement';
import { useCollector, useServer, useStore } from '../../test/fixture.ts';
import { FIRST_VERSION } from '../../test/postgres-server.ts';
import { ShowOverview } from '../overview/show-overview.ts';
import { TopStatements } from '../statements/top-statements.ts';
import { ListDatabases } from './list-databases.ts';
import { ListIndexes } from './list-indexes.ts';
import { ListTables } from './list-tables.ts';

const server = useServer(FIRST_VERSION);
const store = useStore();
beforeAll(() => server.sql('create database shop;\n create role seller superuser login password $$s$$'));
const collecting = useCollector(store, server);

/** The collector's clock goes ahead of ours. */
const range = () => {
  const [from, to] = [-1, 2].map((hours) => new Date(Date.now() + hours * 3_600_000).toISOString());
  return { serverId: collecting.at.serverId, from, to };
};
const tables = async (more: object = {}) =>
  (await store.call(new ListTables(), listTables, { ...range(), ...more }, collecting.at.orgId)).items;
const indexes = async (more: object = {}) =>
  (await store.call(new ListIndexes(), listIndexes, { ...range(), ...more }, collecting.at.orgId)).items;
const databases = async () =>
  (await store.call(new ListDatabases(), listDatabases, range(), collecting.at.orgId)).items;
const table = async (name: string, more: object = {}) => (await tables(more)).find((one) => one.name === name);
const turnUntil = (done: () => Promise<boolean>) => collecting.replica.turnUntil(done, { stepMs: 5_000 });

test('partitions are one item with their sums, and can be seen one by one', async () => {
  await server.sql(`create table log (at int, n int) partition by range (at);
    create table log_1 partition of log for values from (0) to (100);
    create table log_2 partition of log for values from (100) to (200) partition by range (at);
    create table log_2a partition of log_2 for values from (100) to (150);
    create table log_2b partition of log_2 for values from (150) to (200);
    create index log_n on log (n);
    create table plain (n int)`);
  await collecting.takeSnapshot();
  await server.sql(`insert into log select g % 200, g from generate_series(1, 400) g;
    set enable_seqscan = off;
    select * from log where n = 7`);
  await server.sql('analyze log');
  await turnUntil(async () => (await table('log'))?.rowsInserted === 400 && (await table('log'))?.liveRows === 400);
  expect((await tables()).map(({ name }) => name).sort()).toEqual(['log', 'plain']);
  expect(await table('log')).toMatchObject({
    kind: 'partitioned table',
    partitions: 3,
    partitionOf: null,
    estimatedRows: 400,
    indexScans: 3,
    partial: false,
  });
  expect(await table('plain')).toMatchObject({ kind: 'table', partitions: null, partitionOf: null });
  expect((await tables({ search: 'log_2b' })).map(({ name }) => name)).toEqual(['log']);
  const apart = await tables({ partitions: 'apart', sort: 'name' });
  expect(apart.map(({ name, partitionOf }) => [name, partitionOf])).toEqual([
    ['log', null],
    ['log_1', 'log'],
    ['log_2', 'log'],
    ['log_2a', 'log'],
    ['log_2b', 'log'],
    ['plain', null],
  ]);
  expect(apart.reduce((sum, { rowsInserted }) => sum + rowsInserted, 0)).toBe(400);
  expect((await indexes()).map(({ name, partitions, scans }) => [name, partitions, scans])).toEqual([['log_n', 3, 3]]);
  expect(await indexes({ partitions: 'apart' })).toHaveLength(5);
  // A detached one stands for itself from then on.
  await server.sql('alter table log detach partition log_1');
  await turnUntil(async () => (await table('log_1')) !== undefined);
  expect((await table('log'))?.partitions).toBe(2);
  await server.sql('drop table log, log_1, plain');
});

test('what is dropped stays in the figures of the past with its name; what never did anything is deleted', async () => {
  await server.sql(`create table kept (n int);
    create table used (n int primary key);
    create table unused (n int)`);
  await collecting.takeSnapshot();
  await server.sql('insert into used select generate_series(1, 60)');
  await turnUntil(async () => (await table('used'))?.rowsInserted === 60);
  await server.sql('drop table used, unused');
  await turnUntil(async () => (await table('used'))?.goneAt !== null);
  expect(await table('used')).toMatchObject({ rowsInserted: 60, goneAt: expect.any(String) });
  expect((await indexes()).map(({ name, goneAt }) => [name, goneAt])).toEqual([['used_pkey', expect.any(String)]]);
  expect(await table('unused')).toBeUndefined();
  expect(await table('kept')).toMatchObject({ goneAt: null });
  const since = new Date(Date.now() + 7_000_000).toISOString();
  expect(await table('used', { from: since })).toBeUndefined();
  await server.sql('drop table kept');
});

test('databases that are dropped stay in the past, and are no databases of today; names follow what was renamed', async () => {
  const { at } = collecting;
  await server.sql('create table orders (n int)', 'shop');
  const orders = () => table('orders', { database: 'shop' });
  await turnUntil(async () => (await orders()) !== undefined);
  const seller = await server.client('shop', 'seller', 's');
  await seller.query('insert into orders select generate_series(1, 70)');
  // Until 14 a session that stays idle keeps its last counters to itself.
  await seller.end();
  await turnUntil(async () => (await orders())?.rowsInserted === 70);
  const statements = async (filter: object) =>
    (await store.call(new TopStatements(store.tenants, store.kept), topStatements, { ...range(), ...filter }, at.orgId))
      .items;
  await turnUntil(async () => (await statements({ database: 'shop', role: 'seller' })).length > 0);

  await server.sql('alter database shop rename to store;\n alter role seller rename to vendor');
  collecting.replica.putForward(11 * 60_000);
  await turnUntil(async () => (await statements({ database: 'store', role: 'vendor' })).length > 0);
  expect(await statements({ database: 'shop' })).toEqual([]);
  expect(await table('orders', { database: 'store' })).toMatchObject({ rowsInserted: 70 });
  expect(await orders()).toBeUndefined();

  const commits = async (name: string) => (await databases()).find((one) => one.name === name)?.commits ?? 0;
  const [before, count] = [await commits('store'), (await databases()).length];
  expect(before).toBeGreaterThan(0);
  await server.sql('drop database store with (force)');
  collecting.replica.putForward(11 * 60_000);
  await turnUntil(async () => (await table('orders'))?.goneAt != null);
  expect(await table('orders', { database: 'store' })).toMatchObject({ rowsInserted: 70, snapshotAt: null });
  expect(await commits('store')).toBeGreaterThanOrEqual(before);
  expect((await databases()).find(({ name }) => name === 'store')).toMatchObject({
    connections: 0,
    goneAt: expect.any(String),
  });
  const overview = await store.call(
    new ShowOverview(store.tenants, store.kept),
    showOverview,
    { serverId: at.serverId },
    at.orgId,
  );
  expect(overview.databases).toBe(count - 1);
});

test('tables of another database in which most is done are looked at every minute; each says when that was', async () => {
  const { at, replica } = collecting;
  await server.sql('create database busy');
  await server.sql('create table sold (n int)', 'busy');
  await server.sql('create database calm');
  await server.sql('create table still (n int)', 'calm');
  replica.putForward(11 * 60_000);
  await turnUntil(async () => !!(await table('sold')) && !!(await table('still')));
  const snapshots = async (name: string) =>
    Number(
      (
        await store.server.sql<{ snapshots: string }>(
          `select count(*) as snapshots from monitor_agent.table_samples s join monitor_agent.databases d
             on d.server_id = s.server_id and d.oid = s.database_oid
            where s.server_id = '${at.serverId}' and d.name = '${name}'`,
        )
      )[0]?.snapshots,
    );
  const before = await snapshots('calm');
  for (let round = 1; round <= 6; round += 1) {
    await server.sql('insert into sold select generate_series(1, 100)', 'busy');
    await turnUntil(async () => (await table('sold'))?.rowsInserted === round * 100);
  }
  expect((await snapshots('calm')) - before).toBeLessThan(await snapshots('busy'));
  const [sold, still] = [await table('sold'), await table('still')];
  expect(new Date(sold?.snapshotAt ?? 0).getTime()).toBeGreaterThan(new Date(still?.snapshotAt ?? 0).getTime());
  expect(sold?.coveredSeconds).toBeGreaterThan(0);
});
