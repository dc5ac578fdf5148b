import { topStatements } from '@tidegate/contracts/monitor-agent/statement';
import { until } from '@tidegate/testing/until';
import { addServer, lookOnce, Replica } from '../../test/collector.ts';
import { ExecutedStatements, REPEAT, statement } from '../../test/executed-statements.ts';
import { callsByLook } from '../../test/look-check.ts';
import { PostgresServer, VERSIONS } from '../../test/postgres-server.ts';
import { openStore, type Store } from '../../test/store.ts';
import { makeWatcher } from '../../test/watched.ts';
import { TopStatements } from './top-statements.ts';

let store: Store;
beforeAll(async () => {
  store = await openStore();
});
afterAll(() => store.close());

describe.each(VERSIONS)('statements as a customer sees them ($name)', (binaries) => {
  let server: PostgresServer;
  let replica: Replica;
  let at: { orgId: string; serverId: string };

  beforeAll(async () => {
    server = await PostgresServer.start(binaries, { settings: { 'pg_stat_statements.track': 'all' } });
    await makeWatcher(server);
    for (const name of ['app0', 'app1']) {
      await server.sql(`create database ${name}`);
      await server.sql(REPEAT, name);
    }
    for (const name of ['role0', 'role1']) await server.sql(`create role ${name} login password 'app'`);
  });
  beforeEach(async () => {
    at = await addServer(store, server);
    replica = new Replica(store);
    await lookOnce(store, replica, at.serverId);
  });
  afterEach(async () => {
    await replica.stop();
    await store.server.sql('delete from monitor_agent.server_leases');
  });
  afterAll(() => server.stop());

  const look = () => lookOnce(store, replica, at.serverId);
  const top = async () => {
    const to = new Date(Date.now() + 3_600_000).toISOString();
    const input = { serverId: at.serverId, to, limit: 500 };
    return (await store.call(new TopStatements(store.tenants), topStatements, input, at.orgId)).items;
  };

  test('behaviour 5: two roles, two databases, top-level and from within: eight series, each equal to PostgreSQL’s own', async () => {
    const executed = new ExecutedStatements(server);
    const text = statement(1);
    for (const database of ['app0', 'app1'])
      for (const role of ['role0', 'role1'])
        for (const nested of [false, true]) await executed.run({ place: { database, role }, text, nested }, 3);
    await look();
    const queryId = await executed.queryId({ database: 'app0', role: 'role0' }, text);
    const truth = await server.sql<{ name: string; calls: number; rows: number; us: number }>(
      `select concat_ws(' ', d.datname, r.rolname, s.toplevel) as name, s.calls::int, s.rows::int,
              s.total_exec_time * 1000 as us
         from pg_stat_statements s join pg_database d on d.oid = s.dbid join pg_roles r on r.oid = s.userid
        where s.queryid = ${queryId}`,
    );
    const shown = (await top()).filter((item) => item.queryId === queryId);
    const told = Object.fromEntries(
      shown.map(({ database, role, toplevel, calls, rows, totalMs }) => [
        [database, role, toplevel ? 't' : 'f'].join(' '),
        { calls, rows, us: Math.round(totalMs * 1_000) },
      ]),
    );
    expect(Object.keys(told)).toHaveLength(8);
    expect(told).toEqual(
      Object.fromEntries(truth.map(({ name, calls, rows, us }) => [name, { calls, rows, us: Math.round(us) }])),
    );
    expect(Object.values(told).map(({ calls }) => calls)).toEqual(Array.from({ length: 8 }, () => 3));
    await executed.leave();
  });

  test('behaviour 6: a collector that was away under load tells one long interval with every call of it', async () => {
    const text = statement(2);
    const clients = await Promise.all([1, 2].map(() => server.client()));
    const queryId = await new ExecutedStatements(server).queryId({ database: 'postgres', role: server.user }, text);
    let made = 0;
    let loaded = true;
    const load = Promise.all(
      clients.map(async (client) => {
        while (loaded) {
          await client.query(text);
          made += 1;
        }
      }),
    );
    const reached = (count: number) => until(() => made >= count, { everyMs: 1 });
    await reached(200);
    await look();
    await replica.stop();
    const leftAt = performance.now();
    await reached(made + 500);
    const { ahead } = replica;
    replica = new Replica(store);
    replica.putForward(ahead + 180_000);
    loaded = false;
    await load;
    const away = (performance.now() - leftAt) / 1_000;
    await look();
    const looks = await callsByLook(store, at.serverId, queryId);
    expect(looks).toMatchObject([{ whole: true }, { whole: true }]);
    expect(looks.reduce((sum, { calls }) => sum + calls, 0)).toBe(made);
    expect(looks[1]?.calls).toBeGreaterThanOrEqual(500);
    expect(looks[1]?.seconds).toBeGreaterThanOrEqual(away);
    await Promise.all(clients.map((client) => client.end()));
  });
});
