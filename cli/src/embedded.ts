import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { readVariable } from '@tidegate/runtime/config';
import { type RunningNats, startNats } from '@tidegate/runtime/embedded/nats-server';
import { type RunningServer, startPostgres } from '@tidegate/runtime/embedded/postgres';
import { natsAuthorization } from '@tidegate/runtime/nats-permissions';
import { ensureSecrets, type Secrets } from '@tidegate/runtime/secrets-file';
import { loadSettings, type Settings } from '@tidegate/runtime/settings';
import pg from 'pg';
import { ensureNatsServer } from './nats-tool.ts';

export interface Servers {
  settings: Settings;
  /** True when this data folder had no secrets before. */
  first: boolean;
  adminPassword: string;
  postgres: RunningServer | undefined;
  nats: RunningNats | undefined;
}

export const dataDirOf = (env: NodeJS.ProcessEnv): string => resolve(env['DATA_DIR'] || '.data');

interface Ports {
  postgres?: number;
  nats?: number;
  natsMonitor?: number;
}

const portsFile = (dataDir: string): string => join(dataDir, 'ports.json');

export function readPorts(dataDir: string): Ports {
  return existsSync(portsFile(dataDir)) ? (JSON.parse(readFileSync(portsFile(dataDir), 'utf8')) as Ports) : {};
}

/**
 * Secrets, PostgreSQL and nats-server of this data folder: found running, started, or somebody else's when
 * DATABASE_URL or NATS_URL says so. What was found is put into the environment, from which settings are read.
 */
export async function startServers(say: (text: string) => void, env = process.env): Promise<Servers> {
  const dataDir = dataDirOf(env);
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const { secrets, first } = ensureSecrets(dataDir);
  const ports = readPorts(dataDir);
  const external = { database: readVariable(env, 'DATABASE_URL'), nats: readVariable(env, 'NATS_URL') };
  if (!external.nats) ensureNatsServer(dataDir);
  const [postgres, nats] = await Promise.all([
    external.database ? undefined : startDatabase(dataDir, secrets, ports.postgres, say),
    external.nats ? undefined : startBus(dataDir, secrets, ports, say),
  ]);
  const next = { postgres: postgres?.port, nats: nats?.port, natsMonitor: nats?.monitorPort };
  writeFileSync(portsFile(dataDir), `${JSON.stringify(next)}\n`, { mode: 0o600 });
  const password = secrets['POSTGRES_PASSWORD'] ?? '';
  if (postgres) {
    await prepareDatabase(postgres.port, password, secrets['MONITOR_PLATFORM_PASSWORD'] ?? '');
    env['DATABASE_URL'] = `postgresql://postgres:${password}@127.0.0.1:${postgres.port}/tidegate`;
    env['MONITOR_PLATFORM_HOST'] ??= '127.0.0.1';
    env['MONITOR_PLATFORM_PORT'] ??= String(postgres.port);
    env['MONITOR_PLATFORM_PASSWORD'] ??= secrets['MONITOR_PLATFORM_PASSWORD'] ?? '';
    env['TIDEGATE_EMBEDDED'] = 'true';
  }
  if (nats) env['NATS_URL'] = nats.url;
  env['DATA_DIR'] = dataDir;
  const settings = loadSettings(env);
  writeAdminPassword(settings.adminPasswordFile, secrets['ADMIN_PASSWORD'] ?? '');
  return { settings, first, adminPassword: secrets['ADMIN_PASSWORD'] ?? '', postgres, nats };
}

async function startDatabase(dataDir: string, secrets: Secrets, port: number | undefined, say: (text: string) => void) {
  const fresh = !existsSync(join(dataDir, 'ports.json'));
  if (fresh) say('Waiting for PostgreSQL (making a new cluster) …');
  const password = secrets['POSTGRES_PASSWORD'] ?? '';
  const server = await startPostgres({ dir: join(dataDir, 'postgres'), port, password });
  say(`PostgreSQL ${server.adopted ? 'is running already' : 'runs'} on port ${server.port}`);
  return server;
}

async function startBus(dataDir: string, secrets: Secrets, ports: Ports, say: (text: string) => void) {
  const login = (name: string) => ({
    user: name,
    password: secrets[`NATS_${name.toUpperCase().replaceAll('-', '_')}_PASSWORD`] ?? '',
  });
  const names = [
    'identity',
    'billing',
    'usage',
    'monitor-agent',
    'bot-executor',
    'notifier',
    'gateway',
    'platform',
  ] as const;
  const users = Object.fromEntries(names.map((name) => [name, login(name)])) as Settings['nats']['users'];
  const server = await startNats({
    dir: join(dataDir, 'nats'),
    port: ports.nats,
    monitorPort: ports.natsMonitor,
    authorization: natsAuthorization(users),
  });
  say(`nats-server ${server.adopted ? 'is running already' : 'runs'} on port ${server.port}`);
  return server;
}

/** The database itself, and the role with which monitor-agent watches it. Idempotent. */
async function prepareDatabase(port: number, password: string, monitorPassword: string): Promise<void> {
  const login = { host: '127.0.0.1', port, user: 'postgres', password };
  await withClient({ ...login, database: 'postgres' }, async (client) => {
    const exists = await client.query("select 1 from pg_database where datname = 'tidegate'");
    if (exists.rowCount === 0) await client.query('create database tidegate');
    const role = await client.query("select 1 from pg_roles where rolname = 'tidegate_monitor'");
    if (role.rowCount === 0)
      await client.query('create role tidegate_monitor login connection limit 5 in role pg_monitor');
    await client.query(`alter role tidegate_monitor password ${pg.escapeLiteral(monitorPassword)}`);
  });
  await withClient({ ...login, database: 'tidegate' }, (client) =>
    client.query('create extension if not exists pg_stat_statements'),
  );
}

async function withClient(config: pg.ClientConfig, work: (client: pg.Client) => Promise<unknown>): Promise<void> {
  const client = new pg.Client(config);
  try {
    await client.connect();
    await work(client);
  } catch (error) {
    if ((error as { code?: string }).code === '28P01') {
      throw new Error(
        'PostgreSQL refuses the password in secrets.json: the file and the database in this data folder are not of one installation.\n  Fix: restore both from the same backup, or start with another DATA_DIR.',
      );
    }
    throw error;
  } finally {
    await client.end();
  }
}

/** Written once; an operator who deleted it after the first login does not find it again. */
function writeAdminPassword(file: string, password: string): void {
  const marker = `${file}.written`;
  if (existsSync(file) || existsSync(marker)) return;
  writeFileSync(file, `${password}\n`, { mode: 0o600 });
  writeFileSync(marker, '', { mode: 0o600 });
}
