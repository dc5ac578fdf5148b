import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadSettings } from '@tidegate/runtime/settings';
import { takeRun } from './run-file.ts';
import { readStatus } from './status.ts';

test('a gateway that listens on one address only is asked there, and its URL is shown with that address', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'tidegate-status-'));
  const health = { status: 'ready', services: [{ name: 'identity', ready: true }] };
  const server = createServer((_request, response) => response.end(JSON.stringify(health)));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.2', resolve));
  const { port } = server.address() as AddressInfo;
  const { release } = takeRun(folder, port, '127.0.0.2');
  try {
    expect(await readStatus({ DATA_DIR: folder })).toMatchObject({ ready: true, url: `http://127.0.0.2:${port}` });
  } finally {
    release();
    server.close();
    rmSync(folder, { recursive: true });
  }
});

test.each([
  [{ HOST: '127.0.0.2' }, 'http://127.0.0.2:3000'],
  [{ HOST: '0.0.0.0' }, 'http://localhost:3000'],
  [{ HOST: '::1', PORT: '80' }, 'http://localhost:80'],
  [{ HOST: 'fd00::5' }, 'http://[fd00::5]:3000'],
  [{ HOST: '127.0.0.2', PUBLIC_URL: 'https://shop.example/' }, 'https://shop.example'],
])('%j is found at %s', (env, url) => {
  const places = { DATABASE_URL: 'postgresql://localhost/t', NATS_URL: 'nats://localhost', DATA_DIR: '/nonexistent' };
  expect(loadSettings({ ...places, ...env }, []).publicUrl).toBe(url);
});

test.each([
  [{}, 'development'],
  [{ TIDEGATE_MODE: 'production' }, 'production'],
  [{ NODE_ENV: 'production' }, 'production'],
  [{ NODE_ENV: 'production', TIDEGATE_MODE: 'development' }, 'development'],
  [{ PUBLIC_URL: 'https://shop.example' }, 'production'],
  [{ PUBLIC_URL: 'https://shop.example', TIDEGATE_MODE: 'development' }, 'development'],
])('the mode of %j is %s', (env, mode) => {
  const places = { DATABASE_URL: 'postgresql://localhost/t', NATS_URL: 'nats://localhost', DATA_DIR: '/nonexistent' };
  expect(loadSettings({ ...places, ...env }, [])).toMatchObject({ mode, production: mode === 'production' });
});

test('the licence is shown where one is configured, and what is wrong with it', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'tidegate-status-'));
  expect((await readStatus({ DATA_DIR: folder })).licence).toBeNull();
  const env = { DATA_DIR: folder, LICENCE_FILE: join(folder, 'none'), LICENCE_KEY_FILE: join(folder, 'none') };
  expect((await readStatus(env)).licence).toMatchObject({ state: 'unreadable', readOnly: true });
  rmSync(folder, { recursive: true });
});
