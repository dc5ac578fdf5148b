import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliCompressSync } from 'node:zlib';
import { type FastifyInstance, fastify } from 'fastify';
import { isPage, mountConsole, sendPage } from './mount-console.ts';

let folder: string;
let server: FastifyInstance;
beforeAll(async () => {
  folder = `${mkdtempSync(join(tmpdir(), 'tidegate-console-'))}/`;
  mkdirSync(join(folder, 'assets'));
  mkdirSync(join(folder, '.vite'));
  writeFileSync(join(folder, '.vite', 'manifest.json'), '{}');
  writeFileSync(join(folder, 'index.html'), '<title>Console</title>');
  writeFileSync(join(folder, 'assets', 'index-a1b2.js'), 'export {};');
  writeFileSync(join(folder, 'assets', 'index-a1b2.js.br'), brotliCompressSync('export {};'));
  server = fastify();
  expect(await mountConsole(server, folder)).toBe(true);
  server.setNotFoundHandler((request, reply) =>
    isPage(request) ? sendPage(reply) : reply.code(404).send({ code: 'not_found' }),
  );
});
afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true });
});

const HTML = { accept: 'text/html,application/xhtml+xml' };
const get = (url: string, headers: Record<string, string> = {}) => server.inject({ method: 'GET', url, headers });

test.each(['/', '/o/01a2/servers', '/log-in?next=%2Fo%2F1'])(
  '%s is the page of the console, asked for each time',
  async (url) => {
    const { statusCode, headers, body } = await get(url, HTML);
    expect(statusCode).toBe(200);
    expect(headers['content-type']).toBe('text/html; charset=utf-8');
    expect(headers['cache-control']).toBe('no-cache');
    expect(body).toContain('<title>Console</title>');
  },
);

test('a file with a hash in its name is kept for a year, and comes as it was compressed', async () => {
  const { headers } = await get('/assets/index-a1b2.js', { 'accept-encoding': 'br' });
  expect(headers['content-encoding']).toBe('br');
  expect(headers['cache-control']).toBe('public, max-age=31536000, immutable');
  expect(headers['vary']).toMatch(/accept-encoding/i);
  expect((await get('/assets/index-a1b2.js')).body).toBe('export {};');
});

test.each([
  ['a path of the API', '/api/v1/serverz', HTML],
  ['a file that a newer build has removed', '/assets/index-0000.js', HTML],
  ['what only the build needs', '/.vite/manifest.json', HTML],
  ['a file at the top', '/robots.txt', HTML],
  ['what a program asks for', '/o/01a2/servers', { accept: 'application/json' }],
  ['a way out of the folder', '/assets/..%2f..%2fetc%2fpasswd', HTML],
])('%s that does not exist is no page', async (_what, url, headers) => {
  expect((await get(url, headers)).statusCode).toBe(404);
});

test('without a build there is no console', async () => {
  expect(await mountConsole(fastify(), '/nowhere/')).toBe(false);
});
