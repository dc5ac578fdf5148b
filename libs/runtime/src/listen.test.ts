import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { isFree } from './embedded/free-port.ts';
import { listenBeside } from './listen.ts';
import { PoliteEnd } from './polite-end.ts';

const HOST = '127.0.0.1';
const CONNECTIONS = 320;
/** Connects while this thread stands still: the kernel says yes to each, and they wait to be accepted. */
const CLIENTS = `
  const { workerData: { port, connected } } = require('node:worker_threads');
  const sockets = Array.from({ length: ${CONNECTIONS} }, () => require('node:net').connect(port, '${HOST}', () => {
    Atomics.add(connected, 0, 1);
    Atomics.notify(connected, 0);
  }));
  for (const socket of sockets) socket.on('error', () => {});
`;

test.skipIf(process.platform !== 'linux')(
  'many are accepted in a turn of the event loop, answered as usual, and nobody else once it stops',
  async () => {
    const end = new PoliteEnd();
    const server = createServer((_request, response) => response.end('here'));
    server.listen({ port: 0, host: HOST, reusePort: true });
    await once(server, 'listening');
    await listenBeside(server, HOST);
    const { port } = server.address() as AddressInfo;
    expect(await isFree(port, HOST)).toBe(false);

    let accepted = 0;
    server.on('connection', () => {
      accepted += 1;
    });
    const connected = new Int32Array(new SharedArrayBuffer(4));
    const clients = new Worker(CLIENTS, { eval: true, workerData: { port, connected } });
    await once(clients, 'online');
    for (let seen = 0; seen < CONNECTIONS; seen = Atomics.load(connected, 0)) Atomics.wait(connected, 0, seen, 1_000);
    let turns = 0;
    for (; accepted < CONNECTIONS; turns += 1) await setImmediate();
    // By one socket it is one a turn.
    expect(turns).toBeLessThan(CONNECTIONS / 3);

    const answers = await Promise.all(Array.from({ length: 40 }, () => fetch(`http://${HOST}:${port}/`)));
    expect(await Promise.all(answers.map((answer) => answer.text()))).toEqual(answers.map(() => 'here'));
    await clients.terminate();
    expect(await end.drain(server, 10_000)).toBe(0);
    const refused = connect(port, HOST);
    expect(((await once(refused, 'error')) as { code: string }[])[0]?.code).toBe('ECONNREFUSED');
  },
);
