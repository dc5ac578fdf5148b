import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '@tidegate/runtime/embedded/free-port';
import { startPostgres } from '@tidegate/runtime/embedded/postgres';
import { loadSettings } from '@tidegate/runtime/settings';
import { checkEnvironment, checkExternal } from './check-environment.ts';
import { refuseLostSecrets } from './embedded.ts';

const folder = mkdtempSync(join(tmpdir(), 'tidegate-environment-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('all mistakes in the settings are reported at once, before any server starts', () => {
  const env = {
    DATA_DIR: folder,
    PORT: 'abc',
    LOG_LEVEL: 'loud',
    DATABASE_URL_FILE: join(folder, 'none'),
    RATE_LIMIT_PER_MINUTE: 'abc',
  };
  expect(() => checkEnvironment(env)).toThrow(
    expect.objectContaining({
      message: expect.stringMatching(
        /PORT must be(.|\n)*DATABASE_URL_FILE names .*none(.|\n)*LOG_LEVEL must be(.|\n)*RATE_LIMIT_PER_MINUTE: /,
      ),
    }),
  );
  expect(() => checkEnvironment({ DATA_DIR: folder })).not.toThrow();
});

test('with TLS to the database, the role that migrates has it as well, and may say how', () => {
  const adminUrl = (DATABASE_URL: string, DATABASE_SSL: string) =>
    loadSettings({ DATA_DIR: folder, DATABASE_URL, DATABASE_SSL, NATS_URL: 'nats://127.0.0.1' }, []).database.adminUrl;
  const url = 'postgresql://a:b%2Fc@db.example.com:5432/d';
  expect(adminUrl(url, 'true')).toBe(`${url}?sslmode=verify-full`);
  expect(adminUrl(`${url}?sslmode=require`, 'true')).toBe(`${url}?sslmode=require`);
  expect(adminUrl(url, 'false')).toBe(url);
});

test('external servers that cannot be used are named with their setting, the reason and a fix', async () => {
  const port = await freePort();
  const settingsOf = (DATABASE_URL: string) =>
    loadSettings({ DATA_DIR: folder, DATABASE_URL, NATS_URL: `nats://127.0.0.1:${port}` }, []);
  const both = { database: true, nats: true };
  await expect(
    checkExternal(settingsOf(`postgresql://a:b@127.0.0.1:${port}/c`), both, performance.now()),
  ).rejects.toThrow(
    /PostgreSQL at 127.0.0.1:\d+\/c \(DATABASE_URL\).*ECONNREFUSED(.|\n)*Fix(.|\n)*nats-server at .* \(NATS_URL\) cannot be used: .*(refused|REFUSED)(.|\n)*Fix: start that server/,
  );
  const server = await startPostgres({ dir: join(folder, 'pg'), password: 'right' });
  const at = (password: string, database: string) =>
    checkExternal(
      settingsOf(`postgresql://postgres:${password}@127.0.0.1:${server.port}/${database}`),
      { database: true, nats: false },
      performance.now() + 60_000,
    );
  await expect(at('wrong', 'postgres')).rejects.toThrow(/password authentication failed(.|\n)*Fix: correct the user/);
  await expect(at('right', 'nowhere')).rejects.toThrow(/does not exist\n {2}Fix: createdb nowhere/);
  await expect(at('right', 'postgres')).resolves.toBeUndefined();
  await server.stop();
});

test('a database whose secrets are lost is not started with new ones', () => {
  const dataDir = join(folder, 'lost');
  mkdirSync(join(dataDir, 'postgres', 'data'), { recursive: true });
  expect(() => refuseLostSecrets(dataDir, {})).not.toThrow();
  writeFileSync(join(dataDir, 'postgres', 'data', 'PG_VERSION'), '18');
  expect(() => refuseLostSecrets(dataDir, {})).toThrow(/secrets.json is missing(.|\n)*Fix: restore it/);
  writeFileSync(join(dataDir, 'secrets.json'), '{}');
  expect(() => refuseLostSecrets(dataDir, {})).not.toThrow();
});
