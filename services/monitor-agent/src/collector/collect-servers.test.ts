import { showActivity } from '@tidegate/contracts/monitor-agent/activity';
import { showOverview } from '@tidegate/contracts/monitor-agent/overview';
import { listDatabases, listIndexes, listTables } from '@tidegate/contracts/monitor-agent/relations';
import { getServer } from '@tidegate/contracts/monitor-agent/server';
import { topStatements } from '@tidegate/contracts/monitor-agent/statement';
import { until } from '@tidegate/testing/until';
import { addServer, Replica, type WatchedServer } from '../../test/collector.ts';
import { useServer, useStore } from '../../test/fixture.ts';
import { FIRST_VERSION, PostgresServer, VERSIONS } from '../../test/postgres-server.ts';
import { makeWatcher, WATCHER_PASSWORD } from '../../test/watched.ts';
import { ShowActivity } from '../activity/show-activity.ts';
import { ShowOverview } from '../overview/show-overview.ts';
import { ListDatabases } from '../relations/list-databases.ts';
import { ListIndexes } from '../relations/list-indexes.ts';
import { ListTables } from '../relations/list-tables.ts';
import { GetServer } from '../servers/get-server.ts';
import { TopStatements } from '../statements/top-statements.ts';

const store = useStore();

/** Replicas and servers end with their test: the next replica would collect from all of them. */
const replicas: Replica[] = [];
const begin = (plan?: { probe?: number; minute?: number }): Replica => {
  const replica = new Replica(store, plan).start();
  replicas.push(replica);
  return replica;
};
afterEach(async () => {
  await Promise.all(replicas.splice(0).map((replica) => replica.stop()));
  await store.releaseServers();
});

const server = ({ orgId, serverId }: WatchedServer) => store.call(new GetServer(), getServer, { serverId }, orgId);
const statements = ({ orgId, serverId }: WatchedServer, more: object = {}) =>
  store.call(new TopStatements(store.tenants, store.kept), topStatements, { serverId, limit: 500, ...more }, orgId);
const callsOf = async (at: WatchedServer, text: string) =>
  (await statements(at)).items.filter((item) => item.text === text).reduce((sum, item) => sum + item.calls, 0);

describe.each(VERSIONS)('collecting from a real server ($name)', (binaries) => {
  const watched = useServer(binaries);
  beforeAll(() =>
    watched.sql(`create table orders (id int primary key, customer int);
      create index on orders (customer);
      insert into orders select g, g % 7 from generate_series(1, 500) g`),
  );

  test('a new server shows statements, activity, databases, tables and indexes within seconds', async () => {
    const replica = begin();
    const at = await addServer(store, watched);
    const client = await watched.client();
    await until(async () => (await server(at)).state === 'ok');
    await client.query('begin');
    let made = 0;
    const seen = await until(
      async () => {
        await client.query("select count(*) from orders where customer = 3 /* S3CR3T */ and 'S3CR3T' <> ''");
        await client.query('insert into orders values ($1, 1)', [10_000 + made]);
        made += 1;
        const { items } = await statements(at);
        return items.find((item) => item.text?.startsWith('select count(*) from orders'));
      },
      { withinMs: 20_000 },
    );
    expect(seen).toMatchObject({ database: 'postgres', role: 'postgres', toplevel: true, partial: false });
    expect(seen.text).toBe('select count(*) from orders where customer = $1 and $2 <> $3');
    await client.query('commit');
    await client.end();

    const ask = { serverId: at.serverId };
    const tables = await until(
      async () => {
        const list = await store.call(new ListTables(), listTables, ask, at.orgId);
        return list.items[0]?.rowsInserted && list.items[0].totalBytes ? list : undefined;
      },
      { withinMs: 20_000 },
    );
    expect(tables).toMatchObject({
      known: 1,
      items: [{ schema: 'public', name: 'orders', kind: 'table', sizeStale: false }],
    });
    const indexes = await store.call(new ListIndexes(), listIndexes, { ...ask, sort: 'name' }, at.orgId);
    expect(indexes.items.map(({ name, columns, primary }) => ({ name, columns, primary }))).toEqual([
      { name: 'orders_customer_idx', columns: ['customer'], primary: false },
      { name: 'orders_pkey', columns: ['id'], primary: true },
    ]);
    const databases = await store.call(new ListDatabases(), listDatabases, ask, at.orgId);
    expect(databases.items.find(({ name }) => name === 'postgres')?.bytes).toBeGreaterThan(1_000_000);
    const activity = await store.call(new ShowActivity(), showActivity, ask, at.orgId);
    expect(activity.history.length).toBeGreaterThan(0);
    expect(activity.maxConnections).toBe(40);
    const overview = await store.call(new ShowOverview(store.tenants, store.kept), showOverview, ask, at.orgId);
    expect(overview).toMatchObject({ server: { state: 'ok' }, tables: 1, indexes: 2, databases: 2 });
    expect(overview.missing.map(({ id }) => id)).toEqual(['track_io_timing', 'bloat', 'explain', 'sequences']);
    expect(replica.live.at(-1)).toMatchObject({
      orgId: at.orgId,
      topic: 'servers',
      data: { serverId: at.serverId, state: 'ok' },
    });
    expect(await store.dump()).not.toContain('S3CR3T');
  });

  test('through stops and take-overs every call is counted once, and a replica that lost its lease writes nothing', async () => {
    const at = await addServer(store, watched);
    const client = await watched.client();
    const text = 'select $1 + $2 + $3 + $4';
    const run = async (times: number) => {
      for (let turn = 0; turn < times; turn += 1) await client.query('select 1 + 2 + 3 + 4');
      return times;
    };
    const collected = async () => (await server(at)).lastCollectedAt ?? undefined;
    const first = begin();
    await until(collected);
    let made = await run(7);
    await until(async () => (await callsOf(at, text)) === made, { withinMs: 20_000 });

    await first.stop();
    made += await run(11);
    const second = begin();
    await until(async () => (await callsOf(at, text)) === made, { withinMs: 20_000 });

    await second.freeze();
    made += await run(13);
    // Fifteen seconds later its lease is over.
    await store.server.sql(
      `update monitor_agent.server_leases set expires_at = now() where server_id = '${at.serverId}'`,
    );
    const third = begin();
    await until(async () => (await callsOf(at, text)) === made, { withinMs: 20_000 });
    const snapshots = () =>
      store.server.sql(`select taken_at from monitor_agent.statement_samples where server_id = '${at.serverId}'`);
    await third.stop();
    await store.server.sql(
      `update monitor_agent.server_leases set expires_at = now() + '1 h', fence = fence + 1, holder = 'x' where server_id = '${at.serverId}'`,
    );
    const before = (await snapshots()).length;
    second.putForward(2_000);
    await second.turn();
    await second.stop();
    expect((await snapshots()).length).toBe(before);
    expect(await callsOf(at, text)).toBe(made);
    await client.end();
  });
});

describe('troubles', () => {
  const watched = useServer(FIRST_VERSION);
  let replica: Replica;
  beforeEach(() => {
    replica = begin({ minute: 60 });
  });

  const events = async ({ serverId }: WatchedServer) =>
    (await store.emitted('evt.monitor-agent.server.')).filter(({ body }) => body['serverId'] === serverId);

  test('a server that goes away is called unreachable once, and reachable once when it is back', async () => {
    const at = await addServer(store, watched);
    await until(async () => (await server(at)).state === 'ok');
    await watched.halt();
    await until(async () => (await server(at)).failure ?? undefined);
    expect((await server(at)).state).toBe('ok');
    for (let attempt = 0; attempt < 5; attempt += 1) {
      const { failure } = await server(at);
      expect(failure?.code).toMatch(/connection_refused|connection_lost/);
      replica.putForward(60_000);
      await until(async () => (await events(at)).length > 0 || (attempt < 2 ? true : undefined));
      await new Promise((resolve) => setTimeout(resolve, 700));
    }
    await until(
      async () => {
        const { state, failure } = await server(at);
        return state === 'unreachable' && failure?.code === 'connection_refused';
      },
      { what: 'the server to be unreachable' },
    );
    await watched.boot();
    replica.putForward(300_000);
    await until(async () => (await server(at)).state === 'ok', { withinMs: 10_000 });
    expect((await server(at)).failure).toBeNull();
    const { name } = await server(at);
    expect((await events(at)).map(({ subject, body }) => [subject, body])).toEqual([
      [
        'evt.monitor-agent.server.unreachable.v1',
        { serverId: at.serverId, name, since: expect.any(String), code: 'connection_refused' },
      ],
      [
        'evt.monitor-agent.server.reachable.v1',
        { serverId: at.serverId, name, since: expect.any(String), unreachableSeconds: expect.any(Number) },
      ],
    ]);
  });

  test('a wrong password is named, and is nowhere to be found', async () => {
    const at = await addServer(store, watched, { password: 'canary-P4SSW0RD' });
    const { failure, state } = await until(async () => {
      const now = await server(at);
      return now.failure ? now : undefined;
    });
    expect(state).toBe('pending');
    expect(failure).toMatchObject({ code: 'password_wrong', what: expect.stringContaining('watcher') });
    expect(await store.dump()).not.toContain('canary-P4SSW0RD');
  });

  test('without pg_stat_statements and pg_monitor the rest is collected, without errors on the server', async () => {
    const bare = await PostgresServer.start(FIRST_VERSION, { settings: { shared_preload_libraries: '' } });
    await bare.sql(`create role watcher login password '${WATCHER_PASSWORD}' connection limit 1;
      create table t (id int)`);
    const at = await addServer(store, bare);
    await until(async () => (await server(at)).lastCollectedAt ?? undefined, { withinMs: 10_000 });
    const { missing, tables } = await store.call(
      new ShowOverview(store.tenants, store.kept),
      showOverview,
      { serverId: at.serverId },
      at.orgId,
    );
    expect(tables).toBe(1);
    expect(missing.map(({ code }) => code)).toEqual(
      expect.arrayContaining([
        'pg_monitor_missing',
        'statements_not_preloaded',
        'statements_not_created',
        'connection_limit_low',
      ]),
    );
    replica.putForward(120_000);
    const first = (await server(at)).lastCollectedAt;
    await until(async () => (await server(at)).lastCollectedAt !== first, { withinMs: 10_000 });
    expect(bare.log()).not.toContain('ERROR');
    await bare.stop();
  });

  test('an extension that is created but not loaded costs no error, and the rest goes on', async () => {
    const bare = await PostgresServer.start(FIRST_VERSION, { settings: { shared_preload_libraries: '' } });
    await makeWatcher(bare);
    const at = await addServer(store, bare);
    const collected = async () => (await server(at)).lastCollectedAt ?? undefined;
    const first = await until(collected, { withinMs: 10_000 });
    replica.putForward(120_000);
    await until(async () => (await collected()) !== first, { withinMs: 10_000 });
    expect(bare.log()).not.toContain('ERROR');
    await bare.stop();
  });

  test('a minute is charged once, however often it was looked at', async () => {
    const busy = begin();
    const at = await addServer(store, watched);
    await until(async () => (await statements(at)).range.coveredSeconds > 1, { withinMs: 20_000 });
    await busy.stop();
    const uses = (await store.emitted(`usage.${at.orgId}.server_minutes`)).map(
      ({ body }) => (body as never as [{ id: string; quantity: number }])[0],
    );
    expect(uses.length).toBeGreaterThan(1);
    expect(new Set(uses.map(({ id }) => id)).size).toBeLessThanOrEqual(2);
    for (const { id, quantity } of uses) {
      expect(id).toMatch(new RegExp(`^${at.serverId}:\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:00.000Z$`));
      expect(quantity).toBe(1);
    }
  });
});
