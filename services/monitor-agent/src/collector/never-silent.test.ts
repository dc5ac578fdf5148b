import { showOverview } from '@tidegate/contracts/monitor-agent/overview';
import { getServer } from '@tidegate/contracts/monitor-agent/server';
import type { ServerCheck } from '@tidegate/contracts/monitor-agent/server-check';
import { listServers } from '@tidegate/contracts/monitor-agent/server-list';
import { testServer } from '@tidegate/contracts/monitor-agent/server-test';
import { addServer, dialer, everything, guard, Replica, type WatchedServer } from '../../test/collector.ts';
import { useServer, useStore } from '../../test/fixture.ts';
import { FIRST_VERSION } from '../../test/postgres-server.ts';
import { localWakes } from '../../test/store.ts';
import { ConnectionFailed } from '../kernel/connection/connection-failure.rules.ts';
import { ScheduledQueries } from '../kernel/schedule/scheduled-query.ts';
import { VisitFailed } from '../kernel/schedule/visit-failed.ts';
import { ShowOverview } from '../overview/show-overview.ts';
import { ServerTester } from '../server-test/server-tester.ts';
import { TestServer } from '../server-test/test-server.ts';
import { GetServer } from '../servers/get-server.ts';
import { ListServers } from '../servers/list-servers.ts';

/* One test for each row of the table in docs/monitoring.md, "What is missing is told". */
const MINUTE = 60_000;
const store = useStore();
const watched = useServer(FIRST_VERSION, { settings: { track_io_timing: 'on' } });
let at: WatchedServer;
let replica: Replica;

beforeAll(async () => {
  await watched.sql("create role worker login password 'worker'; \n create database shop");
  at = await addServer(store, watched);
  replica = new Replica(store, { minute: 60, probe: 10 });
  watched.beforeStop(() => replica.stop());
});

const missing = async (): Promise<ServerCheck[]> =>
  (await store.call(new GetServer(), getServer, { serverId: at.serverId }, at.orgId)).missing;
const found = async (code: string, id?: string) =>
  (await missing()).find((one) => one.code === code && (id === undefined || one.id === id));

const statements = (text: string) => text.split(';').filter((one) => /[a-z]/i.test(one.replaceAll(/^\s*--.*$/gm, '')));

interface Row {
  breaks: string[];
  code: string;
  id?: string;
  sqlstate?: string;
  /** Where its own SQL is not the whole fix. */
  cure?: string[];
  since?: number;
  /** The collector alone knows it. */
  untested?: boolean;
}

const rows: [what: string, row: Row][] = [
  [
    'the extension in a schema that the role may not use',
    {
      breaks: ['create schema "odd Place"', 'alter extension pg_stat_statements set schema "odd Place"'],
      code: 'statements_schema_forbidden',
    },
  ],
  [
    'its function revoked',
    {
      breaks: ['revoke execute on function "odd Place".pg_stat_statements(boolean) from public'],
      code: 'statements_function_revoked',
    },
  ],
  [
    'the extension as old as before pg_upgrade',
    {
      breaks: ['drop extension pg_stat_statements', "create extension pg_stat_statements version '1.4'"],
      code: 'statements_too_old',
    },
  ],
  [
    'no ids of statements',
    {
      breaks: ["alter system set compute_query_id = 'off'", 'select pg_reload_conf()'],
      code: 'query_ids_off',
      since: 14,
    },
  ],
  [
    'a database that the role may not connect to',
    { breaks: ['revoke connect on database shop from public'], code: 'databases_forbidden' },
  ],
  [
    'a database without connections',
    { breaks: ['alter database shop connection limit 0'], code: 'databases_limit_zero' },
  ],
  [
    'a database that was dropped by halves',
    {
      breaks: ['create database torn', "update pg_database set datconnlimit = -2 where datname = 'torn'"],
      code: 'databases_invalid',
      cure: ["update pg_database set datconnlimit = -1 where datname = 'torn'"],
    },
  ],
  [
    'a query that is refused',
    {
      breaks: ['revoke execute on function pg_stat_get_db_deadlocks(oid) from public'],
      code: 'query_failed',
      id: 'query_databases',
      sqlstate: '42501',
      cure: ['grant execute on function pg_stat_get_db_deadlocks(oid) to public'],
    },
  ],
  [
    'a visit that fails',
    {
      breaks: ['grant connect on database shop to worker', 'alter database shop connection limit 1'],
      code: 'query_failed',
      id: 'query_database',
      sqlstate: '53300',
      cure: ['alter database shop connection limit -1'],
      untested: true,
    },
  ],
];

test.each(rows.filter(([, { since = 0 }]) => since <= FIRST_VERSION.major))(
  '%s: server, list, overview and test say so, and its SQL fixes it',
  async (_what, { breaks, code, id, sqlstate, cure = [], untested }) => {
    for (const one of breaks) await watched.sql(one);
    const busy = id === 'query_database' ? await watched.client('shop', 'worker', 'worker') : undefined;
    replica.putForward(61 * MINUTE);
    await replica.turnUntil(async () => (await found(code, id)) !== undefined, { stepMs: MINUTE });
    const check = await found(code, id);
    expect(check).toMatchObject({ ok: false, severity: 'warning', since: expect.any(String) });
    expect(check?.sqlstate).toBe(sqlstate);
    const listed = await store.call(new ListServers(everything), listServers, {}, at.orgId);
    expect(listed.items[0]?.missing).toContainEqual(check);
    const overview = await store.call(
      new ShowOverview(store.tenants, store.kept),
      showOverview,
      { serverId: at.serverId },
      at.orgId,
    );
    expect(overview.missing).toContainEqual(check);
    if (!untested) {
      const tester = new TestServer(
        new ServerTester(dialer(), guard as never),
        dialer(),
        store.tenants,
        localWakes() as never,
      );
      const report = await store.call(tester, testServer, { serverId: at.serverId }, at.orgId);
      expect(report.checks).toContainEqual(
        expect.objectContaining({ id: check?.id, code, ok: false, ...(sqlstate ? { sqlstate } : {}) }),
      );
    }
    for (const one of [...cure, ...statements(check?.fixSql ?? '')]) await watched.sql(one);
    await busy?.end();
    replica.putForward(61 * MINUTE);
    await replica.turnUntil(async () => (await found(code, id)) === undefined, { stepMs: MINUTE });
  },
);

test('a database whose owner ends our sessions is reported and leaves the rest of the server alone', async () => {
  const queries = new ScheduledQueries(() => {});
  const visit = queries.add('database', 'evil');
  const cut = async () => {
    throw new VisitFailed(new ConnectionFailed('answer_timeout'));
  };
  expect(await visit.run(1, cut)).toBeUndefined();
  expect(queries.uncollected).toEqual([]);
  await visit.run(2, cut);
  expect(queries.uncollected).toMatchObject([
    { query: 'database', database: 'evil', code: 'answer_timeout', since: 1 },
  ]);
});

test('what was uncollected before a start stays so, since then, until it is answered', async () => {
  const queries = new ScheduledQueries(() => {});
  const early = queries.add('texts');
  queries.remember([
    { query: 'texts', database: null, code: '22021', since: 5, nextTryAt: 9 },
    { query: 'database', database: 'shop', code: '53300', since: 6, nextTryAt: 9 },
  ]);
  queries.add('database', 'shop');
  expect(queries.uncollected.map(({ query, since }) => [query, since])).toEqual([
    ['texts', 5],
    ['database', 6],
  ]);
  await early.run(20, async () => 'well');
  expect(queries.uncollected).toHaveLength(1);
});
