import { listIndexFindings } from '@tidegate/contracts/monitor-agent/index-findings';
import { until } from '@tidegate/testing/until';
import { addServer, Replica, type WatchedServer } from '../../test/collector.ts';
import { useServer, useStore } from '../../test/fixture.ts';
import { VERSIONS } from '../../test/postgres-server.ts';
import { killBackend, watch } from '../../test/watched.ts';
import { readShapes } from '../relations/index-shapes.queries.ts';
import { readIndexes } from '../relations/relations.queries.ts';
import { ListIndexFindings } from './list-index-findings.ts';

const store = useStore();

describe.each(VERSIONS)('findings about indexes of a real server ($name)', (binaries) => {
  const server = useServer(binaries);
  let replica: Replica;
  let at: WatchedServer;

  beforeAll(async () => {
    const columns = Array.from({ length: 12 }, (_, n) => `c${n + 1} text`).join(', ');
    await server.sql(`create table wide (${columns}, id int primary key);
      create index a2 on wide (id);
      create index plain on wide (c1);
      create index partial on wide (c1) where c2 = 'S3CR3T';
      create index same_partial on wide (c1) where  (c2  =  'S3CR3T');
      create index descending on wide (c1 desc);
      create index pattern on wide (c1 text_pattern_ops);
      create index expression on wide (lower(c1));
      create index same_expression on wide (  lower( c1 )  );
      create index other_expression on wide (lower(c2));
      create index including on wide (c1) include (c3);
      create index far on wide (c10, c2);
      create table pairs (a int, b int);
      insert into pairs select g % 5, g from generate_series(1, 70000) g;
      create index pairs_b on pairs (b);
      create table lone (x int)`);
    await server.sql('create database other');
    await server.sql('create table there (id int primary key);\n create index there_too on there (id)', 'other');
    replica = new Replica(store).start();
    server.beforeStop(() => replica.stop());
    at = await addServer(store, server);
  });

  const list = async (more: object = {}) =>
    store.call(new ListIndexFindings(), listIndexFindings, { serverId: at.serverId, ...more }, at.orgId);
  /** The next visit to another database comes minutes after the last one: time goes by faster while we wait. */
  const hurry = { everyMs: 200, withinMs: 20_000 };
  const judgesUnused = async () =>
    (await list()).databases.find(({ database }) => database === 'postgres')?.judgesUnused;
  const named = async (kind: string) =>
    (await list()).items.filter((item) => item.kind === kind).map(({ index }) => index);

  test('behaviour 7: doubles are found in all databases, and nothing that only looks like one', async () => {
    const seen = await until(async () => {
      replica.putForward(5_000);
      const answer = await list();
      return answer.total === 5 ? answer : undefined;
    }, hurry);
    const short = seen.items.map(({ kind, database, index, coveredBy }) => [kind, database, index, coveredBy]);
    expect(short.sort()).toEqual([
      ['duplicate', 'other', 'there_too', ['there_pkey']],
      ['duplicate', 'postgres', 'a2', ['wide_pkey']],
      ['duplicate', 'postgres', 'same_expression', ['expression']],
      ['duplicate', 'postgres', 'same_partial', ['partial']],
      ['redundant', 'postgres', 'plain', ['including']],
    ]);
    expect(seen.items.find(({ index }) => index === 'a2')?.sql).toBe('DROP INDEX CONCURRENTLY "public"."a2";');
    expect((await list({ database: 'other', limit: 1 })).items.map(({ index }) => index)).toEqual(['there_too']);
    expect(await store.dump()).not.toContain('S3CR3T');
    for (const { database, sql } of seen.items) await server.sql((sql ?? '').replace(';', ''), database);
    await until(async () => {
      replica.putForward(5_000);
      return (await list()).total === 0;
    }, hurry);
  });

  test('behaviour 8: a build that failed is found, one that is still going on is not', async () => {
    const [holder, builder] = [await server.client(), await server.client()];
    await holder.query('begin; lock table lone in row exclusive mode');
    const building = builder.query('create index concurrently soon on lone (x)');
    const connection = await watch(server);
    const soon = async () => (await readIndexes(connection)).items.find(({ name }) => name === 'soon');
    expect(await until(soon)).toMatchObject({ valid: false, building: true });
    replica.putForward(60_000);
    await until(async () => {
      const [row] = await store.server.sql<{ is_building: boolean }>(
        `select is_building from monitor_agent.indexes where server_id = '${at.serverId}' and name = 'soon'`,
      );
      return row?.is_building;
    });
    expect(await named('invalid')).toEqual([]);
    await holder.query('commit');
    await building;
    expect(await soon()).toMatchObject({ valid: true, building: false });
    await connection.close();

    await expect(builder.query('create unique index concurrently once on pairs (a)')).rejects.toThrow('once');
    await until(async () => (await named('invalid')).join() === 'once');
    const [finding] = (await list()).items;
    expect(finding).toMatchObject({ kind: 'invalid', sql: 'REINDEX INDEX CONCURRENTLY "public"."once";' });
    await builder.query('drop index once');
    await until(async () => (await named('invalid')).length === 0);
    for (const client of [holder, builder]) await client.end();
  });

  /** As after forty days in which nothing was read. */
  const age = (serverId = at.serverId) =>
    store.server.sql(`
      update monitor_agent.relation_snapshots set counting_since = now() - interval '40 d', counted_us = 40 * 86400e6
       where server_id = '${serverId}';
      update monitor_agent.databases set reset_at = null where server_id = '${serverId}';
      update monitor_agent.indexes set first_seen_at = now() - interval '40 d', last_scan_at = null
       where server_id = '${serverId}'`);

  test('behaviours 3 and 7: unused after 35 days; a scan, here or on a replica, ends it; a crash starts the time anew', async () => {
    replica.putForward(16 * 60_000);
    const sized = `select from monitor_agent.indexes where server_id = '${at.serverId}' and name = 'pairs_b' and bytes > 1e6`;
    await until(async () => (await store.server.sql(sized)).length > 0);
    await age();
    expect(await named('unused')).toEqual(['pairs_b']);
    expect(await judgesUnused()).toBe(true);

    await server.sql('set enable_seqscan = off;\n select * from pairs where b = 7');
    await until(async () => (await named('unused')).length === 0);
    expect(await judgesUnused()).toBe(true);

    await age();
    expect(await named('unused')).toEqual(['pairs_b']);
    const replicaOfIt = await addServer(store, server, { orgId: at.orgId });
    await until(async () => (await named('unused')).length === 0);
    await age(replicaOfIt.serverId);
    expect(await named('unused')).toEqual(['pairs_b']);
    // The replica could not be watched for ten of the forty days.
    await store.server.sql(
      `update monitor_agent.relation_snapshots set counted_us = 30 * 86400e6 where server_id = '${replicaOfIt.serverId}'`,
    );
    expect(await named('unused')).toEqual([]);
    await age(replicaOfIt.serverId);
    expect(await named('unused')).toEqual(['pairs_b']);

    await killBackend(server);
    replica.putForward(10_000);
    await until(async () => (await judgesUnused()) === false, { withinMs: 15_000 });
    expect(await named('unused')).toEqual([]);
  });

  test('a partial index supports a foreign key like a whole one', async () => {
    await server.sql('create table refs (k int constraint refers references wide)');
    await server.sql('create index refs_k on refs (k) where k is not null');
    const [table] = await server.sql<{ oid: number }>("select 'refs'::regclass::oid as oid");
    const connection = await watch(server);
    const [shape] = [...(await readShapes(connection, [table?.oid ?? 0])).values()];
    expect(shape?.facts.foreignKeys).toEqual(['refers']);
    await connection.close();
  });

  test('shapes are read while somebody waits to change the table', async () => {
    const [holder, alter] = [await server.client(), await server.client()];
    const [table] = await server.sql<{ oid: number }>("select 'wide'::regclass::oid as oid");
    await holder.query('begin; lock table wide in access exclusive mode');
    const waiting = alter.query('alter table wide add column more int');
    const connection = await watch(server);
    // The lock is held until after the answer: a question that waited for it would have been cut off.
    expect((await readShapes(connection, [table?.oid ?? 0])).size).toBeGreaterThan(5);
    await holder.query('rollback');
    await waiting;
    await connection.close();
    for (const client of [holder, alter]) await client.end();
  });
});
