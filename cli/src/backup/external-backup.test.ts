import { type ChildProcess, spawn } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makePair } from '@tidegate/backup/kernel/keys';
import { listBackups, readManifest, storeManifest } from '@tidegate/backup/kernel/manifest';
import { FolderStore } from '@tidegate/backup/store/folder-store';
import { readBackupState } from '@tidegate/runtime/backup-state';
import { freePort } from '@tidegate/runtime/embedded/free-port';
import { startPostgres } from '@tidegate/runtime/embedded/postgres';
import { closing } from '@tidegate/testing/closing';
import { runStatements } from '@tidegate/testing/database';
import { type Platform, startPlatform } from '@tidegate/testing/platform';
import { programEnvironment } from '@tidegate/testing/test-run';
import { until } from '@tidegate/testing/until';
import { runTidegate } from '../../test/run-tidegate.ts';

/*
 * Backups of a PostgreSQL of somebody else's, by a process of its own beside the platform, as in deploy/compose and
 * deploy/k8s. The server is the embedded one, under another name of superuser and database.
 */
const folder = (name: string): string => mkdtempSync(join(tmpdir(), `tidegate-${name}-`));
const store = folder('external-backups');
let platform: Platform;
let env: NodeJS.ProcessEnv;
let dataDir: string;
let port: number;

beforeAll(async () => {
  const server = await startPostgres({ dir: join(folder('external'), 'postgres'), password: 'external' });
  closing(() => server.stop());
  const admin = { host: server.host, port: server.port, user: 'postgres', password: 'external', database: 'postgres' };
  await runStatements(admin, "create role shop superuser login password 'shop'");
  await runStatements(admin, 'create database shop owner shop');
  const DATABASE_URL = `postgresql://shop:shop@${server.host}:${server.port}/shop`;
  platform = await startPlatform({ env: { DATABASE_URL } });
  closing(() => platform.stop());

  dataDir = folder('follows');
  copyFileSync(join(platform.dataDir, 'secrets.json'), join(dataDir, 'secrets.json'));
  const { ports } = JSON.parse(readFileSync(join(platform.dataDir, 'installation.json'), 'utf8'));
  port = await freePort();
  env = {
    DATABASE_URL,
    NATS_URL: `nats://127.0.0.1:${ports.nats}`,
    BACKUP_TO: store,
    BACKUP_IDENTITY: (await makePair()).identity,
    BACKUP_SECRETS_TO: 'none',
    BACKUP_DRILL_EVERY_DAYS: '0',
    BACKUP_WAL_SECONDS: '1',
  };
});

const command = (args: string[], more: NodeJS.ProcessEnv = {}): ChildProcess => {
  const child = spawn(process.execPath, ['--no-warnings', 'cli/dist/main.js', ...args], {
    env: { ...programEnvironment(), ...env, ...more, DATA_DIR: dataDir },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  closing(() => child.kill('SIGKILL'));
  return child;
};

async function figures(at: number): Promise<Map<string, number>> {
  const lines = (await (await fetch(`http://127.0.0.1:${at}/metrics`)).text()).matchAll(
    /^tidegate_backup_(\w+) (\S+)$/gm,
  );
  return new Map([...lines].map(([, name = '', value]) => [name, Number(value)]));
}

test('a process for backups by itself says to Prometheus how old the newest is, and the gateway without one says nothing', async () => {
  const follows = command(['backup', 'follow'], { HEALTH_PORT: String(port) });
  const known = await until(
    async () => {
      const now = await figures(port);
      return now.has('age_seconds') && now;
    },
    { withinMs: 60_000, everyMs: 250, what: 'The first backup' },
  );
  expect(known.get('configured')).toBe(1);
  expect((await fetch(`http://127.0.0.1:${port}/health/live`)).status).toBe(200);
  follows.kill('SIGTERM');
  await until(() => follows.exitCode === 0, { withinMs: 30_000, what: 'Its end' });
  const { METRICS_TOKEN } = JSON.parse(readFileSync(join(platform.dataDir, 'secrets.json'), 'utf8'));
  const headers = { authorization: `Bearer ${METRICS_TOKEN}` };
  const seen = await (await fetch(`${platform.url}/metrics`, { headers })).text();
  expect(seen).toContain('tidegate_backup_configured 0');
});

test('a drill starts what it has of a server with other names, and logs in', async () => {
  const drill = command(['drill', '--json']);
  let [out, said] = ['', ''];
  drill.stdout?.on('data', (chunk) => (out += String(chunk)));
  drill.stderr?.on('data', (chunk) => (said += String(chunk)));
  await until(() => drill.exitCode !== null, { withinMs: 240_000, what: 'The drill' });
  expect({ code: drill.exitCode, said }).toMatchObject({ code: 0 });
  expect(JSON.parse(out).tables).toBeGreaterThan(100);
  expect(readBackupState(dataDir, 'drill')).toMatchObject({ ok: true, failure: null });
});

test('a backup of another major version is no failure, and nobody is told that it was tried', async () => {
  const place = new FolderStore(store);
  const [newest] = (await listBackups(place)).slice(-1);
  const manifest = await readManifest(place, newest?.id ?? '');
  const postgres = { ...manifest.postgres, major: 15, version: '15.18' };
  await storeManifest(place, { ...manifest, postgres });
  const { code, stderr } = await runTidegate(dataDir, ['drill'], env);
  expect({ code, stderr }).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/cannot be tried here: it is of PostgreSQL 15\.18.*restore --into/s),
  });
  expect(readBackupState(dataDir, 'drill')).toMatchObject({ untried: expect.any(String), failure: null });
});
