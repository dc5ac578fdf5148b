import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { compressOnce } from './compress-answers.ts';

const reply = {
  statusCode: 200,
  getHeader: () => undefined,
  header: () => reply,
  removeHeader: () => reply,
} as unknown as FastifyReply;
const asking = (coding: string) => ({ method: 'GET', headers: { 'accept-encoding': coding } }) as FastifyRequest;

test('what is the same for everybody is compressed once a coding, however often and by however many it is read', async () => {
  const send = compressOnce();
  const text = 'a reference for everybody '.repeat(100);
  const [first, second] = await Promise.all([send(asking('br'), reply, text), send(asking('br'), reply, text)]);
  expect(second).toBe(first);
  expect(await send(asking('br, gzip'), reply, text)).toBe(first);
  expect(brotliDecompressSync(first as Buffer).toString()).toBe(text);
  expect(gunzipSync((await send(asking('gzip'), reply, text)) as Buffer).toString()).toBe(text);
  expect(await send(asking('identity'), reply, text)).toBe(text);
});
