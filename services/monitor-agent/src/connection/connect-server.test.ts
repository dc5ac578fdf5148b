import { connect, type Socket } from 'node:net';
import { freePort } from '@tidegate/runtime/embedded/free-port';
import { authority, serverCertificate } from '../../test/certificates.ts';
import { authentication, FakeServer, message } from '../../test/fake-server.ts';
import { ALL_VERSIONS, FIRST_VERSION, PostgresServer } from '../../test/postgres-server.ts';
import { connectServer, type ServerTarget } from './connect-server.ts';
import { describeFailure, failureCode } from './connection-failure.rules.ts';
import { GuardedWire } from './guarded-wire.ts';

const LOOPBACK = { address: '127.0.0.1', loopback: true };
const PASSWORD = 'canary-S3CR3T-9f2';

const target = (port: number, more: Partial<ServerTarget> = {}): ServerTarget => ({
  host: '127.0.0.1',
  port,
  database: 'postgres',
  user: 'watcher',
  password: PASSWORD,
  tlsMode: 'disable',
  tlsCa: null,
  ...more,
});

async function failure(to: ServerTarget, options = {}): Promise<string> {
  try {
    await (await connectServer(to, LOOPBACK, options)).close();
    return 'connected';
  } catch (error) {
    const code = failureCode(error);
    expect(describeFailure(code, to).what).not.toContain(PASSWORD);
    return code;
  }
}

const WATCHER = `create role watcher login password '${PASSWORD}'; grant pg_monitor to watcher`;

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
      search_path: 'pg_catalog',
      statement_timeout: '5000',
    });
    await connection.close();
    expect(connection.alive).toBe(false);
  });

  test('keeps answering after a question that failed, also for questions that travelled with it', async () => {
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

describe('what is not an honest PostgreSQL', () => {
  const against = async (behave: Parameters<typeof FakeServer.start>[0], use: (fake: FakeServer) => Promise<void>) => {
    const fake = await FakeServer.start(behave);
    try {
      await use(fake);
    } finally {
      await fake.stop();
    }
  };

  test('nothing at all', async () => {
    expect(await failure(target(await freePort()))).toBe('connection_refused');
  });

  test('silence', () =>
    against(
      () => {},
      async (fake) => {
        expect(await failure(target(fake.port), { timeoutMs: 200 })).toBe('connect_timeout');
      },
    ));

  test.each(['disable', 'verify-full'] as const)('a web server (%s)', (tlsMode) =>
    against(
      (socket) => socket.on('data', () => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')),
      async (fake) => {
        expect(await failure(target(fake.port, { tlsMode }))).toBe('not_postgresql');
      },
    ),
  );

  test('a server that speaks first, as NATS does', () =>
    against(
      (socket) => socket.write('INFO {"server_id":"x"}\r\n'),
      async (fake) => {
        expect(await failure(target(fake.port))).toBe('not_postgresql');
      },
    ));

  test('an answer injected before the encryption', () =>
    against(
      (socket) => socket.on('data', () => socket.write(Buffer.concat([Buffer.from('S'), authentication(0)]))),
      async (fake) => {
        expect(await failure(target(fake.port, { tlsMode: 'require' }))).toBe('not_postgresql');
      },
    ));

  test('a thief that asks for the password in clear text gets nothing', () =>
    against(
      (socket) => socket.on('data', () => socket.write(authentication(3))),
      async (fake) => {
        expect(await failure(target(fake.port))).toBe('cleartext_refused');
        expect(Buffer.concat(fake.received).includes(PASSWORD)).toBe(false);
      },
    ));

  test('a message of 300 MB before the log-in is cut off early', () =>
    against(
      (socket) => {
        socket.write(message('E', Buffer.alloc(10), 300 * 1024 * 1024));
        const more = () => {
          while (!socket.destroyed && socket.write(Buffer.alloc(65_536)));
        };
        socket.on('drain', more);
        more();
      },
      async (fake) => {
        expect(await failure(target(fake.port))).toBe('answer_too_large');
      },
    ));

  test('a pooler, which hands out session numbers of its own', async () => {
    const server = await PostgresServer.start(FIRST_VERSION);
    await server.sql(WATCHER);
    const keyData = Buffer.from([0x4b, 0, 0, 0, 12]);
    const proxy = (socket: Socket) => {
      const behind = connect(server.port, server.host);
      behind.on('error', () => {});
      socket.on('close', () => behind.destroy());
      socket.pipe(behind);
      behind.on('data', (chunk) => {
        const at = chunk.indexOf(keyData);
        if (at >= 0) chunk.writeUInt32BE(4_711, at + keyData.length);
        socket.write(chunk);
      });
    };
    await against(proxy, async (fake) => {
      expect(await failure(target(fake.port))).toBe('pooler');
    });
    await server.stop();
  });

  test('an answer larger than allowed ends the connection', async () => {
    const server = await PostgresServer.start(FIRST_VERSION);
    await server.sql(WATCHER);
    const connection = await connectServer(target(server.port), LOOPBACK, { maxAnswerBytes: 100_000 });
    await expect(connection.rows(`select repeat('x', 1000000)`)).rejects.toMatchObject({ code: 'answer_too_large' });
    expect(connection.alive).toBe(false);
    await server.stop();
  });
});
