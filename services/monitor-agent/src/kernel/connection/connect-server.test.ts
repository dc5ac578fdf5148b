import { newId } from '@tidegate/database/ids';
import { until } from '@tidegate/testing/until';
import { authority, serverCertificate } from '../../../test/certificates.ts';
import { failure, LOOPBACK, PASSWORD, target, WATCHER } from '../../../test/connecting.ts';
import { QUERIES } from '../../../test/every-query.ts';
import { ALL_VERSIONS, FIRST_VERSION, PostgresServer } from '../../../test/postgres-server.ts';
import { CAUGHT, SHADOWS } from '../../../test/shadows.ts';
import { readInstance } from '../instance/instance.queries.ts';
import { connectServer, type ServerConnection, type ServerTarget } from './connect-server.ts';
import { GuardedWire } from './guarded-wire.ts';

describe.each(ALL_VERSIONS)('a connection to PostgreSQL ($name)', (binaries) => {
  let server: PostgresServer;

  beforeAll(async () => {
    // It asks for what it keeps of the password: SCRAM, or MD5 as 13 does unless told otherwise.
    server = await PostgresServer.start(binaries, { hba: 'host all all all md5\n' });
    await server.sql(`${WATCHER};
      set password_encryption = 'md5';
      create role old login password '${PASSWORD}';
      reset password_encryption;
      create role single login password '${PASSWORD}' connection limit 1;
      create role sleeper nologin password '${PASSWORD}';
      create database closed;
      revoke connect on database closed from public`);
  });
  afterAll(() => server.stop());

  test('is one courteous session: short statements, no waiting for locks, read-only', async () => {
    const connection = await connectServer(target(server.port), LOOPBACK);
    const settings = await connection.rows<[string, string]>(
      `select name, setting from pg_settings where name = any ($1) order by name`,
      [
        [
          'statement_timeout',
          'lock_timeout',
          'jit',
          'default_transaction_read_only',
          'search_path',
          'application_name',
        ],
      ],
    );
    expect(Object.fromEntries(settings)).toEqual({
      application_name: 'tidegate',
      default_transaction_read_only: 'on',
      jit: 'off',
      lock_timeout: '100',
      search_path: 'pg_catalog,pg_temp',
      statement_timeout: '5000',
    });
    await connection.close();
    expect(connection.alive).toBe(false);
  });

  test('keeps answering after a query that failed, also for queries that travelled with it', async () => {
    const connection = await connectServer(target(server.port), LOOPBACK);
    const answers = await Promise.allSettled([
      connection.rows('select 1'),
      connection.rows('select 1 / 0'),
      connection.rows('select 2::int8'),
    ]);
    expect(answers.map((answer) => answer.status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(await connection.rows('select 3::int8')).toEqual([[3]]);
    await connection.close();
  });

  test('ignores PG* variables of the process', async () => {
    const before = { ...process.env };
    Object.assign(process.env, {
      PGOPTIONS: '-c work_mem=77MB',
      PGDATABASE: 'nope',
      PGUSER: 'nope',
      PGSSLMODE: 'require',
    });
    try {
      const connection = await connectServer(target(server.port), LOOPBACK);
      expect(await connection.rows('select current_setting($1)', ['work_mem'])).not.toEqual([['77MB']]);
      await connection.close();
    } finally {
      process.env = before;
    }
  });

  test('logs in where MD5 is kept of the password, on the machine itself', async () => {
    expect(await failure(target(server.port, { user: 'old' }))).toBe('connected');
    expect(await failure(target(server.port, { user: 'old', password: 'wrong' }))).toBe('password_wrong');
  });

  test.each([
    ['a wrong password', { password: 'wrong' }, 'password_wrong'],
    ['an unknown role', { user: 'nobody' }, 'password_wrong'],
    ['a role that may not log in', { user: 'sleeper' }, 'login_refused'],
    ['an unknown database', { database: 'nope' }, 'database_not_found'],
    ['a database closed to the role', { database: 'closed' }, 'database_forbidden'],
    ['TLS where there is none', { tlsMode: 'verify-full' as const }, 'tls_not_supported'],
  ])('names %s', async (_what, wrong, code) => {
    expect(await failure(target(server.port, wrong))).toBe(code);
  });

  test('settings of the role that would end or bend every query are ours in our sessions', async () => {
    const hasty = [
      ['statement_timeout', '1ms', 0],
      ['lock_timeout', '1ms', 0],
      ['extra_float_digits', '-12', 0],
      ['standard_conforming_strings', 'off', 0],
      ['default_transaction_isolation', 'serializable', 0],
      ['application_name', 'psql', 0],
      ['idle_session_timeout', '1ms', 14],
      ['transaction_timeout', '1ms', 17],
    ] as const;
    const known = hasty.filter(([, , since]) => since <= binaries.major);
    await server.sql(
      [
        `create role hasty login password '${PASSWORD}'`,
        ...known.map(([name, value]) => `alter role hasty set ${name} = '${value}'`),
      ].join(';\n'),
    );
    const connection = await connectServer(target(server.port, { user: 'hasty' }), LOOPBACK);
    expect(
      await connection.rows("select 0.1::float8 + 0.2::float8, '\\', current_setting('application_name')"),
    ).toEqual([[0.1 + 0.2, '\\', 'tidegate']]);
    await connection.close();
  });

  test('nothing that the owner of a database puts before the catalogue is ever called by us', async () => {
    await server.sql('create role mallory; \n create database evil owner mallory');
    await server.sql(
      `create schema "odd Schema"; \n grant usage on schema "odd Schema" to watcher; \n create extension pg_stat_statements schema "odd Schema"; \n ${SHADOWS}`,
      'evil',
    );
    await server.sql('alter database evil set search_path = public, pg_catalog');
    /** What was called between two lines of the log, the second of which comes after everything. */
    const caughtIn = async (work: () => Promise<unknown>) => {
      const lines = async (mark: string) => {
        await server.sql(`do $$ begin raise log '${mark}'; end $$`);
        return until(() => (server.log().includes(mark) ? server.log() : undefined));
      };
      const before = (await lines(`begin ${newId()}`)).length;
      await work();
      const log = (await lines(`end ${newId()}`)).slice(before);
      return new Set([...log.matchAll(new RegExp(`LOG: +${CAUGHT} (.*)`, 'g'))].map(([, one]) => one));
    };
    const askAll = async (connection: ServerConnection) => {
      const instance = await readInstance(connection);
      expect(instance.statements?.schema).toBe('"odd Schema"');
      for (const [file, ask] of Object.entries(QUERIES)) {
        const answers = await Promise.allSettled(ask(connection, instance));
        // What stands in for the texts and the state has none; the server refuses nothing.
        const refused = answers.map((one) => one.status === 'rejected' && (one.reason as { code?: string }).code);
        expect({ file, refused: refused.filter(Boolean) }).toEqual({ file, refused: [] });
      }
    };
    const careless = await server.client('evil', 'watcher', PASSWORD);
    const asks = ['count(*)', 'pg_backend_pid()', '1 + 1', '1::int8', 'oid from pg_database'];
    expect(
      await caughtIn(async () => {
        for (const one of asks) await careless.query(`select ${one}`).catch(() => undefined);
      }),
    ).toEqual(
      new Set(['count', 'pg_backend_pid', 'operator', 'int8', 'pg_database'].map((one) => `${one} as watcher`)),
    );

    const ours = await caughtIn(async () => {
      const connection = await connectServer(target(server.port, { database: 'evil' }), LOOPBACK);
      await askAll(connection);
      await connection.rows("select set_config('search_path', 'public, pg_catalog', false)");
      await askAll(connection);
      await connection.close();
    });
    expect(ours).toEqual(new Set());
  });

  test('never opens a second session where CONNECTION LIMIT allows one', async () => {
    const single = target(server.port, { user: 'single' });
    const first = await connectServer(single, LOOPBACK);
    expect(await failure(single)).toBe('too_many_connections');
    expect(await first.rows('select 1')).toEqual([[1]]);
    await first.close();
  });
});

describe('TLS', () => {
  const trusted = authority();
  let server: PostgresServer;

  beforeAll(async () => {
    server = await PostgresServer.start(FIRST_VERSION, { tls: serverCertificate(trusted, ['db.example.com']) });
    await server.sql(WATCHER);
  });
  afterAll(() => server.stop());

  const secure = (more: Partial<ServerTarget>) => target(server.port, { host: 'db.example.com', ...more });

  test.each([
    ['verify-full with the right authority and name', { tlsMode: 'verify-full', tlsCa: trusted.pem }, 'connected'],
    ['verify-full without the authority', { tlsMode: 'verify-full' }, 'tls_certificate_untrusted'],
    [
      'verify-full with another authority',
      { tlsMode: 'verify-full', tlsCa: authority('x').pem },
      'tls_certificate_untrusted',
    ],
    [
      'verify-full with another name',
      { tlsMode: 'verify-full', tlsCa: trusted.pem, host: 'other.example.com' },
      'tls_host_mismatch',
    ],
    [
      'verify-full with an address that the certificate lacks',
      { tlsMode: 'verify-full', tlsCa: trusted.pem, host: '127.0.0.1' },
      'tls_host_mismatch',
    ],
    [
      'verify-ca with another name',
      { tlsMode: 'verify-ca', tlsCa: trusted.pem, host: 'other.example.com' },
      'connected',
    ],
    ['require, whoever answers', { tlsMode: 'require' }, 'connected'],
  ] as [string, Partial<ServerTarget>, string][])('%s: %#', async (_what, more, code) => {
    expect(await failure(secure(more))).toBe(code);
  });

  test('the password is bound to the channel', async () => {
    const written = vi.spyOn(GuardedWire.prototype, 'write');
    expect(await failure(secure({ tlsMode: 'verify-full', tlsCa: trusted.pem }))).toBe('connected');
    const said = Buffer.concat(written.mock.calls.map(([bytes]) => bytes)).toString('latin1');
    expect(said).toContain('SCRAM-SHA-256-PLUS\0');
    expect(said).toContain('p=tls-server-end-point,,');
    written.mockRestore();
  });

  test('an expired certificate is called expired', async () => {
    const old = await PostgresServer.start(FIRST_VERSION, { tls: serverCertificate(trusted, ['db.example.com'], -2) });
    expect(await failure({ ...secure({ tlsMode: 'verify-full', tlsCa: trusted.pem }), port: old.port })).toBe(
      'tls_certificate_expired',
    );
    await old.stop();
  });
});
