import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { previousName } from '@tidegate/runtime/current-secrets';
import { askNats } from '@tidegate/runtime/embedded/nats-monitor';
import { findNats } from '@tidegate/runtime/embedded/nats-server';
import { readSecrets, writeSecrets } from '@tidegate/runtime/secrets-file';
import { adminPassword, type Platform, Rest, startPlatform } from '@tidegate/testing/platform';
import { until } from '@tidegate/testing/until';
import pg from 'pg';
import { runTidegate } from '../../test/run-tidegate.ts';
import { readMemory, remember } from '../kernel/installation.ts';
import { KINDS } from './kinds.ts';

/* Every secret is changed while requests come; none may fail, and what was before must not work afterwards. */
const dataDir = mkdtempSync(join(tmpdir(), 'tidegate-secrets-'));
const UNLIMITED = { RATE_LIMIT_PER_MINUTE: '1000000', RATE_LIMIT_ANONYMOUS_PER_MINUTE: '1000000' };
let platform: Platform;
let load: Load;

beforeAll(async () => {
  platform = await startPlatform({ dataDir, env: UNLIMITED });
  load = await beginLoad();
});
afterAll(async () => {
  await load.end();
  await platform.stop();
  rmSync(dataDir, { recursive: true, force: true });
});

const tidegate = (...args: string[]) => runTidegate(dataDir, args);

interface Load {
  sent: number;
  failed: string[];
  end(): Promise<void>;
}

/** Reads, writes and log-ins, each kind one after the other. */
async function beginLoad(): Promise<Load> {
  const anonymous = new Rest(platform.url);
  const login = { email: 'admin@localhost', password: adminPassword(platform) };
  const { body } = await anonymous.post<{ accessToken: string }>('/api/v1/sessions', login);
  const { body: key } = await anonymous.as(body.accessToken).post<{ key: string }>('/api/v1/api-keys', {
    name: 'load',
    scopes: ['servers:read', 'servers:write', 'usage:read'],
  });
  const rest = anonymous.as(key.key);
  const { body: servers } = await rest.get<{ items: { id: string }[] }>('/api/v1/servers');
  const server = `/api/v1/servers/${servers.items[0]?.id}`;
  // Some forty a second: a secret that counts too late fails requests for longer than that, and each costs a core 3 ms.
  const lanes: { everyMs: number; send: (turn: number) => Promise<{ status: number }> }[] = [
    { everyMs: 70, send: () => rest.get('/api/v1/servers') },
    { everyMs: 70, send: () => rest.get('/api/v1/usage/current') },
    { everyMs: 70, send: (turn) => rest.send('PATCH', server, { name: `Server ${turn % 2}` }) },
    // Passwords and tokens are sealed on the bus; Argon2 takes its time.
    { everyMs: 1_000, send: () => anonymous.post('/api/v1/sessions', login) },
  ];
  const found: Load = { sent: 0, failed: [], end: async () => {} };
  let over = false;
  const running = lanes.map(async ({ send, everyMs }, lane) => {
    for (let turn = 0; !over; turn += 1) {
      const { status } = await send(turn).catch((error: Error) => ({ status: error.message }));
      found.sent += 1;
      if (typeof status === 'string' || status >= 400) found.failed.push(`lane ${lane}: ${status}`);
      await pause(everyMs);
    }
  });
  found.end = async () => {
    over = true;
    await Promise.all(running);
  };
  await until(async () => found.sent > 20, { what: 'Requests' });
  return found;
}

/** The rotation, and requests for as long as anybody may remember what was before. */
async function rotate(kind: string) {
  const [failed, sent] = [load.failed.length, load.sent];
  const before = readSecrets(dataDir);
  const ended = await tidegate('secrets', 'rotate', kind);
  expect(ended).toMatchObject({ code: 0, stderr: '' });
  await until(async () => load.sent > sent + 60, { what: 'Requests after it' });
  expect(load.failed.slice(failed)).toEqual([]);
  return { before, after: readSecrets(dataDir) };
}

const changed = (kind: string, before: Record<string, string>, after: Record<string, string>) => {
  const variables = KINDS.find(({ name }) => name === kind)?.variables ?? [];
  expect(variables.filter((name) => before[name] === after[name])).toEqual([]);
};

async function connects(user: string, password: string): Promise<boolean> {
  const port = readMemory(dataDir).ports.postgres;
  const client = new pg.Client({ host: '127.0.0.1', port, database: 'tidegate', user, password });
  client.on('error', () => undefined);
  return client.connect().then(
    () => client.end().then(() => true),
    () => false,
  );
}

test('passwords in the database: new connections have the new one, the old one opens nothing', async () => {
  for (const [kind, role, variable] of [
    ['database', 'identity', 'IDENTITY_DATABASE_PASSWORD'],
    ['superuser', 'postgres', 'POSTGRES_PASSWORD'],
    ['monitoring', 'tidegate_monitor', 'MONITOR_PLATFORM_PASSWORD'],
  ] as const) {
    const { before, after } = await rotate(kind);
    changed(kind, before, after);
    expect(after).not.toHaveProperty(previousName(variable));
    expect(await connects(role, before[variable] ?? '')).toBe(false);
    expect(await connects(role, after[variable] ?? '')).toBe(true);
  }
  // Everything that is open ends, and comes back with the new passwords.
  const admin = new pg.Client({
    host: '127.0.0.1',
    port: readMemory(dataDir).ports.postgres,
    database: 'tidegate',
    user: 'postgres',
    password: readSecrets(dataDir)['POSTGRES_PASSWORD'],
  });
  await admin.connect();
  await admin.query("select pg_terminate_backend(pid) from pg_stat_activity where application_name like 'tidegate %'");
  await admin.end();
  await until(async () => (await fetch(`${platform.url}/health/ready`)).ok);
  load.failed.length = 0;
});

test('logins at nats-server: every connection has the new one, and the old ones are gone', async () => {
  for (const second of [true, false]) {
    const { before, after } = await rotate('nats');
    changed('nats', before, after);
    expect(after['NATS_IDENTITY_USER']).toBe(second ? 'identity-2' : 'identity');
    const nats = await findNats(join(dataDir, 'nats'));
    const answer = await askNats(nats?.monitorPort ?? 0, '/connz?auth=true');
    const connections = (answer?.['connections'] ?? []) as { authorized_user: string }[];
    const users = connections.map((one) => one.authorized_user);
    expect(users.length).toBeGreaterThan(6);
    expect(users.filter((user) => user.endsWith('-2') !== second)).toEqual([]);
  }
});

test('what is compared or opened by others overlaps until it is retired', async () => {
  for (const kind of ['caller', 'sealing', 'metrics'] as const) {
    const { before, after } = await rotate(kind);
    changed(kind, before, after);
  }
  const status = async (token: string | undefined) =>
    (await fetch(`${platform.url}/metrics`, { headers: { authorization: `Bearer ${token}` } })).status;
  const { METRICS_TOKEN: token, METRICS_TOKEN_PREVIOUS: before } = readSecrets(dataDir);
  expect([await status(token), await status(before), await status('neither')]).toEqual([200, 200, 401]);
  // What is still in use is not thrown away.
  expect(await tidegate('secrets', 'rotate', 'caller')).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('changed just now'),
  });
  expect(await tidegate('secrets', 'retire')).toMatchObject({ code: 1 });
  const long = new Date(Date.now() - 600_000).toISOString();
  remember(dataDir, { secretsChanged: { caller: long, sealing: long, metrics: long } });
  const failed = load.failed.length;
  expect(await tidegate('secrets', 'retire')).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('caller: the one before'),
  });
  await until(async () => (await status(before)) === 401);
  expect(await status(token)).toBe(200);
  expect(load.failed.slice(failed)).toEqual([]);
});

test('keys: those that sign tokens, and those that wrap secrets', async () => {
  const keys = async () =>
    ((await (await fetch(`${platform.url}/.well-known/jwks.json`)).json()) as { keys: object[] }).keys.length;
  const before = await keys();
  await rotate('signing-keys');
  // The installation's only key is still young: it is the new one.
  expect(await keys()).toBe(before);
  const rings = await rotate('master-keys');
  changed('master-keys', rings.before, rings.after);
});

test('a list says since when each is as it is, and a start has everything that it needs', async () => {
  const { stdout } = await tidegate('secrets', 'list', '--json');
  const all = JSON.parse(stdout) as { name: string; daysLeft: number | null; keptIn: string }[];
  expect(all.map(({ name }) => name)).toEqual(KINDS.map(({ name }) => name));
  expect(all.filter(({ daysLeft }) => daysLeft !== null && daysLeft <= 0)).toEqual([]);
  await load.end();
  await platform.stop();
  platform = await startPlatform({ dataDir, env: UNLIMITED });
  load = await beginLoad();
  expect(load.failed).toEqual([]);
});

test('a change that was interrupted is finished by the next start', async () => {
  await load.end();
  await platform.stop();
  const secrets = readSecrets(dataDir);
  // Written, and PostgreSQL was not told any more.
  for (const variable of ['POSTGRES_PASSWORD', 'IDENTITY_DATABASE_PASSWORD']) {
    secrets[previousName(variable)] = secrets[variable] as string;
    secrets[variable] = `${variable}-new-and-long-enough`;
  }
  writeSecrets(dataDir, secrets);
  platform = await startPlatform({ dataDir, env: UNLIMITED });
  load = await beginLoad();
  expect(load.failed).toEqual([]);
  expect(readSecrets(dataDir)).not.toHaveProperty('POSTGRES_PASSWORD_PREVIOUS');
});
