import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, statfsSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { isFree } from '@tidegate/runtime/embedded/free-port';
import { findNatsServer } from '@tidegate/runtime/embedded/nats-server';
import { readSecrets } from '@tidegate/runtime/secrets-file';
import pg from 'pg';
import { dataDirOf, readPorts } from './embedded.ts';
import { readRun } from './start.ts';
import { readStatus } from './status.ts';

interface Finding {
  /** Stable; undefined when all is well. */
  code?: string;
  what: string;
  fix?: string;
}

type Check = () => Finding | Promise<Finding>;

const dataDir = (): string => dataDirOf(process.env);

const CHECKS: Check[] = [
  node,
  writable,
  disk,
  secretsMode,
  natsBinary,
  portFree,
  postgresAnswers,
  natsAnswers,
  services,
];

/** Each known trouble has a code of its own, and its fix. Exit code 1 when there is any. */
export async function doctor({ json }: { json: boolean }): Promise<void> {
  const findings = await Promise.all(CHECKS.map((check) => check()));
  const bad = findings.filter((finding) => finding.code);
  if (json) process.stdout.write(`${JSON.stringify({ ok: bad.length === 0, findings }, null, 2)}\n`);
  else {
    for (const { code, what, fix } of findings) {
      process.stdout.write(`${code ? '✗' : '✓'} ${what}${code ? ` [${code}]\n    Fix: ${fix}` : ''}\n`);
    }
  }
  if (bad.length > 0) process.exitCode = 1;
}

function node(): Finding {
  const what = `Node ${process.versions.node}`;
  return Number(process.versions.node.split('.')[0]) >= 24 ? { what } : { what, code: 'node_too_old', fix: 'npm ci' };
}

function writable(): Finding {
  const folder = existsSync(dataDir()) ? dataDir() : dirname(dataDir());
  try {
    accessSync(folder, constants.W_OK);
    return { what: `${folder} can be written` };
  } catch {
    return { what: `${folder} cannot be written`, code: 'data_dir_not_writable', fix: `chown it, or set DATA_DIR` };
  }
}

function disk(): Finding {
  const { bavail, blocks, bsize } = statfsSync(existsSync(dataDir()) ? dataDir() : dirname(dataDir()));
  const [percent, gigabytes] = [Math.round((100 * bavail) / blocks), (bavail * bsize) / 1024 ** 3];
  const what = `${percent} % of the disk is free (${gigabytes.toFixed(1)} GB)`;
  return percent >= 10 || gigabytes >= 5
    ? { what }
    : { what, code: 'disk_low', fix: 'free some space, or move DATA_DIR' };
}

function secretsMode(): Finding {
  const file = join(dataDir(), 'secrets.json');
  if (!existsSync(file)) return { what: 'no secrets yet (made by the first start)' };
  const mode = statSync(file).mode & 0o777;
  const what = `secrets.json has mode ${mode.toString(8)}`;
  return mode === 0o600 ? { what } : { what, code: 'secrets_readable', fix: `chmod 600 ${file}` };
}

function natsBinary(): Finding {
  if (process.env['NATS_URL']) return { what: 'NATS is external' };
  const path = findNatsServer(join(dataDir(), 'tools'));
  if (!path) return { what: 'nats-server is not installed', code: 'nats_missing', fix: 'apt-get install nats-server' };
  const version = spawnSync(path, ['--version'], { encoding: 'utf8' }).stdout.match(/v(\d+)\.(\d+)/);
  const what = `nats-server ${version?.[0] ?? ''} at ${path}`;
  const old = version && (Number(version[1]) < 2 || (Number(version[1]) === 2 && Number(version[2]) < 9));
  return old ? { what, code: 'nats_too_old', fix: 'install nats-server 2.9 or newer' } : { what };
}

async function portFree(): Promise<Finding> {
  const port = Number(process.env['PORT'] || 3000);
  const run = readRun(dataDir());
  if (run?.port === port) return { what: `port ${port} is ours` };
  return (await isFree(port))
    ? { what: `port ${port} is free` }
    : { what: `port ${port} is taken by another program`, code: 'port_taken', fix: `PORT=${port + 1} npm start` };
}

async function postgresAnswers(): Promise<Finding> {
  const password = readSecrets(dataDir())['POSTGRES_PASSWORD'];
  const { postgres: port } = readPorts(dataDir());
  const url =
    process.env['DATABASE_URL'] ?? (port ? `postgresql://postgres:${password}@127.0.0.1:${port}/tidegate` : undefined);
  if (!url) return { what: 'PostgreSQL was never started here' };
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 3_000 });
  try {
    await client.connect();
    const { rows } = await client.query<{ v: string }>("select current_setting('server_version') as v");
    return { what: `PostgreSQL ${rows[0]?.v} answers` };
  } catch (error) {
    const { code, message } = error as { code?: string; message: string };
    return code === '28P01'
      ? {
          what: 'PostgreSQL refuses our password',
          code: 'postgres_password',
          fix: 'restore secrets.json and the data folder from the same backup',
        }
      : { what: `PostgreSQL does not answer: ${message}`, code: 'postgres_stopped', fix: 'npm start' };
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function natsAnswers(): Promise<Finding> {
  const { natsMonitor } = readPorts(dataDir());
  if (process.env['NATS_URL'] || !natsMonitor) return { what: 'nats-server: nothing of ours to check' };
  try {
    const answer = await fetch(`http://127.0.0.1:${natsMonitor}/healthz`, { signal: AbortSignal.timeout(2_000) });
    return answer.ok
      ? { what: 'nats-server answers' }
      : {
          what: `nats-server says ${answer.status}`,
          code: 'nats_unhealthy',
          fix: 'see logs in DATA_DIR/nats/nats.log',
        };
  } catch {
    return { what: 'nats-server does not answer', code: 'nats_stopped', fix: 'npm start' };
  }
}

async function services(): Promise<Finding> {
  const state = await readStatus();
  if (!state.running) return { what: 'the app is stopped', code: 'app_stopped', fix: 'npm start' };
  const bad = state.services.filter((service) => !service.ready);
  if (state.ready) return { what: `${state.services.length} services are ready` };
  const names = bad.map((service) => `${service.name} (${service.reason})`).join(', ');
  return { what: `not ready: ${names || 'the gateway does not answer'}`, code: 'not_ready', fix: 'npx tidegate logs' };
}
