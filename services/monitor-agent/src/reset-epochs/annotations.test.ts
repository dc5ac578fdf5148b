import { listAnnotations } from '@tidegate/contracts/monitor-agent/annotations';
import { showOverview } from '@tidegate/contracts/monitor-agent/overview';
import { topStatements } from '@tidegate/contracts/monitor-agent/statement';
import { newId } from '@tidegate/database/ids';
import { until } from '@tidegate/testing/until';
import { addServer } from '../../test/collector.ts';
import { ExecutedStatements, statement } from '../../test/executed-statements.ts';
import { useCollector, useServer, useStore } from '../../test/fixture.ts';
import { Load } from '../../test/load.ts';
import { FIRST_VERSION, PostgresServer, VERSIONS } from '../../test/postgres-server.ts';
import { callsBySnapshot } from '../../test/snapshot-check.ts';
import { killBackend, makeWatcher } from '../../test/watched.ts';
import { ShowOverview } from '../overview/show-overview.ts';
import { TopStatements } from '../statements/top-statements.ts';
import { ListAnnotations } from './list-annotations.ts';

const store = useStore();

test('a server of another organisation does not exist', async () => {
  const { serverId } = await addServer(store, { host: '127.0.0.1', port: 1 });
  await expect(store.call(new ListAnnotations(), listAnnotations, { serverId }, newId())).rejects.toMatchObject({
    code: 'not_found',
  });
  await store.releaseServers();
});

describe.each(VERSIONS)('what happens to the counters of a real server ($name)', (binaries) => {
  const server = useServer(binaries, { settings: { listen_addresses: '127.0.0.1, 127.0.0.2' } });
  const collecting = useCollector(store, server);
  const { takeSnapshot } = collecting;
  // When all statements were reset and how often room was made is told from 14 on.
  const reportsLosses = binaries.major >= 14;
  const testOfLosses = reportsLosses ? test : test.skip;
  beforeAll(() =>
    server.sql('create table orders (id int primary key);\n insert into orders select generate_series(1, 50)'),
  );

  /** The collector's clock goes ahead of ours. */
  const range = () => {
    const [from, to] = [-1, 1].map((hours) => new Date(Date.now() + hours * 3_600_000).toISOString());
    return { serverId: collecting.at.serverId, from, to };
  };
  const annotations = () => store.call(new ListAnnotations(), listAnnotations, range(), collecting.at.orgId);
  const top = () =>
    store.call(
      new TopStatements(store.tenants, store.kept),
      topStatements,
      { ...range(), limit: 500 },
      collecting.at.orgId,
    );
  const instant = async (sql: string) => (await server.sql<{ at: Date }>(`select ${sql} as at`))[0]?.at;
  const statementsReset = () => instant('(select stats_reset from pg_stat_statements_info)');

  const kinds = async () => (await annotations()).items.map(({ kind }) => kind);
  /** All that was reported of the rows of a table since the first snapshot. */
  const reported = async (table: string) => {
    const [sum] = await store.server.sql<{ inserted: number; updated: number; scans: number; partial: boolean }>(
      `select coalesce(sum(u.inserted), 0)::int as inserted, coalesce(sum(u.updated), 0)::int as updated,
              coalesce(sum(u.scans), 0)::int as scans, coalesce(bool_or(u.partial), false) as partial
         from monitor_agent.table_samples s
        cross join lateral unnest(s.ids, s.partial, s.rows_inserted, s.rows_updated, s.sequential_scans)
                as u(oid, partial, inserted, updated, scans)
         join monitor_agent.tables t on t.server_id = s.server_id and t.oid = u.oid and t.database_oid = s.database_oid
        where s.server_id = '${collecting.at.serverId}' and t.name = '${table}'`,
    );
    return sum;
  };
  /** Until 14 a process of its own counts, and shows it half a second later. */
  const shows = (table: string, condition: string) =>
    until(async () => {
      const sql = `select from pg_stat_user_tables where relname = '${table}' and ${condition}`;
      return (await server.sql(sql)).length > 0;
    });

  const countingSince = async () =>
    (
      await store.server.sql<{ at: Date }>(
        `select counting_since as at from monitor_agent.relation_snapshots
        where server_id = '${collecting.at.serverId}' and kind = 'indexes' and database_oid <> 0`,
      )
    )[0]?.at;
  /** What the last snapshot that saw rows come into this table said of it. */
  const lastInserts = async (table: string) =>
    (
      await store.server.sql<{ inserted: number; partial: boolean }>(
        `select u.inserted::int, u.partial from monitor_agent.table_samples s
         cross join lateral unnest(s.ids, s.partial, s.rows_inserted) as u(oid, partial, inserted)
         join monitor_agent.tables t on t.server_id = s.server_id and t.oid = u.oid
        where s.server_id = '${collecting.at.serverId}' and t.name = '${table}' and u.inserted > 0
        order by s.taken_at desc limit 1`,
      )
    )[0];

  testOfLosses(
    'behaviour 2: a reset under load is a annotation at its time, sums miss the rest before it',
    async () => {
      const { at } = collecting;
      const text = statement(77);
      const queryId = await new ExecutedStatements(server).queryId({ database: 'postgres', role: server.user }, text);
      const sessions = 3;
      const load = await Load.start(server, text, sessions);
      const counted = async () =>
        (await callsBySnapshot(store, at.serverId, queryId)).reduce((sum, { calls }) => sum + calls, 0);
      await load.reached(100);
      await takeSnapshot();
      const before = await counted();
      await load.reached(load.executed + 500);
      const already = load.executed;
      const [reset] = await server.sql<{ calls: number }>(
        `select (select sum(calls)::int from pg_stat_statements where queryid = ${queryId}) as calls, pg_stat_statements_reset()`,
      );
      // Calls that may have come between the two, on a busy machine.
      const between = load.executed - already + sessions;
      await takeSnapshot();
      await load.reached(load.executed + 1_000);
      await load.stop();
      await takeSnapshot();
      const remainder = (reset?.calls ?? 0) - before;
      expect(remainder).toBeGreaterThan(100);
      const lost = load.executed - (await counted());
      expect(lost).toBeGreaterThanOrEqual(remainder);
      expect(lost).toBeLessThanOrEqual(remainder + Math.max(load.executed / 100, between));
      const { completeness } = await top();
      expect(completeness).toMatchObject({ resets: 1, gaps: 0, evictions: 0, warnings: [] });
      expect(completeness.lostSeconds).toBeGreaterThan(0);
      const { items, total } = await annotations();
      expect(total).toBe(1);
      expect(items).toEqual([
        {
          id: null,
          text: null,
          kind: 'statements_reset',
          at: (await statementsReset())?.toISOString(),
          seenAt: expect.any(String),
          of: [],
        },
      ]);
    },
  );

  test('behaviour 3: a killed backend is a crash recovery although the postmaster went on; no number falls below zero', async () => {
    const started = await instant('pg_postmaster_start_time()');
    await server.sql('create table young (id int);\n insert into young values (1);\n select * from young');
    await takeSnapshot();
    const counting = await countingSince();
    expect(counting).toBeDefined();
    const from = await instant('clock_timestamp()');
    await killBackend(server);
    expect(await instant('pg_postmaster_start_time()')).toEqual(started);
    // More than ever before: no counter of it falls below what was seen.
    for (let round = 2; round < 9; round += 1)
      await server.sql(`insert into young values (${round});\n select * from young`);
    await shows('young', 'n_tup_ins = 7');
    await takeSnapshot();
    const { items } = await annotations();
    expect(items).toEqual([expect.objectContaining({ kind: 'crash_recovery', of: [] })]);
    expect(new Date(items[0]?.at ?? 0).getTime()).toBeGreaterThanOrEqual(from?.getTime() ?? Number.POSITIVE_INFINITY);
    expect(await lastInserts('young')).toEqual({ inserted: 7, partial: true });
    expect((await countingSince())?.getTime()).toBeGreaterThan(counting?.getTime() ?? Number.POSITIVE_INFINITY);
    const [fallen] = await store.server.sql<{ some: boolean }>(
      `select exists (select from monitor_agent.table_samples, unnest(sequential_scans, rows_inserted, blocks_hit) as u(a, b, c)
                       where least(a, b, c) < 0)
           or exists (select from monitor_agent.index_samples, unnest(scans, blocks_hit) as u(a, b) where least(a, b) < 0)
           or exists (select from monitor_agent.database_samples, unnest(commits, blocks_hit) as u(a, b) where least(a, b) < 0)
           as some`,
    );
    expect(fallen?.some).toBe(false);
    expect((await top()).completeness).toMatchObject({ resets: 1, gaps: 0 });
  });

  test('an orderly restart keeps the counters of tables, an immediate one loses them; the collector may be away meanwhile', async () => {
    await server.halt();
    await server.boot();
    await takeSnapshot();
    const restarted = await instant('pg_postmaster_start_time()');
    await collecting.replica.stop();
    await server.halt('SIGQUIT');
    await server.boot();
    collecting.replica = collecting.replica.successor();
    await takeSnapshot();
    expect((await annotations()).items.map(({ kind, at: when }) => [kind, when])).toEqual([
      ['crash_recovery', (await instant('pg_postmaster_start_time()'))?.toISOString()],
      ['restart', restarted?.toISOString()],
    ]);
    // Statements survive both: also after an immediate end the postmaster itself still writes them down.
    expect((await top()).completeness).toMatchObject({ resets: 0, gaps: 0 });
  });

  test('a restart and then a reset of shared statistics is no crash, and nothing is counted twice', async () => {
    await server.sql('create table paid (n int);\n insert into paid select generate_series(1, 40)');
    await shows('paid', 'n_tup_ins = 40');
    await takeSnapshot();
    await server.sql('update paid set n = 0');
    await shows('paid', 'n_tup_upd = 40');
    const counting = await countingSince();
    await server.halt();
    await server.boot();
    await server.sql(`select pg_stat_reset_shared(${binaries.major >= 17 ? '' : "'bgwriter'"})`);
    await until(async () =>
      instant(`(select stats_reset from pg_stat_bgwriter where stats_reset > pg_postmaster_start_time())`),
    );
    await takeSnapshot();
    expect(await kinds()).toEqual(['counters_reset', 'restart']);
    expect((await annotations()).items[0]?.of).toEqual(expect.arrayContaining(['pg_stat_bgwriter']));
    expect(await reported('paid')).toMatchObject({ inserted: 40, updated: 40 });
    // Where everything was set back nobody can tell it from a crash that was followed by that.
    expect((await reported('paid'))?.partial).toBe(binaries.major >= 17);
    if (binaries.major < 17) expect(await countingSince()).toEqual(counting);
  });

  test('counters of a database that were set back and outgrown: told in full, and said', async () => {
    await server.sql('create table fresh (n int);\n insert into fresh select generate_series(1, 100)');
    await shows('fresh', 'n_tup_ins = 100');
    await takeSnapshot();
    await server.sql('select pg_stat_reset();\n insert into fresh select generate_series(1, 300)');
    await shows('fresh', 'n_tup_ins = 300');
    await takeSnapshot();
    expect(await reported('fresh')).toMatchObject({ inserted: 400, partial: true });
    expect((await annotations()).items).toEqual([
      expect.objectContaining({ kind: 'counters_reset', of: ['postgres'] }),
    ]);
  });

  test('counters of one table that were set back and outgrown: the least that was done, and said', async () => {
    await server.sql(
      ['single', 'beside', 'untouched']
        .map((name) => `create table ${name} (n int);\n insert into ${name} select generate_series(1, 100)`)
        .join(';\n'),
    );
    await shows('untouched', 'n_tup_ins = 100');
    await takeSnapshot();
    await server.sql(
      "select pg_stat_reset_single_table_counters('single'::regclass);\n insert into single select generate_series(1, 300);\n insert into beside values (1)",
    );
    await shows('single', 'n_tup_ins = 300');
    await shows('beside', 'n_tup_ins = 101');
    await takeSnapshot();
    expect(await reported('single')).toMatchObject({ inserted: 300, partial: true });
    // PostgreSQL does not say which one it was, so whatever counted may have been, and what stood still was not.
    expect(await reported('beside')).toMatchObject({ inserted: 101, partial: true });
    expect(await reported('untouched')).toMatchObject({ inserted: 100, partial: false });
    expect(await kinds()).toEqual(['counters_reset']);
  });

  test('the same instance at another address, and when it is promoted, goes on', async () => {
    const { at, replica } = collecting;
    await server.sql('create table moved (n int)');
    await takeSnapshot();
    const counting = await countingSince();
    await replica.stop();
    await store.server.sql(`update monitor_agent.servers set host = '127.0.0.2' where id = '${at.serverId}'`);
    collecting.replica = replica.successor();
    await server.sql('insert into moved select generate_series(1, 50)');
    await shows('moved', 'n_tup_ins = 50');
    await takeSnapshot();
    expect(await kinds()).toEqual([]);
    await server.sql(
      "do $$ begin execute format('copy (select 1) to %L', current_setting('data_directory') || '/standby.signal'); end $$",
    );
    await server.halt();
    await server.boot();
    await takeSnapshot();
    expect((await server.sql<{ standby: boolean }>('select pg_is_in_recovery() as standby'))[0]?.standby).toBe(true);
    await server.sql('select pg_promote()');
    await takeSnapshot();
    // Until 14 a standby keeps no statistics over its start, which is said, and is no crash.
    expect(await kinds()).toEqual(
      binaries.major < 15 ? ['promoted', 'counters_reset', 'restart'] : ['promoted', 'restart'],
    );
    expect((await top()).completeness).toMatchObject({ resets: 0, gaps: 0 });
    if (binaries.major < 15) return;
    expect(await reported('moved')).toMatchObject({ inserted: 50, partial: false });
    expect(await countingSince()).toEqual(counting);
  });

  testOfLosses('behaviour 4: evictions per minute, their cost in coverage, and a warning with its cure', async () => {
    const { at } = collecting;
    await server.sql('alter system set pg_stat_statements.max = 100');
    await server.halt();
    await server.boot();
    await takeSnapshot();
    expect((await top()).completeness).toMatchObject({ evictions: 0, evictionsPerMinute: 0, warnings: [] });
    const client = await server.client();
    for (let number = 0; number < 400; number += 1) {
      await client.query(`${statement(number)}, pg_sleep(0.001)`);
      if (number % 200 === 199) await takeSnapshot();
    }
    await client.end();
    // A session's active time is told when it ends, at the latest.
    const { completeness } = await until(async () => {
      await takeSnapshot();
      const now = await top();
      return now.completeness.coverage !== null && now.completeness.coverage < 0.9 ? now : undefined;
    });
    expect(completeness.evictions).toBeGreaterThan(10);
    expect(completeness.evictionsPerMinute).toBeGreaterThan(10);
    expect(completeness.warnings).toEqual([
      expect.objectContaining({
        code: 'statements_evicted',
        severity: 'warning',
        what: expect.stringContaining('It has room for 100.'),
        fixSql: 'ALTER SYSTEM SET pg_stat_statements.max = 10000;',
        restart: true,
      }),
    ]);
    const overview = await store.call(
      new ShowOverview(store.tenants, store.kept),
      showOverview,
      { serverId: at.serverId },
      at.orgId,
    );
    expect(overview.server.state).toBe('ok');
    await server.sql((completeness.warnings[0]?.fixSql ?? '').replace(';', ''));
    await server.halt();
    await server.boot();
    expect(
      (await server.sql<{ max: string }>('select current_setting($$pg_stat_statements.max$$) as max'))[0]?.max,
    ).toBe('10000');
  });

  // Nothing of this depends on the version.
  if (binaries !== FIRST_VERSION) return;

  test('another server behind the same address is a gap and an annotation', async () => {
    const other = await PostgresServer.start(binaries);
    await makeWatcher(other);
    await Promise.all([server.halt(), other.halt()]);
    const own = other.port;
    other.port = server.port;
    await other.boot();
    await takeSnapshot();
    await other.halt();
    await server.boot();
    other.port = own;
    expect((await annotations()).items.map(({ kind }) => kind)).toEqual(['another_server']);
    expect((await top()).completeness).toMatchObject({ resets: 0, gaps: 1 });
    await other.stop();
  });
});
