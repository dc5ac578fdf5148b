import { refusal, welcome } from '../../../test/backend.ts';
import { LOOPBACK } from '../../../test/connecting.ts';
import { FakeServer } from '../../../test/fake-server.ts';
import { connectServer } from './connect-server.ts';
import { failureCode } from './connection-failure.rules.ts';

const FIELDS = { host: '127.0.0.1', database: 'postgres', user: 'watcher', password: 'x', tlsCa: null };

let fake: FakeServer | undefined;
afterEach(() => fake?.stop());

async function ending(port: number, timeoutMs: number): Promise<string> {
  try {
    await connectServer({ ...FIELDS, port, tlsMode: 'require' }, LOOPBACK, { timeoutMs });
    return 'fine';
  } catch (error) {
    return failureCode(error);
  }
}

describe('before TLS', () => {
  test.each<[string, Buffer, string]>([
    ['no', Buffer.from('N'), 'tls_not_supported'],
    ['no, and more', Buffer.from('NN'), 'not_postgresql'],
    ['an error', refusal('53300', 'FATAL'), 'not_postgresql'],
    ['neither yes nor no', Buffer.from('X'), 'not_postgresql'],
    ['yes, and no TLS', Buffer.from('S'), 'connect_timeout'],
  ])('%s', async (_what, said, code) => {
    fake = await FakeServer.start((socket) => socket.once('data', () => socket.write(said)));
    expect(await ending(fake.port, code === 'connect_timeout' ? 300 : 20_000)).toBe(code);
  });

  test('yes, and then anything but TLS', async () => {
    fake = await FakeServer.start((socket) => {
      socket.once('data', () => {
        socket.write('S');
        socket.once('data', () => socket.write(welcome));
      });
    });
    expect(await ending(fake.port, 20_000)).toBe('tls_failed');
  });
});
