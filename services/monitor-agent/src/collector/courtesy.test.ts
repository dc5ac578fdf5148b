import { showOverview } from '@tidegate/contracts/monitor-agent/overview';
import { listTables } from '@tidegate/contracts/monitor-agent/relations';
import { until } from '@tidegate/testing/until';
import { addServer, collectOnce, Replica, snapshotAt } from '../../test/collector.ts';
import { useCollector, useServer, useStore } from '../../test/fixture.ts';
import { HoldingProxy } from '../../test/holding-proxy.ts';
import { FIRST_VERSION, VERSIONS } from '../../test/postgres-server.ts';
import { WATCHER_PASSWORD, watch } from '../../test/watched.ts';
import { readInstance } from '../kernel/instance/instance.queries.ts';
import { ScheduledQueries } from '../kernel/schedule/scheduled-query.ts';
import { ShowOverview } from '../overview/show-overview.ts';
import { ListTables } from '../relations/list-tables.ts';
import type { CollectorTools } from './collector-tools.ts';
import { MinuteCollector } from './minute-collector.ts';

/* What a watched server may expect of us (monitoring.md 3.6 and 3.12). */
const MINUTE = 60_000;

const store = useStore();

describe.each(VERSIONS)('courtesy towards a real server ($name)', (binaries) => {
  const server = useServer(binaries, {
    settings: { log_lock_waits: 'on', deadlock_timeout: '10ms', log_line_prefix: '[%a] ', track_io_timing: 'on' },
  });
  const proxy = new HoldingProxy(server);
  beforeAll(async () => {
    await server.sql(`create table orders (id int primary key);
      create table free (id int primary key);
      insert into orders select generate_series(1, 1000)`);
    await proxy.begin();
  });
  afterEach(() => proxy.release());
  const collecting = useCollector(store, proxy, { minute: 60, probe: 10 });

  const ours = (lines: string) => lines.split('\n').filter((line) => line.startsWith('[tidegate]'));
  const { takeSnapshot } = collecting;

  test('behaviour 14: a query that is forbidden costs one error an hour in the server’s log; the others go on', async () => {
    const { at, replica } = collecting;
    const overview = await store.call(
      new ShowOverview(store.tenants, store.kept),
      showOverview,
      { serverId: at.serverId },
      at.orgId,
    );
    expect(overview.missing.map(({ id }) => id)).toEqual(['bloat', 'explain', 'sequences']);
    expect(ours(server.log()).filter((line) => line.includes('ERROR'))).toEqual([]);
    await server.sql('revoke execute on function pg_stat_get_db_deadlocks(oid) from public');
    const length = server.log().length;
    for (let round = 0; round < 10; round += 1) {
      replica.putForward(20 * MINUTE);
      await takeSnapshot();
    }
    await server.sql('grant execute on function pg_stat_get_db_deadlocks(oid) to public');
    const errors = ours(server.log().slice(length)).filter((line) => line.includes('ERROR'));
    expect(new Set(errors)).toEqual(new Set([expect.stringContaining('permission denied for function')]));
    expect(errors.length).toBeGreaterThanOrEqual(3);
    expect(errors.length).toBeLessThanOrEqual(4);
  });

  test('behaviour 10: a table locked for two minutes costs its own size, and none of ours waits', async () => {
    const { at, replica } = collecting;
    const tables = async () => {
      // The collector's clock goes ahead of ours.
      const [from, to] = [-60, 240].map((minutes) => new Date(Date.now() + minutes * MINUTE).toISOString());
      const range = { serverId: at.serverId, from, to };
      const { items } = await store.call(new ListTables(), listTables, range, at.orgId);
      return Object.fromEntries(items.map((item) => [item.name, item]));
    };
    replica.putForward(16 * MINUTE);
    await replica.turnUntil(async () => (await tables())['orders']?.totalBytes !== null);
    const measured = (await tables())['orders']?.totalBytes;
    const inserted = (await tables())['free']?.rowsInserted ?? 0;
    const holder = await server.client();
    await holder.query('begin; lock table orders in access exclusive mode');
    const length = server.log().length;
    proxy.mostOpen = proxy.open;
    replica.putForward(16 * MINUTE);
    for (let round = 0; round < 12; round += 1) {
      await server.sql(`insert into free values (${round})`);
      replica.putForward(10_000);
      await replica.turn();
      await replica.turnUntil(async () => true);
    }
    await replica.turnUntil(async () => (await tables())['free']?.rowsInserted === inserted + 12);
    expect(await tables()).toMatchObject({
      orders: { sizeStale: true, totalBytes: measured },
      free: { sizeStale: false },
    });
    expect(proxy.mostOpen).toBe(1);
    await holder.query('rollback');
    await holder.end();
    // PostgreSQL logs every wait that lasted longer than 10 ms.
    expect(ours(server.log().slice(length))).toEqual([]);
  });

  test('a locked table of a visited database is not waited for either; a second session is open only for the visit', async () => {
    const { at, replica } = collecting;
    await server.sql('create database shop');
    await server.sql('create table sold (id int primary key);\n create table stock (id int primary key)', 'shop');
    const sizes = async () =>
      store.server.sql<{ name: string; size_stale: boolean }>(
        `select name, size_stale from monitor_agent.tables
          where server_id = '${at.serverId}' and database_name = 'shop' and (size_stale or heap_bytes is not null)
          order by name`,
      );
    const holder = await server.client('shop');
    await holder.query('begin; lock table sold in access exclusive mode');
    const length = server.log().length;
    replica.putForward(11 * MINUTE);
    await replica.turnUntil(async () => (await sizes()).length === 2, { stepMs: MINUTE });
    expect(await sizes()).toEqual([
      { name: 'sold', size_stale: true },
      { name: 'stock', size_stale: false },
    ]);
    expect(proxy.mostOpen).toBeLessThanOrEqual(2);
    await until(() => proxy.open === 1);
    await holder.query('rollback');
    await holder.end();
    expect(ours(server.log().slice(length))).toEqual([]);
  });

  // Nothing of this depends on the version.
  if (binaries !== FIRST_VERSION) return;

  test('all queries of a minute are on the wire before the first answer', async () => {
    const { at } = collecting;
    const tools = { now: Date.now, plan: { earlyMs: 0, minuteMs: 0 } } as unknown as CollectorTools;
    const report = (query: string, error: unknown) => {
      throw new Error(query, { cause: error });
    };
    const pass = new MinuteCollector(at.serverId, tools, new ScheduledQueries(report), undefined as never);
    const connection = await watch(server, { port: proxy.port });
    const instance = await readInstance(connection);
    const read = async () => (await pass.read(connection, instance)).committed();
    // Names of roles and databases are learned with the first snapshots.
    await read();
    await read();
    const before = proxy.asked;
    await read();
    const queries = proxy.asked - before;
    expect(queries).toBeGreaterThanOrEqual(5);
    proxy.hold();
    const reading = read();
    await until(() => proxy.asked === before + 2 * queries, { what: 'every query without any answer' });
    proxy.release();
    await reading;
    expect(proxy.asked).toBe(before + 2 * queries);
    await connection.close();
  });

  test('a server that is slow to answer is asked nothing more until then: ticks are skipped, and there is one session', async () => {
    const { at, replica } = collecting;
    const samples = async () =>
      (await store.server.sql(`select from monitor_agent.statement_samples where server_id = '${at.serverId}'`)).length;
    await takeSnapshot();
    const before = await samples();
    const first = await snapshotAt(store, at.serverId);
    proxy.mostOpen = proxy.open;
    proxy.hold();
    replica.putForward(MINUTE);
    const asked = proxy.asked;
    await replica.turn();
    await until(() => proxy.asked > asked);
    const waiting = proxy.asked;
    for (let minute = 0; minute < 30; minute += 1) {
      replica.putForward(MINUTE);
      await replica.turn();
    }
    expect(proxy.asked).toBe(waiting);
    proxy.release();
    await replica.turnUntil(async () => (await snapshotAt(store, at.serverId)) !== first, {
      stepMs: 0,
    });
    expect(await samples()).toBe(before + 1);
    expect(proxy.mostOpen).toBe(1);
  });

  test('a role with room for one session is not tried with a second one: no refusal in the server’s log', async () => {
    const { at } = collecting;
    await server.sql(`create role narrow login password '${WATCHER_PASSWORD}' connection limit 1 in role pg_monitor`);
    await server.sql('create database narrower');
    const narrow = await addServer(store, proxy, { user: 'narrow' });
    const length = server.log().length;
    await collecting.replica.stop();
    await until(() => proxy.open === 0);
    proxy.mostOpen = 0;
    await store.server.sql(`delete from monitor_agent.server_leases where server_id = '${at.serverId}'`);
    collecting.replica = new Replica(store);
    for (let minute = 0; minute < 6; minute += 1) {
      await collectOnce(store, collecting.replica, narrow.serverId);
      collecting.replica.putForward(5 * MINUTE);
    }
    expect(proxy.mostOpen).toBe(1);
    expect(server.log().slice(length)).not.toMatch(/FATAL|ERROR/);
  });
});
