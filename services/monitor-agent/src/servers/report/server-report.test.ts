import type { ServerReport } from '@tidegate/contracts/monitor-agent/server-test';
import { ALL_VERSIONS, PostgresServer } from '../../../test/postgres-server.ts';
import { WATCHER_PASSWORD, watch } from '../../../test/watched.ts';
import { readFacts } from './facts.queries.ts';
import { reportOf, reportOfFailure, sinceBefore } from './server-report.rules.ts';

const AT = '2026-11-20T00:00:00.000Z';
const target = {
  host: 'db.example.com',
  port: 5432,
  database: 'postgres',
  user: 'watcher',
  tlsMode: 'verify-full' as const,
  loopback: false,
};
/** Without the right to read all data. */
const NOT_COLLECTED = ['bloat', 'explain', 'sequences'];
const bad = (report: ServerReport) => report.checks.filter((check) => !check.ok);

describe.each(ALL_VERSIONS)('the report about a real server ($name)', (binaries) => {
  async function report(server: PostgresServer, user = 'watcher'): Promise<ServerReport> {
    const connection = await watch(server, { user });
    const facts = await readFacts(connection);
    await connection.close();
    return reportOf(facts, { ...target, user }, new Date().toISOString());
  }
  /** Runs the SQL of a check as the administrator, as a customer would. */
  const mend = (server: PostgresServer, found: ServerReport, id: string) =>
    server.sql(found.checks.find((check) => check.id === id)?.fixSql ?? 'no fix');

  test('behaviour 14: with pg_monitor alone, exactly bloat, EXPLAIN and sequences stay uncollected; the grant lights them', async () => {
    const server = await PostgresServer.start(binaries, { settings: { track_io_timing: 'on' } });
    await server.sql(`create role watcher login password '${WATCHER_PASSWORD}';
      grant pg_monitor to watcher;
      create extension pg_stat_statements`);
    const first = await report(server);
    expect(first).toMatchObject({ ok: true, usable: true });
    expect(first.version).toMatch(/^\d+\.\d+$/);
    expect(bad(first).map((check) => check.id)).toEqual(NOT_COLLECTED);
    const what = /\bgrant\b/;
    if (binaries.major >= 14) {
      for (const check of bad(first))
        expect(check).toMatchObject({
          severity: 'info',
          what: expect.stringMatching(what),
          fixSql: 'GRANT pg_read_all_data TO "watcher";',
        });
      await mend(server, first, 'bloat');
      expect(bad(await report(server))).toEqual([]);
    } else {
      for (const check of bad(first)) {
        expect(check).toMatchObject({ severity: 'info', what: expect.not.stringMatching(what) });
        expect(check.fixSql).toBeUndefined();
      }
    }
    await server.stop();
  });

  test('a bare server and role: everything missing is named, and its SQL fixes it', async () => {
    const server = await PostgresServer.start(binaries, {
      settings: { shared_preload_libraries: 'auto_explain', track_io_timing: 'on' },
    });
    await server.sql(`create role watcher login password '${WATCHER_PASSWORD}' connection limit 1`);
    const first = await report(server);
    expect(first).toMatchObject({ ok: false, usable: true });
    expect(bad(first).map((check) => check.code)).toEqual([
      'pg_monitor_missing',
      'connection_limit_low',
      'statements_not_preloaded',
      'statements_not_created',
      'bloat_uncollected',
      'explain_uncollected',
      'sequences_uncollected',
    ]);
    await mend(server, first, 'monitoring_role');
    await mend(server, first, 'connection_limit');
    const second = await report(server);
    expect(second.checks.find((check) => check.id === 'statements_preloaded')).toMatchObject({
      fixSql: "ALTER SYSTEM SET shared_preload_libraries = 'auto_explain', 'pg_stat_statements';",
      restart: true,
    });
    await mend(server, second, 'statements_preloaded');
    await mend(server, second, 'statements_created');
    await server.halt();
    await server.boot();
    expect(bad(await report(server)).map((check) => check.id)).toEqual(NOT_COLLECTED);
    await server.stop();
  });

  test('statements that are not counted, an extension that was not updated, counting turned off', async () => {
    const server = await PostgresServer.start(binaries, {
      settings: { 'pg_stat_statements.track': 'none', track_counts: 'off', track_activities: 'off' },
    });
    await server.sql(`create role watcher login password '${WATCHER_PASSWORD}';
      grant pg_monitor to watcher;
      create extension pg_stat_statements version '1.8'`);
    const first = await report(server);
    expect(bad(first).map((check) => check.code)).toEqual([
      ...(binaries.major >= 14 ? ['statements_outdated'] : []),
      'statements_track_none',
      'track_counts_off',
      'track_activities_off',
      'track_io_timing_off',
      'bloat_uncollected',
      'explain_uncollected',
      'sequences_uncollected',
    ]);
    for (const { id, fixSql } of bad(first)) if (fixSql && !NOT_COLLECTED.includes(id)) await mend(server, first, id);
    expect(bad(await report(server)).map((check) => check.id)).toEqual(NOT_COLLECTED);
    await server.stop();
  });

  test('a role that inherits nothing, and whose password ends soon', async () => {
    const server = await PostgresServer.start(binaries, { settings: { track_io_timing: 'on' } });
    const soon = new Date(Date.now() + 86_400_000).toISOString();
    await server.sql(`create role watcher noinherit login password '${WATCHER_PASSWORD}' valid until '${soon}';
      grant pg_monitor to watcher;
      create extension pg_stat_statements`);
    const first = await report(server);
    expect(bad(first).map((check) => check.code)).toEqual([
      'pg_monitor_not_inherited',
      'password_expires',
      'statements_hidden',
      'bloat_uncollected',
      'explain_uncollected',
      'sequences_uncollected',
    ]);
    for (const id of ['monitoring_role', 'password_expiry']) await mend(server, first, id);
    expect(bad(await report(server)).map((check) => check.id)).toEqual(NOT_COLLECTED);
    await server.stop();
  });

  test('a superuser works, and the report says that less is enough', async () => {
    const server = await PostgresServer.start(binaries);
    await server.sql(`create role watcher superuser login password '${WATCHER_PASSWORD}'`);
    expect(bad(await report(server)).map((check) => check.code)).toEqual([
      'superuser',
      'statements_not_created',
      'track_io_timing_off',
    ]);
    await server.stop();
  });
});

const PLAIN = {
  version: 180_000,
  connectionLimit: -1,
  connectionsLeft: 50,
  validUntil: null,
  closedDatabases: [],
} as unknown as Parameters<typeof reportOf>[0];

test('what was missing before is known since then', () => {
  const first = sinceBefore(reportOf(PLAIN, target, AT), null);
  const second = sinceBefore(reportOf({ ...PLAIN, connectionsLeft: 0 }, target, '2026-11-21T00:00:00.000Z'), first);
  const since = (id: string) => second.checks.find((one) => one.id === id)?.since;
  expect(since('monitoring_role')).toBe(AT);
  expect(since('connections')).toBe('2026-11-21T00:00:00.000Z');
  expect(since('reach')).toBeUndefined();
});

test('a failing connection shows how far it came', () => {
  const refused = reportOfFailure('connection_refused', target, AT);
  expect(refused).toMatchObject({ ok: false, usable: false, version: null });
  expect(refused.checks).toEqual([
    {
      id: 'reach',
      ok: false,
      severity: 'error',
      code: 'connection_refused',
      what: expect.stringContaining('port 5432'),
    },
  ]);
  const password = reportOfFailure('password_wrong', target, AT);
  expect(password.checks.map(({ id, ok }) => [id, ok])).toEqual([
    ['reach', true],
    ['tls', true],
    ['login', false],
  ]);
  const full = reportOfFailure('too_many_connections', { ...target, user: 'a"b', tlsMode: 'disable' }, AT);
  expect(full.checks.map(({ id, ok }) => [id, ok])).toEqual([
    ['reach', true],
    ['login', false],
  ]);
  expect(full.checks[1]?.fixSql).toBe('ALTER ROLE "a""b" CONNECTION LIMIT 3;');
});

test('too much text of statements is a warning that says what goes on and what does not', () => {
  const facts = PLAIN;
  const texts = (statementTextBytes?: number | null) =>
    reportOf({ ...facts, statementTextBytes }, target, AT).checks.find(({ id }) => id === 'statement_texts');
  expect(texts(491 * 1024 * 1024)).toMatchObject({
    ok: false,
    severity: 'warning',
    code: 'statement_texts_too_large',
    what: expect.stringMatching(/ 491 MB .* no longer read.*; counters continue/),
  });
  for (const fine of [undefined, null, 0, 64 * 1024 * 1024]) expect(texts(fine)).toMatchObject({ ok: true });
});

test('TLS that is off or unverified is a warning, except on the machine itself', () => {
  const facts = PLAIN;
  const tls = (more: Partial<typeof target>) =>
    reportOf(facts, { ...target, ...more } as never, AT).checks.find(({ id }) => id === 'tls');
  expect(tls({ tlsMode: 'disable' as never })).toMatchObject({ ok: false, severity: 'warning', code: 'tls_off' });
  expect(tls({ tlsMode: 'require' as never })).toMatchObject({
    ok: false,
    severity: 'warning',
    code: 'tls_unverified',
  });
  expect(tls({ tlsMode: 'disable' as never, loopback: true })).toMatchObject({ ok: true });
});
