import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { closing } from '@tidegate/testing/closing';
import { patient } from '@tidegate/testing/pace';
import { until } from '@tidegate/testing/until';
import { cutStalledReaders } from './stalled-readers.ts';

/** More than the buffers of two sockets. */
const LARGE = Buffer.alloc(64 * 1024 * 1024, 'x');
const ASK = 'GET / HTTP/1.1\r\nHost: localhost\r\n\r\n';

/** A server that cuts soon, and whoever connects to it. */
async function serve(answer: RequestListener, { silenceMs = patient(200), idleMs = 60_000 } = {}) {
  const server: Server = createServer({ keepAliveTimeout: idleMs }, answer);
  cutStalledReaders(server, silenceMs);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const sockets: Socket[] = [];
  closing(() => {
    for (const socket of sockets) socket.destroy();
    server.closeAllConnections();
    server.close();
  });
  const call = async () => {
    const accepted = once(server, 'connection');
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
    sockets.push(socket);
    socket.on('error', () => {});
    socket.write(ASK);
    const [theirs] = await accepted;
    return { socket, theirs: theirs as Socket };
  };
  return { silenceMs, call };
}

test('whoever asks and reads nothing is cut; whoever reads slowly gets everything', async () => {
  const { silenceMs, call } = await serve((_request, response) => response.end(LARGE));
  const [stalled, slow] = [await call(), await call()];
  let received = 0;
  const began = performance.now();
  slow.socket.on('data', (chunk) => {
    received += chunk.length;
    if (performance.now() - began > 4 * silenceMs) return;
    slow.socket.pause();
    setTimeout(() => slow.socket.resume(), silenceMs / 40);
  });
  await until(() => stalled.theirs.destroyed, { withinMs: 30_000, what: 'the one that reads nothing to be cut' });
  await until(() => received > LARGE.length, { withinMs: 60_000, what: 'the slow one to have everything' });
});

test('whoever waits for an answer, or for the next part of it, is not cut', async () => {
  const { silenceMs, call } = await serve((_request, response) => {
    setTimeout(() => response.write('first'), 3 * silenceMs);
    setTimeout(() => response.end('last'), 6 * silenceMs);
  });
  const { socket } = await call();
  let text = '';
  socket.on('data', (chunk) => {
    text += String(chunk);
  });
  await until(() => text.includes('last'), { withinMs: 60_000, what: 'the answer' });
  expect(text).toMatch(/first[\s\S]*last/);
});

test('a connection without a request still ends with its own time-out', async () => {
  const { call } = await serve((_request, response) => response.end('x'), { idleMs: 100 });
  const { socket, theirs } = await call();
  socket.resume();
  await until(() => theirs.destroyed, { withinMs: 30_000 });
});
