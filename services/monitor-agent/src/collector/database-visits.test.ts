import { listIndexes, listTables } from '@tidegate/contracts/monitor-agent/relations';
import { until } from '@tidegate/testing/until';
import { addServer, Replica } from '../../test/collector.ts';
import { useServer, useStore } from '../../test/fixture.ts';
import { FIRST_VERSION } from '../../test/postgres-server.ts';
import { WATCHER_PASSWORD } from '../../test/watched.ts';
import { ListIndexes } from '../relations/list-indexes.ts';
import { ListTables } from '../relations/list-tables.ts';

const watched = useServer(FIRST_VERSION);
const store = useStore();
let replica: Replica;

beforeAll(async () => {
  await watched.sql('create table here (id int primary key)');
  for (const name of ['shop', 'closed']) await watched.sql(`create database ${name}`);
  await watched.sql('create table orders (id int primary key); \n insert into orders values (1)', 'shop');
  await watched.sql('revoke connect on database closed from public');
  replica = new Replica(store).start();
  watched.beforeStop(() => replica.stop());
});

const tables = async (at: { serverId: string; orgId: string }) => {
  const { items } = await store.call(new ListTables(), listTables, { serverId: at.serverId }, at.orgId);
  return items
    .filter(({ goneAt }) => goneAt === null)
    .map(({ database, name }) => `${database}.${name}`)
    .sort();
};

const testOfSessions = FIRST_VERSION.major >= 14 ? test : test.skip;

/** First of all: sessions of other collectors would be taken for use. */
testOfSessions(
  'a database in which nobody was is left in peace for an hour',
  async () => {
    for (const name of ['idle', 'used']) {
      await watched.sql(`create database ${name}`);
      await watched.sql('create table things (id int)', name);
    }
    const at = await addServer(store, watched);
    const snapshotAt = async (name: string) => {
      const [row] = await store.server.sql<{ at: Date; sized: boolean }>(
        `select max(l.taken_at) as at, bool_and(t.heap_bytes is not null) as sized from monitor_agent.tables t
         join monitor_agent.relation_snapshots l using (org_id, server_id, database_oid)
        where server_id = '${at.serverId}' and l.kind = 'tables' and t.database_name = '${name}'`,
      );
      return row?.sized ? row.at.getTime() : 0;
    };
    await until(
      async () => {
        replica.putForward(30_000);
        return (await snapshotAt('idle')) > 0 && (await snapshotAt('used')) > 0;
      },
      { withinMs: 20_000 },
    );
    const [idle, used] = [await snapshotAt('idle'), await snapshotAt('used')];
    await watched.sql('insert into things select generate_series(1, 1000)', 'used');
    await until(
      async () => {
        replica.putForward(30_000);
        return (await snapshotAt('used')) > used;
      },
      { withinMs: 20_000 },
    );
    replica.putForward(10 * 60_000);
    await watched.sql('select count(*) from things', 'used');
    const again = await snapshotAt('used');
    await until(async () => (await snapshotAt('used')) > again, { withinMs: 20_000 });
    expect(await snapshotAt('idle')).toBe(idle);
    // Nobody is there any more, but what was written has still to be measured.
    replica.putForward(6 * 60_000);
    const size = `select from monitor_agent.tables
      where server_id = '${at.serverId}' and database_name = 'used' and heap_bytes > 30000`;
    await until(async () => (await store.server.sql(size)).length > 0, { withinMs: 20_000 });
    expect(await snapshotAt('idle')).toBe(idle);
    replica.putForward(56 * 60_000);
    await until(async () => (await snapshotAt('idle')) > idle, { withinMs: 20_000 });
    await store.server.sql('delete from monitor_agent.servers');
    for (const name of ['idle', 'used']) await watched.sql(`drop database ${name} with (force)`);
  },
  90_000,
);

test('tables and indexes of every database that may be entered are collected, and gone with it', async () => {
  const at = await addServer(store, watched);
  expect(await until(async () => ((await tables(at)).length === 2 ? tables(at) : undefined))).toEqual([
    'postgres.here',
    'shop.orders',
  ]);
  const { items } = await store.call(
    new ListIndexes(),
    listIndexes,
    { serverId: at.serverId, database: 'shop' },
    at.orgId,
  );
  expect(items.map(({ name }) => name)).toEqual(['orders_pkey']);
  expect(watched.log()).not.toContain('permission denied for database');

  await watched.sql('drop database shop with (force)');
  replica.putForward(11 * 60_000);
  await until(async () => (await tables(at)).join() === 'postgres.here', { withinMs: 15_000 });
});

test('what was written in a visited database is counted from visit to visit', async () => {
  await watched.sql('create database counted');
  await watched.sql('create table events (id int)', 'counted');
  const at = await addServer(store, watched);
  await until(async () => (await tables(at)).includes('counted.events'), { withinMs: 15_000 });
  await watched.sql('insert into events select generate_series(1, 500)', 'counted');
  replica.putForward(60_000);
  const inserted = async () => {
    // The collector's clock was put forward.
    const day = {
      from: new Date(Date.now() - 3_600_000).toISOString(),
      to: new Date(Date.now() + 86_400_000).toISOString(),
    };
    const { items } = await store.call(new ListTables(), listTables, { serverId: at.serverId, ...day }, at.orgId);
    return items.find(({ name }) => name === 'events')?.rowsInserted;
  };
  await until(async () => (await inserted()) === 500, { withinMs: 20_000 });
});

test('a role with room for one session is never given a second one: the server stays watched', async () => {
  await watched.sql(`create role narrow login password '${WATCHER_PASSWORD}' connection limit 1 in role pg_monitor`);
  const at = await addServer(store, watched, { user: 'narrow' });
  await until(async () => (await tables(at)).includes('postgres.here'), { withinMs: 15_000 });
  replica.putForward(60_000);
  const row = await until(async () => {
    const [one] = await watched.sql<{ sessions: string }>(
      "select count(*) as sessions from pg_stat_activity where usename = 'narrow'",
    );
    return one?.sessions === '1' ? one : undefined;
  });
  expect(row).toBeDefined();
});
