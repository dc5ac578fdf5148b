import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type RunningPostgres, startPostgres } from '@tidegate/runtime/embedded/postgres';
import { droppingProxy } from '@tidegate/testing/dropping-proxy';
import { type Platform, Rest, startPlatform } from '@tidegate/testing/platform';
import { until } from '@tidegate/testing/until';
import pg from 'pg';

/* A database on another machine, and a network that forgets connections without a word to either side. */
const folder = mkdtempSync(join(tmpdir(), 'tidegate-dropped-'));
let postgres: RunningPostgres;
let proxy: Awaited<ReturnType<typeof droppingProxy>>;
let platform: Platform;
beforeAll(async () => {
  postgres = await startPostgres({ dir: join(folder, 'pg') });
  const admin = new pg.Client({ connectionString: postgres.url });
  await admin.connect();
  await admin.query('create database tidegate');
  await admin.end();
  proxy = await droppingProxy(postgres.port);
  const { user, password } = postgres;
  const DATABASE_URL = `postgresql://${user}:${password}@127.0.0.1:${proxy.port}/tidegate`;
  platform = await startPlatform({ env: { DATABASE_URL } });
});
afterAll(async () => {
  await platform.stop();
  await proxy.close();
  await postgres.stop();
  rmSync(folder, { recursive: true, force: true });
});

let accounts = 0;
/** A sign-up reaches every service: identity writes it, its outbox publishes it to billing, which creates the subscription. */
async function signUp(): Promise<void> {
  const anonymous = new Rest(platform.url);
  accounts += 1;
  const account = { email: `a${accounts}@example.com`, password: 'correct horse battery', name: 'a' };
  let token = '';
  await until(
    async () => {
      const answer = await anonymous.post<{ accessToken: string; code: string }>('/api/v1/accounts', account);
      token = answer.body.accessToken;
      // One that was not answered may have been carried out.
      if (answer.body.code === 'email_taken') account.email = `again-${account.email}`;
      return answer.status === 201;
    },
    { withinMs: 15_000, everyMs: 200, what: 'a sign-up' },
  );
  const rest = anonymous.as(token);
  for (const path of [
    '/api/v1/billing/subscription',
    '/api/v1/usage/current',
    '/api/v1/bots',
    '/api/v1/servers',
    '/api/v1/channels',
  ]) {
    await until(async () => (await rest.get(path)).status === 200, { withinMs: 15_000, everyMs: 200, what: path });
  }
}

test('connections to the database that are dropped silently stop nobody for long', async () => {
  await signUp();
  expect(proxy.drop()).toBeGreaterThan(0);
  await signUp();

  // Under load, twice more.
  for (const _ of [1, 2]) {
    const before = [signUp(), signUp()];
    await new Promise((resolve) => setTimeout(resolve, 300));
    proxy.drop();
    await Promise.all([...before, signUp()]);
  }
  expect(platform.log()).toContain('Connections to the database were dropped on their way and are replaced');
  expect((await fetch(`${platform.url}/health/ready`)).status).toBe(200);
});
