import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { changeKeys, makeKey, readSecrets, SEALING_SERVICES, secretsFile } from '@tidegate/runtime/secrets-file';
import { adminPassword, type Platform, Rest, startPlatform } from '@tidegate/testing/platform';
import { programEnvironment } from '@tidegate/testing/test-run';
import { masterKeyId } from '@tidegate/vault/master-keys';
import pg from 'pg';
import { runTidegate } from '../test/run-tidegate.ts';
import { vaultSettings } from './service-vaults.ts';

/* The operator's commands on a running installation, one after the other as an operator gives them. */
const dataDir = mkdtempSync(join(tmpdir(), 'tidegate-keys-'));
let platform: Platform;

beforeAll(async () => {
  platform = await startPlatform({ dataDir });
});
afterAll(async () => {
  await platform.stop();
  rmSync(dataDir, { recursive: true, force: true });
});

const tidegate = (args: string[], env: NodeJS.ProcessEnv = {}) => runTidegate(dataDir, args, env);

function tidegateProcess(
  args: string[],
  env: NodeJS.ProcessEnv = {},
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const child = spawn(process.execPath, ['--no-warnings', 'cli/dist/main.js', ...args], {
    env: { ...programEnvironment(), DATA_DIR: dataDir, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk) => (stdout += String(chunk)));
  child.stderr.on('data', (chunk) => (stderr += String(chunk)));
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, stdout, stderr })));
}

interface Status {
  service: string;
  source: string;
  masterKeys: { id: string; state: string; inRing: boolean; wraps: number }[];
}

async function status(env?: NodeJS.ProcessEnv): Promise<Status[]> {
  const { code, stdout, stderr } = await tidegate(['keys', 'status', '--json'], env);
  if (code !== 0) throw new Error(stderr || stdout);
  return JSON.parse(stdout);
}
const keysOf = async (service: string, env?: NodeJS.ProcessEnv) =>
  (await status(env)).find((one) => one.service === service)?.masterKeys ?? [];

const ringOf = (service: string): string[] =>
  (readSecrets(dataDir)[`${service.toUpperCase().replaceAll('-', '_')}_ENCRYPTION_KEY`] ?? '').split(',');

async function operator(): Promise<Rest> {
  const rest = new Rest(platform.url);
  const login = { email: 'admin@localhost', password: adminPassword(platform) };
  const { body } = await rest.post<{ accessToken: string }>('/api/v1/sessions', login);
  return rest.as(body.accessToken);
}

/** Opens the sealed password of the platform's own database, and logs in there with it. */
async function testServer(): Promise<number> {
  const rest = await operator();
  const { body } = await rest.get<{ items: { id: string; platform: boolean }[] }>('/api/v1/servers');
  const server = body.items.find((one) => one.platform);
  return (await rest.post(`/api/v1/servers/${server?.id}/test`)).status;
}

test('status names the current key of every service that stores secrets', async () => {
  const all = await status();
  expect(all.map(({ service }) => service)).toEqual(SEALING_SERVICES);
  for (const { service, source, masterKeys } of all) {
    const [key] = ringOf(service) as [string];
    expect(source).toBe(secretsFile(dataDir));
    expect(masterKeys).toMatchObject([{ id: masterKeyId(key), state: 'current', inRing: true }]);
  }
  // Once as a process of its own, as an operator runs it.
  const { code, stdout, stderr } = await tidegateProcess(['keys', 'status', 'monitor-agent']);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toMatch(/^monitor-agent: .*secrets\.json\n {2}[0-9a-f]{16} {2}current {2}wraps 1 data key\n$/);
});

test('plans: all mistakes of a file with their lines, the catalogue in force to the letter, and a yearly subscription', async () => {
  const shipped = readFileSync('libs/testing/plans.yaml', 'utf8');
  const file = join(dataDir, 'broken.yaml');
  writeFileSync(file, shipped.replace('month: 2900,', 'month: 29.00,').replace('servers: 100', 'servers: lots'));
  const { code, stderr } = await tidegate(['plans', 'validate', file]);
  expect(code).toBe(1);
  const lineOf = (text: string) => shipped.slice(0, shipped.indexOf(text)).split('\n').length;
  expect(stderr).toMatch(/catalogue_invalid/);
  expect(stderr).toContain(`line ${lineOf('month: 2900,')}: /plans/main/pro/prices/EUR/month 29.00 is written 2900.`);
  expect(stderr).toContain(`line ${lineOf('servers: 100')}: /plans/main/business/features/servers `);
  expect(await tidegate(['plans', 'export'])).toEqual({ code: 0, stderr: '', stdout: shipped });
  const rest = await operator();
  const { body } = await rest.get<{ items: { id: string }[] }>('/api/v1/organisations');
  const set = (interval: string) =>
    tidegate(['subscriptions', 'set', body.items[0]?.id ?? '', 'main.pro', '--interval', interval]);
  expect(JSON.parse((await set('year')).stdout)).toMatchObject({ subscriptions: [{ plan: 'pro', interval: 'year' }] });
  expect(await set('week')).toMatchObject({ code: 1, stderr: expect.stringContaining(' /interval ') });
});

test('rotate replaces the key of every service while they run, and removes the old keys from the file', async () => {
  const before = readSecrets(dataDir);
  const old = new Map(SEALING_SERVICES.map((service) => [service, ringOf(service)[0]]));
  const { code, stdout, stderr } = await tidegate(['keys', 'rotate']);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  for (const service of SEALING_SERVICES) {
    const [key, ...more] = ringOf(service) as [string];
    expect(more).toEqual([]);
    expect(key).not.toBe(old.get(service));
    expect(stdout).toContain(`${masterKeyId(key)} wraps now`);
    expect(stdout).toContain(`${masterKeyId(old.get(service) as string)} removed from ${secretsFile(dataDir)}`);
  }
  expect(Object.keys(readSecrets(dataDir))).toEqual(Object.keys(before));
  expect(statSync(secretsFile(dataDir)).mode & 0o777).toBe(0o600);
  expect(await keysOf('monitor-agent')).toMatchObject([
    { state: 'retired', inRing: false, wraps: 0 },
    { state: 'current', inRing: true, wraps: 1 },
  ]);
  expect(await testServer()).toBe(200);
});

test('with the new keys alone everything starts and opens its secrets', async () => {
  await platform.stop();
  platform = await startPlatform({ dataDir });
  expect(await testServer()).toBe(200);
});

test('a rotation that died after it stored the new key continues with that key', async () => {
  const [old] = ringOf('notifier') as [string];
  const kept = makeKey();
  changeKeys(dataDir, 'notifier', (ring) => [...ring, kept]);
  expect(await keysOf('notifier')).toContainEqual({ id: masterKeyId(kept), state: 'new', inRing: true, wraps: 0 });
  expect((await tidegate(['keys', 'rotate', 'notifier'])).code).toBe(0);
  expect(ringOf('notifier')).toEqual([kept]);
  expect(ringOf('notifier')).not.toContain(old);
});

test('one rotation at a time', async () => {
  const settings = await vaultSettings({ DATA_DIR: dataDir });
  const client = new pg.Client({ connectionString: settings.database.adminUrl });
  await client.connect();
  await client.query('select pg_advisory_lock(7318204912)');
  const before = readFileSync(secretsFile(dataDir), 'utf8');
  const { code, stderr } = await tidegate(['keys', 'rotate', 'billing']);
  await client.end();
  expect({ code, stderr }).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('A rotation of keys, an import or a removal runs'),
  });
  expect(readFileSync(secretsFile(dataDir), 'utf8')).toBe(before);
});

describe('keys that the operator keeps', () => {
  const first = () => ringOf('billing')[0] as string;
  const file = join(dataDir, 'billing-key');

  test.each([
    ['the environment', () => ({ BILLING_ENCRYPTION_KEY: first() }), 'export BILLING_ENCRYPTION_KEY="$BILLING_'],
    ['a file', () => ({ BILLING_ENCRYPTION_KEY_FILE: file }), `openssl rand -base64 32)" >> ${file}`],
    ['a secrets.json of several machines', externalDatabase, 'in secrets.json on every machine'],
  ])('in %s: rotate says what to set and changes no file', async (_, makeEnv, fix) => {
    writeFileSync(file, first(), { mode: 0o600 });
    const before = readFileSync(secretsFile(dataDir), 'utf8');
    const env = await makeEnv();
    const { code, stderr } = await tidegate(['keys', 'rotate', 'billing'], env);
    expect({ code, stderr }).toMatchObject({ code: 1, stderr: expect.stringContaining(fix) });
    expect(readFileSync(secretsFile(dataDir), 'utf8')).toBe(before);
    expect(readFileSync(file, 'utf8')).toBe(first());
    expect((await keysOf('billing', env)).at(-1)).toMatchObject({ id: masterKeyId(first()), state: 'current' });
  });

  test('with a second key set, rotate changes to it and says that the first one may be removed', async () => {
    const second = makeKey();
    writeFileSync(file, `${first()},${second}`);
    const env = { BILLING_ENCRYPTION_KEY_FILE: file };
    const { code, stdout } = await tidegate(['keys', 'rotate', 'billing'], env);
    expect(code).toBe(0);
    expect(stdout).toContain(`${masterKeyId(second)} wraps now`);
    expect(stdout).toContain(`${masterKeyId(first())} may be removed from ${file}`);
    expect(readFileSync(file, 'utf8')).toBe(`${first()},${second}`);
    expect(await keysOf('billing', env)).toContainEqual(expect.objectContaining({ state: 'current', inRing: true }));
  });

  test('status fails and says so when the ring lacks the current key', async () => {
    const { code, stdout } = await tidegate(['keys', 'status', 'billing']);
    expect({ code, stdout }).toMatchObject({
      code: 1,
      stdout: expect.stringContaining('current  wraps 0 data keys, MISSING'),
    });
  });

  test('rotate refuses a ring of another installation', async () => {
    const { code, stderr } = await tidegate(['keys', 'rotate', 'identity'], { IDENTITY_ENCRYPTION_KEY: makeKey() });
    expect({ code, stderr }).toMatchObject({ code: 1, stderr: expect.stringContaining('which is not among') });
  });
});

async function externalDatabase() {
  const { database } = await vaultSettings({ DATA_DIR: dataDir });
  return { DATABASE_URL: database.adminUrl };
}

test.each([
  [['keys'], 'tidegate keys status [service] [--json]'],
  [['keys', 'rotate', 'usage'], 'No service usage keeps secrets. Services: identity, monitor-agent'],
])('%j says what is wrong', async (args, message) => {
  expect(await tidegate(args)).toMatchObject({ code: 1, stderr: expect.stringContaining(message) });
});

test('without a running PostgreSQL both commands say what to do', async () => {
  const env = { DATA_DIR: join(dataDir, 'nothing-here') };
  for (const action of ['status', 'rotate']) {
    expect(await tidegateProcess(['keys', action], env)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('Fix: npm start'),
    });
  }
});
