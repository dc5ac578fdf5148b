import { showWraparound } from '@tidegate/contracts/monitor-agent/wraparound';
import { until } from '@tidegate/testing/until';
import { addServer, Replica } from '../../test/collector.ts';
import { useServer, useStore } from '../../test/fixture.ts';
import { ALL_VERSIONS, pidOf } from '../../test/postgres-server.ts';
import { watch } from '../../test/watched.ts';
import type { ServerConnection } from '../kernel/connection/connect-server.ts';
import { ShowWraparound } from './show-wraparound.ts';
import { readAgedTables, readWraparound } from './wraparound.queries.ts';
import { causeOf, levelOf, wraparoundAge } from './wraparound.rules.ts';

const store = useStore();

describe.each(ALL_VERSIONS)('transaction ids of a real server ($name)', (binaries) => {
  const server = useServer(binaries, {
    settings: { max_prepared_transactions: 2, wal_level: 'logical', autovacuum: 'off' },
  });
  let connection: ServerConnection;
  beforeAll(async () => {
    connection = await watch(server);
  });

  /** Uses up so many transaction ids. */
  const burn = (count = 2_000) =>
    server.sql(`do $$ begin for n in 1..${count} loop perform pg_current_xact_id(); commit; end loop; end $$`);
  const oldest = async () => {
    const snapshot = await readWraparound(connection);
    const ages = { xidAge: Math.max(...snapshot.databases.map(({ xidAge }) => xidAge)), multixactAge: 0 };
    return { snapshot, ages, cause: causeOf(ages, snapshot.holders, [], snapshot.settings) };
  };

  test('looking uses none up; using some up shows in the ages of databases and tables', async () => {
    await server.sql('create table notes (id int, note text) with (autovacuum_enabled = false)');
    const first = await readWraparound(connection);
    const second = await readWraparound(connection);
    expect(second.nextXid).toBe(first.nextXid);
    await burn(500);
    const { snapshot, ages } = await oldest();
    expect(snapshot.nextXid - first.nextXid).toBe(500);
    const before = first.databases.find(({ name }) => name === 'postgres');
    expect(snapshot.databases.find(({ name }) => name === 'postgres')?.xidAge).toBe((before?.xidAge ?? 0) + 500);
    expect(snapshot.databases.map(({ name }) => name).sort()).toEqual(['postgres', 'template0', 'template1']);
    expect(levelOf(ages.xidAge, 500, 1_600_000_000)).toBe('overdue');
    expect(wraparoundAge(ages.xidAge, 500).daysUntilStop).toBeGreaterThan(1_000_000);
    const tables = await readAgedTables(connection);
    expect(tables.length).toBeGreaterThan(10);
    expect(tables[0]?.xidAge).toBe(ages.xidAge);
    expect(snapshot.settings).toMatchObject({
      autovacuum: false,
      freezeMaxAge: 200_000_000,
      failsafeAge: 1_600_000_000,
    });
  });

  test('tables are told with their TOAST tables, settings and persistence, the oldest first', async () => {
    const scratch = await server.client();
    await server.sql('create table big (note text) with (autovacuum_enabled = off)');
    await scratch.query('create temp table scratch (id int)');
    await burn(100);
    const [others] = await server.sql<{ names: string }>(
      `select string_agg(oid::regclass::text, ', ') as names from pg_class
        where relkind = 'r' and relpersistence <> 't' and relname <> 'big'`,
    );
    await server.sql(`vacuum (freeze) ${others?.names}`);
    const all = await readAgedTables(connection);
    const first = all.slice(0, 3);
    expect(first).toMatchObject([
      { schema: 'public', name: 'big', toastOf: null, temporary: false, autovacuumOff: true },
      { schema: 'pg_toast', toastOf: 'public.big', temporary: false, autovacuumOff: false },
      { name: 'scratch', temporary: true },
    ]);
    for (const { xidAge } of first) expect(xidAge).toBeGreaterThanOrEqual(100);
    expect(all.at(-1)?.xidAge).toBeLessThan(100);
    await scratch.end();
  });

  test('an open transaction is named by its process, and told with its state', async () => {
    const client = await server.client();
    await client.query('begin isolation level repeatable read; select 1');
    await burn();
    const { cause, snapshot } = await oldest();
    const pid = String(pidOf(client));
    expect(cause).toMatchObject({ kind: 'session', name: pid, sql: `SELECT pg_terminate_backend(${pid});` });
    expect(snapshot.holders[0]).toMatchObject({ state: 'idle in transaction', database: 'postgres', role: 'postgres' });
    expect(snapshot.holders[0]?.since).not.toBeNull();
    await client.query('commit');
    await client.end();
    expect((await oldest()).snapshot.holders).toEqual([]);
  });

  test('a prepared transaction is named', async () => {
    const client = await server.client();
    await client.query("begin; create table never (id int); prepare transaction 'it''s forgotten'");
    await client.end();
    await burn(5_000);
    expect((await oldest()).cause).toMatchObject({
      kind: 'prepared_transaction',
      name: "it's forgotten",
      sql: "ROLLBACK PREPARED 'it''s forgotten';",
    });
    await server.sql("rollback prepared 'it''s forgotten'");
    expect((await oldest()).snapshot.holders).toEqual([]);
  });

  test('a replication slot is named, and shown over REST with the pace at which ids run out', async () => {
    await server.sql("select pg_create_logical_replication_slot('nobody_reads', 'pgoutput')");
    await burn(20_000);
    const replica = new Replica(store).start();
    server.beforeStop(() => replica.stop());
    const { orgId, serverId } = await addServer(store, server);
    const show = () => store.call(new ShowWraparound(), showWraparound, { serverId }, orgId);
    expect(await show()).toMatchObject({ at: null, level: 'normal', databases: [], settings: null });
    const first = await until(async () => {
      const answer = await show();
      return answer.at === null ? undefined : answer;
    });
    expect(first.pace).toEqual({ xidsPerDay: null, multixactsPerDay: null, overSeconds: 0 });
    await burn(1_000);
    replica.putForward(11 * 60_000);
    const second = await until(async () => {
      const answer = await show();
      return answer.at === first.at ? undefined : answer;
    });
    expect(second).toMatchObject({ level: 'normal', cause: { kind: 'slot_catalog_xmin', name: 'nobody_reads' } });
    expect(second.holders[0]).toMatchObject({ kind: 'slot_catalog_xmin', state: 'inactive' });
    const { xidsPerDay, overSeconds } = second.pace;
    expect((xidsPerDay ?? 0) * overSeconds).toBeGreaterThanOrEqual(1_000 * 86_400 * 0.99);
    expect(second.databases[0]?.xids.daysUntilStop).toBeGreaterThan(0);
    expect(second.tables.length).toBeGreaterThan(0);
    expect(new Set(second.tables.map(({ database }) => database))).toContain('postgres');
    await server.sql("select pg_drop_replication_slot('nobody_reads')");
  });

  test('what a role without pg_monitor may not see stays unknown without an error', async () => {
    await server.sql("create role plain login password 'watcher-S3CR3T'");
    const plain = await watch(server, { user: 'plain' });
    expect((await readWraparound(plain)).databases.length).toBe(3);
    expect((await readAgedTables(plain)).length).toBeGreaterThan(10);
    await plain.close();
  });
});
