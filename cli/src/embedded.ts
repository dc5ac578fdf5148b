import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readVariable } from '@tidegate/runtime/config';
import {
  isNatsOn,
  type NatsOptions,
  type RunningNats,
  startNats,
  stopNats,
} from '@tidegate/runtime/embedded/nats-server';
import {
  isPostgresOn,
  type PostgresOptions,
  type RunningServer,
  startPostgres,
  stopPostgres,
} from '@tidegate/runtime/embedded/postgres';
import { ensureSecrets, makePassword, readSecrets, secretsFile } from '@tidegate/runtime/secrets-file';
import { loadSettings, type Settings, startTimeoutMs } from '@tidegate/runtime/settings';
import { checkExternal } from './check-environment.ts';
import { externalUrl } from './external-servers.ts';
import type { Embedded } from './keep-servers.ts';
import { makeDataDir, readMemory, remember, say } from './kernel/installation.ts';
import { ensureNatsServer } from './nats-tool.ts';
import { hasUsers, prepareDatabase } from './platform-database.ts';
import { busAuthorization } from './secrets/change-bus-logins.ts';
import { hasPrevious } from './secrets/change-file.ts';
import { finishChange } from './secrets/change-passwords.ts';

export interface Servers {
  settings: Settings;
  postgres: Embedded<RunningServer> | undefined;
  nats: Embedded<RunningNats> | undefined;
}

/**
 * Secrets, PostgreSQL and nats-server of this data folder: already running, started now, or external when DATABASE_URL or
 * NATS_URL is set. Their addresses are put into the environment, from which settings are read.
 */
export async function startServers(env = process.env, signal?: AbortSignal): Promise<Servers> {
  const dataDir = makeDataDir(env);
  env['DATA_DIR'] = dataDir;
  refuseLostSecrets(dataDir, env);
  const secrets = ensureSecrets(dataDir, (name) => readVariable(env, name) !== undefined);
  const get = (name: string): string => readVariable(env, name) ?? secrets[name] ?? '';
  const external = {
    database: externalUrl('DATABASE_URL', dataDir, env) !== undefined,
    nats: externalUrl('NATS_URL', dataDir, env) !== undefined,
  };
  // Both at once; when one fails, the other has settled before this ends, so that it can be stopped.
  const [postgres, nats] = await Promise.allSettled([
    external.database ? undefined : startDatabase(dataDir, get, env, signal),
    external.nats ? undefined : startBus(dataDir, env, signal),
  ]);
  const failed = [postgres, nats].find((result) => result.status === 'rejected');
  if (failed) throw failed.reason;
  const found = {
    postgres: postgres.status === 'fulfilled' ? postgres.value : undefined,
    nats: nats.status === 'fulfilled' ? nats.value : undefined,
  };
  const settings = loadSettings(env, ['host', 'migrate']);
  await checkExternal(settings, external, performance.now() + settings.startTimeoutMs);
  await writeAdminPassword(settings, env);
  return { settings, ...found };
}

/** New secrets could not open a database that was created with others, and would hide the loss. */
export function refuseLostSecrets(dataDir: string, env: NodeJS.ProcessEnv): void {
  const file = secretsFile(dataDir);
  const database = join(dataDir, 'postgres', 'data', 'PG_VERSION');
  if (existsSync(file) || !existsSync(database) || readVariable(env, 'POSTGRES_PASSWORD')) return;
  throw new Error(
    `${file} is missing, and the database beside it was created with the secrets in it.\n  Fix: restore it from your backup (docs/secrets.md); or, to start over without the old data, move ${dataDir} away.`,
  );
}

async function startDatabase(
  dataDir: string,
  get: (name: string) => string,
  env: NodeJS.ProcessEnv,
  signal: AbortSignal | undefined,
): Promise<Embedded<RunningServer>> {
  const { ports } = readMemory(dataDir);
  if (!ports.postgres) say('Waiting for PostgreSQL (creating a new cluster) …');
  const password = get('POSTGRES_PASSWORD');
  const dir = join(dataDir, 'postgres');
  const withinMs = startTimeoutMs(env);
  const options: PostgresOptions = { dir, port: ports.postgres, password, withinMs, signal };
  const server = await saying('PostgreSQL', startPostgres(options));
  say(`PostgreSQL ${server.adopted ? 'is running already' : 'runs'} on port ${server.port}`);
  remember(dataDir, { ports: { ...readMemory(dataDir).ports, postgres: server.port } });
  if (hasPrevious(dataDir, ['POSTGRES_PASSWORD'])) {
    await finishChange(
      { dataDir, host: server.host, port: server.port, database: 'postgres' },
      'postgres',
      'POSTGRES_PASSWORD',
    );
  }
  const monitor = { host: server.host, port: server.port, password: get('MONITOR_PLATFORM_PASSWORD') };
  await prepareDatabase(
    { host: server.host, port: server.port, password },
    monitor.password,
    performance.now() + withinMs,
  );
  env['DATABASE_URL'] = databaseUrl(server.port, password);
  env['MONITOR_PLATFORM_HOST'] ??= monitor.host;
  env['MONITOR_PLATFORM_PORT'] ??= String(monitor.port);
  env['MONITOR_PLATFORM_PASSWORD'] ??= monitor.password;
  env['TIDEGATE_EMBEDDED'] = 'true';
  const again = (signal: AbortSignal) => startPostgres({ ...options, port: server.port, samePort: true, signal });
  return { server, again };
}

/** Repeats the message while waiting, so that a slow machine does not look like a hanging one. */
async function saying<T>(what: string, work: Promise<T>): Promise<T> {
  const timer = setInterval(() => say(`Waiting for ${what} …`), 10_000);
  return work.finally(() => clearInterval(timer));
}

export const databaseUrl = (port: number, password: string): string =>
  `postgresql://postgres:${encodeURIComponent(password)}@127.0.0.1:${port}/tidegate`;

async function startBus(
  dataDir: string,
  env: NodeJS.ProcessEnv,
  signal: AbortSignal | undefined,
): Promise<Embedded<RunningNats>> {
  await ensureNatsServer(dataDir);
  const { ports } = readMemory(dataDir);
  const dir = join(dataDir, 'nats');
  // A rotation may have changed the logins when it is started again.
  const authorization = () => busAuthorization((name) => readVariable(env, name) ?? readSecrets(dataDir)[name]);
  const options: NatsOptions = {
    dir,
    port: ports.nats,
    monitorPort: ports.natsMonitor,
    authorization: authorization(),
    toolsDir: join(dataDir, 'tools'),
    withinMs: startTimeoutMs(env),
    signal,
  };
  const server = await saying('nats-server', startNats(options));
  say(`nats-server ${server.adopted ? 'is running already' : 'runs'} on port ${server.port}`);
  const found = { nats: server.port, natsMonitor: server.monitorPort };
  remember(dataDir, { ports: { ...readMemory(dataDir).ports, ...found } });
  env['NATS_URL'] = server.url;
  env['NATS_MONITOR_URL'] = server.monitorUrl;
  const { port, monitorPort } = server;
  const again = (signal: AbortSignal) =>
    startNats({ ...options, authorization: authorization(), port, monitorPort, samePorts: true, signal });
  return { server, again };
}

/** Stops the servers of this data folder, healthy or not, whoever started them. NATS first: no service uses it any more. */
export async function stopServers(dataDir: string): Promise<void> {
  const places = { nats: join(dataDir, 'nats'), postgres: join(dataDir, 'postgres') };
  if (isNatsOn(places.nats) || isPostgresOn(places.postgres)) say('Stopping the servers …');
  await stopNats(places.nats);
  await stopPostgres(places.postgres);
}

export const adminPasswordFile = (dataDir: string, env: NodeJS.ProcessEnv): string =>
  env['ADMIN_PASSWORD_FILE'] || join(dataDir, 'admin-password');

/**
 * Generated and written once; it does not come back when the operator deletes it after the first log-in. A database that
 * has users has its operator, whose password this folder need not know: another container of the installation, say.
 */
async function writeAdminPassword(settings: Settings, env: NodeJS.ProcessEnv): Promise<void> {
  const { dataDir } = settings;
  if (readMemory(dataDir).adminPasswordWritten || (await hasUsers(settings))) return;
  const file = adminPasswordFile(dataDir, env);
  if (!existsSync(file))
    writeFileSync(file, `${env['ADMIN_PASSWORD'] || makePassword()}\n`, { mode: 0o600, flag: 'wx' });
  remember(dataDir, { adminPasswordWritten: true });
}

/** The first password, if it has not been shown yet. */
export function adminPasswordToShow(dataDir: string, env: NodeJS.ProcessEnv): string | undefined {
  const file = adminPasswordFile(dataDir, env);
  if (readMemory(dataDir).adminPasswordShown || !existsSync(file)) return undefined;
  remember(dataDir, { adminPasswordShown: true });
  return readFileSync(file, 'utf8').trim();
}
