import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { natsVersion } from './versions.ts';

test('another program on the monitoring port of nats-server breaks no command', async () => {
  let answer = 'hello';
  const outsider = createServer((_request, response) => response.end(answer)).listen(0, '127.0.0.1');
  await once(outsider, 'listening');
  const { port } = outsider.address() as AddressInfo;
  expect(await natsVersion(port)).toBeNull();
  answer = '[]';
  expect(await natsVersion(port)).toBeNull();
  answer = '{"version":"2.9.10"}';
  expect(await natsVersion(port)).toBe('2.9.10');
  outsider.close();
});
