import type pg from 'pg';
import { SERIES_KEY } from '../../test/executed-statements.ts';
import { useServer } from '../../test/fixture.ts';
import { ALL_VERSIONS, PostgresServer } from '../../test/postgres-server.ts';
import { killBackend, makeWatcher, watch } from '../../test/watched.ts';
import type { ServerConnection } from '../kernel/connection/connect-server.ts';
import { type Instance, readInstance } from '../kernel/instance/instance.queries.ts';
import { Scrubber } from '../kernel/scrubbing/scrubber.ts';
import { advance, type StatementInterval, type StatementState } from './statement-deltas.rules.ts';
import { readStatements } from './statements.queries.ts';
import { readTexts } from './texts.queries.ts';

const CALLS = 0;
const TOTAL_US = 3;

describe.each(ALL_VERSIONS)('statements of a real server ($name)', (binaries) => {
  const server = useServer(binaries, {
    settings: { 'pg_stat_statements.track': 'all', 'pg_stat_statements.max': 5_000 },
  });
  let app: pg.Client;
  let connection: ServerConnection;
  let instance: Instance;
  let state: StatementState | undefined;
  const scrubber = new Scrubber();
  // When all statements were reset and how often room was made is told from 14 on, and so are levels.
  const reportsLosses = binaries.major >= 14;

  beforeAll(async () => {
    app = await server.client();
    connection = await watch(server);
    instance = await readInstance(connection);
  });
  afterAll(() => scrubber.close());
  beforeEach(async () => {
    await server.sql('select pg_stat_statements_reset()');
    state = undefined;
    await takeSnapshot();
  });

  async function takeSnapshot(): Promise<StatementInterval | undefined> {
    const step = advance(state, await readStatements(connection, instance, state));
    state = step.state;
    return step.interval;
  }

  async function keysOf(pattern: string): Promise<string[]> {
    const rows = await server.sql<{ key: string }>(
      `select ${SERIES_KEY} as key from pg_stat_statements s
        where query like '${pattern}' and query not like '%pg_stat_statements%'`,
    );
    return rows.map((row) => row.key);
  }

  async function calls(interval: StatementInterval | undefined, pattern: string) {
    const keys = new Set(await keysOf(pattern));
    const found = interval?.deltas.filter((delta) => keys.has(delta.key)) ?? [];
    return {
      calls: found.reduce((sum, delta) => sum + (delta.counters[CALLS] ?? 0), 0),
      ms: found.reduce((sum, delta) => sum + (delta.counters[TOTAL_US] ?? 0), 0) / 1_000,
      partial: found.some((delta) => delta.partial),
      series: found.length,
    };
  }

  const run = async (times: number, sql: string) => {
    for (let turn = 0; turn < times; turn += 1) await app.query(sql);
  };

  test('only what changed is read, and nothing is missed', async () => {
    await run(3, 'select 1, 1 as quiet');
    await run(2, 'select 1 as busy');
    const first = await takeSnapshot();
    await run(5, 'select 1 as busy');
    const scrape = await readStatements(connection, instance, state);
    expect(scrape.full).toBe(false);
    expect(scrape.rows.length).toBeLessThan(scrape.total);
    const second = await takeSnapshot();
    expect((await calls(first, 'select $1, $2 as quiet')).calls).toBe(3);
    expect((await calls(second, 'select $1, $2 as quiet')).calls).toBe(0);
    expect((await calls(first, 'select $1 as busy')).calls + (await calls(second, 'select $1 as busy')).calls).toBe(7);
  });

  test('behaviour 1: a single entry that was reset counts what came after: 25 calls of about 1 ms', async () => {
    await run(10, 'select pg_sleep(0.020) as slow');
    await takeSnapshot();
    const [key] = await keysOf('select pg_sleep($1) as slow');
    await server.sql(`select pg_stat_statements_reset(0, 0, ${key?.split('/')[2]})`);
    await run(25, 'select pg_sleep(0.001) as slow');
    const interval = await takeSnapshot();
    const found = await calls(interval, 'select pg_sleep($1) as slow');
    expect(found).toMatchObject({ calls: 25, partial: true });
    const [truth] = await server.sql<{ ms: number }>(
      `select total_exec_time as ms from pg_stat_statements where query like 'select pg_sleep($1) as slow'`,
    );
    expect(found.ms).toBeCloseTo(truth?.ms ?? Number.NaN, 0);
    for (const delta of interval?.deltas ?? []) expect(Math.min(...delta.counters)).toBeGreaterThanOrEqual(0);
  });

  test('behaviour 2: after a reset of everything the interval begins there and the rest is lost, no more', async () => {
    await run(10, 'select 1 as before');
    const counted = (await calls(await takeSnapshot(), 'select $1 as before')).calls;
    await run(4, 'select 1 as before');
    await server.sql('select pg_stat_statements_reset()');
    await run(7, 'select 1 as before');
    const interval = await takeSnapshot();
    expect(interval).toMatchObject({ gap: false });
    expect(interval?.resetAt !== null).toBe(reportsLosses);
    expect((interval?.lostUs ?? 0) > 0).toBe(reportsLosses);
    expect(counted + (await calls(interval, 'select $1 as before')).calls).toBe(17);
  });

  test('behaviour 5: same statement from two roles, two databases and within a function: series of their own', async () => {
    await server.sql(`drop database if exists second;
      create database second;
      drop function if exists nested;
      create function nested() returns void language plpgsql as 'begin perform count(*) from pg_am; end';
      drop role if exists other;
      create role other login password 'o'`);
    state = undefined;
    await takeSnapshot();
    const nested = 'select nested()';
    await run(3, nested);
    for (const [database, user] of [
      ['postgres', 'other'],
      ['second', 'postgres'],
    ] as const) {
      const client = await server.client(database, user, user === 'other' ? 'o' : server.password);
      await client.query('SELECT count(*) from pg_am');
      await client.query('SELECT count(*) from pg_am');
      await client.end();
    }
    await run(4, 'SELECT count(*) from pg_am');
    const interval = await takeSnapshot();
    const found = await calls(interval, 'SELECT count(*) from pg_am');
    const [truth] = await server.sql<{ calls: string; us: string; series: number }>(
      `select sum(calls) as calls, sum(round(total_exec_time * 1000)) as us, count(*)::int as series
         from pg_stat_statements where query = 'SELECT count(*) from pg_am'`,
    );
    expect(found.series).toBe(reportsLosses ? 4 : 3);
    expect(found).toMatchObject({ calls: Number(truth?.calls), series: truth?.series });
    // Each series was rounded by itself.
    expect(Math.abs(found.ms * 1_000 - Number(truth?.us))).toBeLessThanOrEqual(Number(truth?.series));
    expect(found.calls).toBe(11);
  });

  test('behaviour 6: a collector that comes back with what it stored counts one long interval exactly', async () => {
    await run(2, 'select 1 as long');
    await takeSnapshot();
    const stored = state;
    const before = state?.at;
    await run(20, 'select 1 as long');
    await connection.close();
    await run(20, 'select 1 as long');
    connection = await watch(server);
    state = stored;
    const interval = await takeSnapshot();
    expect(interval?.from).toBe(before);
    expect((await calls(interval, 'select $1 as long')).calls).toBe(40);
  });

  test('behaviour 3: a crash is a reset like any other, although PostgreSQL itself was not started anew', async () => {
    await run(5, 'select 1, 2, 3, 4 as crash');
    await takeSnapshot();
    await run(2, 'select 1, 2, 3, 4 as crash');
    const before = instance.startedAt;
    // Until PostgreSQL has noticed it takes new sessions, only to end them with the others.
    await killBackend(server);
    connection = await watch(server);
    app = await server.client();
    instance = await readInstance(connection);
    expect(instance.startedAt).toBe(before);
    await run(9, 'select 1, 2, 3, 4 as crash');
    const interval = await takeSnapshot();
    expect(interval).toMatchObject({ gap: false, resetAt: expect.any(Number) });
    expect(interval?.lostUs).toBeGreaterThan(0);
    expect(await calls(interval, 'select $1, $2, $3, $4 as crash')).toMatchObject({ calls: 9, partial: true });
    for (const delta of interval?.deltas ?? []) expect(Math.min(...delta.counters)).toBeGreaterThanOrEqual(0);
  });

  test('evictions are told and never make a number negative', async () => {
    const small = await PostgresServer.start(binaries, { settings: { 'pg_stat_statements.max': 100 } });
    await makeWatcher(small);
    const watcher = await watch(small);
    const facts = await readInstance(watcher);
    let { state: now } = advance(undefined, await readStatements(watcher, facts, undefined));
    const client = await small.client();
    let evictions = 0;
    for (let round = 0; round < 4; round += 1) {
      for (let each = 0; each < 150; each += 1) await client.query(`select 1${'+1'.repeat(round * 150 + each)}`);
      const step = advance(now, await readStatements(watcher, facts, now));
      now = step.state;
      evictions += step.interval?.evictions ?? 0;
      expect(now.entries.size).toBeLessThanOrEqual(100);
      for (const delta of step.interval?.deltas ?? []) expect(Math.min(...delta.counters)).toBeGreaterThanOrEqual(0);
    }
    expect(evictions > 0).toBe(reportsLosses);
    await watcher.close();
    await small.stop();
  });

  test('texts come without constants, also of statements that PostgreSQL itself does not clean', async () => {
    await app.query("select 'S3CR3T' as kept /* S3CR3T */");
    await app.query("create role tmp password 'S3CR3T'");
    await app.query('drop role tmp');
    await takeSnapshot();
    const keys = [...(state?.entries.keys() ?? [])];
    const { texts, totalBytes } = await readTexts(connection, instance.statements as never, keys, scrubber);
    const all = [...texts.values()].map(({ text }) => text);
    expect(totalBytes).toBeGreaterThan(100);
    expect(texts.size).toBe(keys.length);
    expect(all).toContain('select $1 as kept');
    expect(all).toContain('create role tmp password $1');
    expect(all.join('\n')).not.toContain('S3CR3T');
  });

  test('an extension that was not updated with the server counts as exactly, in every version that there is', async () => {
    const versions = await server.sql<{ version: string }>(
      `select version from pg_available_extension_versions
        where name = 'pg_stat_statements' and string_to_array(version, '.')::int[] >= '{1,8}'`,
    );
    expect(versions.length).toBeGreaterThan(0);
    for (const { version } of versions) expect([version, await countedWith(version)]).toEqual([version, [[6], [3]]]);
    await server.sql(`drop extension pg_stat_statements;
      create extension pg_stat_statements`);
  });

  /** Calls of one statement in two snapshots. */
  async function countedWith(version: string) {
    await server.sql(`drop extension pg_stat_statements;
      create extension pg_stat_statements version '${version}'`);
    const old = await readInstance(connection);
    const first = advance(undefined, await readStatements(connection, old, undefined));
    await run(6, 'select 1, 2, 3 as old');
    const once = advance(first.state, await readStatements(connection, old, first.state));
    await run(3, 'select 1, 2, 3 as old');
    const twice = advance(once.state, await readStatements(connection, old, once.state));
    const [row] = await server.sql<{ queryid: string }>(
      "select queryid::text from pg_stat_statements where query = 'select $1, $2, $3 as old'",
    );
    return [once, twice].map(({ interval }) =>
      interval?.deltas.filter(({ key }) => key.split('/')[2] === row?.queryid).map(({ counters }) => counters[CALLS]),
    );
  }
});
