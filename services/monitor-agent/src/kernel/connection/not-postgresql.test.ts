import { connect, type Socket } from 'node:net';
import { freePort } from '@tidegate/runtime/embedded/free-port';
import { complete, field, fields, greeting, ready, refusal, row, saying, welcome } from '../../../test/backend.ts';
import { failure, LOOPBACK, PASSWORD, target, WATCHER } from '../../../test/connecting.ts';
import { authentication, FakeServer, message } from '../../../test/fake-server.ts';
import { FIRST_VERSION, PostgresServer } from '../../../test/postgres-server.ts';
import { connectServer } from './connect-server.ts';

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
        expect(await failure(target(fake.port), { timeoutMs: 200 })).toBe('login_timeout');
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

  test.each([
    ['refuses options in the start-up packet', '08P01'],
    ['drops options in silence', undefined],
  ])('what %s: the session is as safe', async (_what, refused) => {
    const server = await PostgresServer.start(FIRST_VERSION);
    await server.sql(`${WATCHER};
      alter role watcher set search_path = public, pg_catalog`);
    let seen = 0;
    const proxy = (socket: Socket) => {
      const behind = connect(server.port, server.host);
      behind.on('error', () => {});
      socket.on('close', () => behind.destroy());
      behind.pipe(socket);
      socket.once('data', (startup) => {
        const text = startup.toString('latin1', 8);
        const options = /(^|\0)options\0[^\0]*\0/.exec(text);
        if (options) seen += 1;
        if (options && refused) {
          socket.end(refusal(refused, 'FATAL'));
          return;
        }
        const rest = Buffer.from(options ? text.replace(options[0], options[1] as string) : text, 'latin1');
        const head = Buffer.from(startup.subarray(0, 8));
        head.writeUInt32BE(head.length + rest.length);
        behind.write(Buffer.concat([head, rest]));
        socket.pipe(behind);
      });
    };
    await against(proxy, async (fake) => {
      const connection = await connectServer(target(fake.port), LOOPBACK);
      expect(seen).toBe(1);
      expect(
        await connection.rows("select current_setting('search_path'), current_setting('statement_timeout')"),
      ).toEqual([['pg_catalog,pg_temp', '5s']]);
      await connection.close();
    });
    await server.stop();
  });

  test('what keeps our settings from being set is asked nothing', () => {
    const unsafe = Buffer.concat([
      fields(field('name'), field('value')),
      row('search_path', 'public'),
      complete(),
      ready(),
    ]);
    return against(saying(welcome, greeting, unsafe), async (fake) => {
      expect(await failure(target(fake.port))).toBe('session_unsafe');
    });
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
