import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { closing } from '@tidegate/testing/closing';
import { fetchUnlessUnchanged } from './unchanged.ts';

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing(() => {
    server.close();
    server.closeAllConnections();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

test('a file arrives byte for byte, whatever bytes it has', async () => {
  // A mark of byte order first, then everything that is no text.
  const file = Buffer.from([0xef, 0xbb, 0xbf, ...Array.from({ length: 256 }, (_, at) => 255 - at)]);
  const url = await serve((_request, response) => {
    response.setHeader('etag', '"1"').setHeader('content-type', 'application/pdf').end(file);
  });
  for (const _ of ['at first', 'again']) {
    const answer = await fetchUnlessUnchanged(url, { method: 'GET' });
    expect(Buffer.from(await answer.arrayBuffer()).equals(file)).toBe(true);
  }
});

test('an answer that has not changed is not sent again', async () => {
  const sent: number[] = [];
  const url = await serve(({ headers }, response) => {
    response.statusCode = headers['if-none-match'] === '"1"' ? 304 : 200;
    sent.push(response.statusCode);
    response.setHeader('etag', '"1"').setHeader('content-type', 'application/json; charset=utf-8');
    response.end(response.statusCode === 200 ? '{"name":"Größe"}' : undefined);
  });
  for (const _ of ['at first', 'again']) {
    const answer = await fetchUnlessUnchanged(url, { method: 'GET' });
    expect(await answer.json()).toEqual({ name: 'Größe' });
  }
  expect(sent).toEqual([200, 304]);
});
