import { pbkdf2 } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { createServer, type Server, type Socket } from 'node:net';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { guardHost } from './guard-host.ts';
import { guardedFetch } from './guarded-fetch.ts';
import { resolveHost } from './resolve-host.ts';

/* Malicious servers named by a customer: each request ends, with an answer or without, and leaves nothing open. */
const OK = 'HTTP/1.1 200 OK\r\n';
const sockets = new Set<Socket>();
let server: Server;
let base: string;
let behave: (socket: Socket) => void;

beforeAll(async () => {
  server = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
    socket.once('data', () => behave(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(server.address() as { port: number }).port}/hook`;
});
afterAll(() => {
  for (const socket of sockets) socket.destroy();
  server.close();
});

const post = (timeoutMs = 20_000) =>
  guardedFetch(base, {
    method: 'POST',
    body: '{}',
    timeoutMs,
    maxResponseBytes: 1_000,
    policy: { allowLoopback: true },
  });
const saying = (text: string | Buffer) => (socket: Socket) => void socket.write(text);
const endlessly = (first: string, again: string) => (socket: Socket) => {
  socket.write(first);
  const more = () => {
    while (!socket.destroyed && socket.write(again.repeat(100)));
  };
  socket.on('drain', more);
  more();
};
const outcome = async (behaviour: typeof behave, timeoutMs = 20_000) => {
  behave = behaviour;
  const answer = await post(timeoutMs).catch((error: Error) =>
    error.name === 'AbortError' || error.name === 'TimeoutError' ? 'time' : 'refused',
  );
  return typeof answer === 'string' ? answer : `${answer.status} ${answer.body.length}`;
};

test.each<[string, typeof behave, string]>([
  ['heads without end', endlessly(OK, `x: ${'y'.repeat(1_000)}\r\n`), 'refused'],
  ['a line of a head without end', endlessly(`${OK}x: `, 'y'.repeat(1_000)), 'refused'],
  ['a first line without end', endlessly('HTTP/1.1 200 ', 'y'.repeat(1_000)), 'refused'],
  ['a head of 20,000 lines', saying(`${OK}${'a: b\r\n'.repeat(20_000)}\r\n`), 'refused'],
  ['continue, without end', endlessly('', 'HTTP/1.1 100 Continue\r\n\r\n'), 'refused'],
  ['early hints, without end', endlessly('', 'HTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\n'), 'refused'],
  ['a body without end', endlessly(`${OK}\r\n`, 'y'.repeat(1_000)), '200 1000'],
  ['chunks without end', endlessly(`${OK}transfer-encoding: chunked\r\n\r\n`, '1\r\ny\r\n'), '200 1000'],
  ['a chunk of 2 EB', saying(`${OK}transfer-encoding: chunked\r\n\r\n1fffffffffffffff\r\ny`), 'time'],
  [
    'a chunk of more than there are numbers',
    saying(`${OK}transfer-encoding: chunked\r\n\r\n${'f'.repeat(40)}\r\n`),
    'refused',
  ],
  [
    'an extension of a chunk without end',
    endlessly(`${OK}transfer-encoding: chunked\r\n\r\n1;`, 'x'.repeat(1_000)),
    'refused',
  ],
  [
    'trailers without end',
    endlessly(`${OK}transfer-encoding: chunked\r\n\r\n0\r\n`, `x: ${'y'.repeat(500)}\r\n`),
    'refused',
  ],
  ['two lengths', saying(`${OK}content-length: 1\r\ncontent-length: 2\r\n\r\nyy`), 'refused'],
  ['a negative length', saying(`${OK}content-length: -1\r\n\r\n`), 'refused'],
  ['no HTTP', saying('\0\0\0\0'), 'refused'],
  ['silence', () => {}, 'time'],
  ['a byte and silence', saying('H'), 'time'],
  ['a body that stops', saying(`${OK}content-length: 10\r\n\r\nyyy`), 'time'],
  ['a connection that is cut', (socket) => void socket.destroy(), 'refused'],
  [
    'a connection that is reset in the body',
    (socket) => void socket.write(`${OK}content-length: 9\r\n\r\ny`, () => socket.resetAndDestroy()),
    'refused',
  ],
  ['an answer and more behind it', saying(`${OK}content-length: 1\r\n\r\nyHTTP/1.1 500 No\r\n\r\n`), '200 1'],
])('%s', async (_what, behaviour, expected) => {
  expect(await outcome(behaviour, expected === 'time' ? 300 : undefined)).toBe(expected);
});

test('a compressed body is not decompressed', async () => {
  const bomb = gzipSync(Buffer.alloc(1_000_000));
  const head = `${OK}content-encoding: gzip\r\ncontent-length: ${bomb.length}\r\n\r\n`;
  expect(await outcome(saying(Buffer.concat([Buffer.from(head), bomb])))).toBe('200 1000');
});

test('a connection that the server never closes is closed by us', async () => {
  behave = saying(`${OK}content-length: 0\r\nconnection: keep-alive\r\n\r\n`);
  const ended = new Promise<string>((resolve) => {
    server.once('connection', (socket) => socket.once('end', () => resolve('ended')));
  });
  await post();
  expect(await ended).toBe('ended');
});

test.each(['http://169.254.169.254/', 'http://[::1]/', '//10.0.0.1/', '/elsewhere'])(
  'a redirect to %s is an answer and is not followed',
  async (location) => {
    behave = saying(`HTTP/1.1 307 Elsewhere\r\nlocation: ${location}\r\ncontent-length: 0\r\n\r\n`);
    expect(await post()).toMatchObject({ status: 307, headers: { location } });
  },
);

test.each([
  'http://[::ffff:127.0.0.1]/',
  'http://[::ffff:7f00:1]/',
  'http://[::127.0.0.1]/',
  'http://[64:ff9b::7f00:1]/',
  'http://[2002:7f00:1::]/',
  'http://[fe80::1]/',
  'http://[fd00:ec2::254]/',
  'http://[::]/',
  'http://0x7f.1/',
  'http://2130706433/',
  'http://127.1/',
  'http://①②⑦.0.0.1/',
])('%s leads nowhere', async (url) => {
  const attempt = guardedFetch(url, { method: 'GET', timeoutMs: 1_000, maxResponseBytes: 1 });
  await expect(attempt).rejects.toMatchObject({ code: 'host_not_allowed' });
});

describe('names whose servers never answer', () => {
  test('time out without blocking a thread', async () => {
    const silent = createSocket('udp4').on('message', () => {});
    await new Promise<void>((resolve) => silent.bind(0, '127.0.0.1', resolve));
    const servers = [`127.0.0.1:${silent.address().port}`];
    const order: string[] = [];
    const names = Array.from({ length: 12 }, (_, index) =>
      guardHost({
        host: `h${index}.example.com`,
        port: 1,
        resolve: (host) => resolveHost(host, { servers, timeoutMs: 300 }),
      }).catch((error: { code: string }) => void order.push(error.code)),
    );
    await promisify(pbkdf2)('x', 'y', 10, 32, 'sha256');
    order.push('a thread');
    await Promise.all(names);
    expect(order).toEqual(['a thread', ...names.map(() => 'host_not_resolvable')]);
    silent.close();
  });
});
