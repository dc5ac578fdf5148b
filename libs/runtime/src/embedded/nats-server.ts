import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { portLike } from './free-port.ts';
import { askNats, isNatsReady, natsIllness } from './nats-monitor.ts';
import type { RunningServer } from './postgres.ts';
import { endOf, hasEnded, isExecutable, isRunning, spawnDetached, stopProcess, tail, waitFor } from './processes.ts';

export interface NatsOptions {
  dir: string;
  /** Wanted; another is chosen when it is taken. */
  port?: number | undefined;
  monitorPort?: number | undefined;
  /** Content of the authorization block (`natsAuthorization`); without it everything is allowed (tests). */
  authorization?: string | undefined;
  /** More lines of configuration. */
  configText?: string | undefined;
  /** Where an unpacked nats-server may lie. */
  toolsDir?: string | undefined;
  /** Only the wanted ports: clients expect it there (a server that is restarted). */
  samePorts?: boolean | undefined;
  /** How long it may take to answer. */
  withinMs?: number | undefined;
  /** Aborts the wait, and stops what was started. */
  signal?: AbortSignal | undefined;
}

export interface RunningNats extends RunningServer {
  url: string;
  monitorPort: number;
  monitorUrl: string;
}

/** Shared by all checkouts of this user. */
export const sharedTools = (env = process.env): string =>
  join(env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'tidegate', 'tools');

/** nats-server from $NATS_SERVER, PATH, the places where Debian puts it, or where it was unpacked for us. */
export function findNatsServer(toolsDir?: string, env = process.env): string | undefined {
  const folders = [...(env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/usr/local/bin', '/usr/local/sbin'];
  for (const tools of [toolsDir, sharedTools(env)]) if (tools) folders.push(tools, join(tools, 'usr/sbin'));
  const named = env['NATS_SERVER'];
  const paths = folders.filter(Boolean).map((folder) => join(folder, 'nats-server'));
  return [...(named ? [named] : []), ...paths].find(isExecutable);
}

interface Ports {
  port: number;
  monitorPort: number;
}

const START_MS = 60_000;
const STOP_MS = 30_000;
const ADOPT_MS = 20_000;

const configFile = (dir: string): string => join(dir, 'nats.conf');
const pidFile = (dir: string): string => join(dir, 'nats.pid');
/** Written before the server is started, so that an interrupted start leaves a server that can be found. */
const portsFile = (dir: string): string => join(dir, 'ports.json');

/** Starts nats-server with JetStream, or adopts the one that is running on this folder. */
export async function startNats(options: NatsOptions): Promise<RunningNats> {
  mkdirSync(options.dir, { recursive: true, mode: 0o700 });
  const dir = realpathSync(options.dir);
  const running = await adopt(dir, options.withinMs ?? START_MS);
  if (running) {
    await refresh(dir, running, options);
    return running;
  }
  const binary = findNatsServer(options.toolsDir);
  if (!binary) {
    throw new Error(
      'nats-server is missing.\n  Fix: apt-get install nats-server, or set NATS_URL to a server of your own.',
    );
  }
  // A free port may be taken before nats-server has it: then another is tried.
  for (let attempt = 1; ; attempt += 1) {
    const again = attempt > 1 && !options.samePorts;
    const port = await portLike(again ? undefined : options.port, options.samePorts);
    const wanted = again || options.monitorPort === port ? undefined : options.monitorPort;
    const monitorPort = await portLike(wanted, options.samePorts);
    const started = await launch(binary, dir, { port, monitorPort }, options);
    if (started) return started;
    const reason = tail(join(dir, 'nats.log'));
    if (attempt === 3 || options.samePorts || !reason.includes('address already in use')) {
      throw new Error(`nats-server did not start. The last lines of ${join(dir, 'nats.log')}:\n${reason}`);
    }
  }
}

/** The one that runs on this folder, if any. */
export async function findNats(folder: string): Promise<RunningNats | undefined> {
  if (!existsSync(folder)) return undefined;
  const dir = realpathSync(folder);
  const found = runningOn(dir);
  return found && (await healthy(found.ports.monitorPort, dir)) ? server(dir, found.pid, found.ports, true) : undefined;
}

/** Whether one runs on this folder, healthy or not. */
export const isNatsOn = (folder: string): boolean =>
  existsSync(folder) && runningOn(realpathSync(folder)) !== undefined;

/** Stops it, healthy or not. */
export async function stopNats(folder: string): Promise<void> {
  const found = existsSync(folder) ? runningOn(realpathSync(folder)) : undefined;
  if (found) await stopProcess(found.pid, 'SIGTERM', 'SIGKILL', STOP_MS);
}

/** Why the one on this folder is unhealthy, or undefined. */
export const natsIllnessOf = (folder: string, monitorPort: number, withinMs?: number): Promise<string | undefined> =>
  natsIllness(monitorPort, nameOf(realpathSync(folder)), withinMs);

function runningOn(dir: string): { pid: number; ports: Ports } | undefined {
  if (!existsSync(pidFile(dir)) || !existsSync(portsFile(dir))) return undefined;
  const pid = Number(readFileSync(pidFile(dir), 'utf8'));
  if (!pid || !isRunning(pid, configFile(dir))) return undefined;
  return { pid, ports: JSON.parse(readFileSync(portsFile(dir), 'utf8')) as Ports };
}

/**
 * One that runs but stays unhealthy (JetStream disabled or stuck included) is stopped: two servers must not write to
 * one store. It gets only a short time: one that recovers a large store belongs to a start that waits for it.
 */
async function adopt(dir: string, withinMs: number): Promise<RunningNats | undefined> {
  const found = runningOn(dir);
  if (!found) return undefined;
  const { pid, ports } = found;
  const patience = Math.min(withinMs, ADOPT_MS);
  let well = false;
  await waitFor(async () => {
    well = await isNatsReady(ports.monitorPort, nameOf(dir), patience);
    return well || !isRunning(pid, configFile(dir));
  }, patience);
  if (well) return server(dir, pid, ports, true);
  await stopProcess(pid, 'SIGTERM');
  return undefined;
}

async function launch(
  binary: string,
  dir: string,
  ports: Ports,
  options: NatsOptions,
): Promise<RunningNats | undefined> {
  options.signal?.throwIfAborted();
  rmSync(pidFile(dir), { force: true });
  writeFileSync(configFile(dir), config(dir, ports, options), { mode: 0o600 });
  writeFileSync(portsFile(dir), JSON.stringify(ports), { mode: 0o600 });
  const child = spawnDetached(binary, ['-c', configFile(dir)], {
    logFile: join(dir, 'nats.log'),
    env: { PATH: '/usr/bin:/bin', TZ: 'UTC' },
    cwd: dir,
  });
  const ended = () => hasEnded(child) || options.signal?.aborted === true;
  await waitFor(async () => ended() || (await healthy(ports.monitorPort, dir)), options.withinMs ?? START_MS);
  const { pid } = child;
  if (pid === undefined || hasEnded(child)) return undefined;
  if (await healthy(ports.monitorPort, dir)) return { ...server(dir, pid, ports, false), ended: endOf(child) };
  await stopProcess(pid, 'SIGTERM');
  return undefined;
}

const server = (dir: string, pid: number, { port, monitorPort }: Ports, adopted: boolean): RunningNats => ({
  logFile: join(dir, 'nats.log'),
  pid,
  port,
  monitorPort,
  host: '127.0.0.1',
  url: `nats://127.0.0.1:${port}`,
  monitorUrl: `http://127.0.0.1:${monitorPort}`,
  adopted,
  stop: () => stopProcess(pid, 'SIGTERM', 'SIGKILL', STOP_MS),
});

/** An adopted server may have the users of an older version: nats-server reads its configuration again on SIGHUP. */
async function refresh(dir: string, running: RunningNats, options: NatsOptions): Promise<void> {
  const wanted = config(dir, running, options);
  if (existsSync(configFile(dir)) && readFileSync(configFile(dir), 'utf8') === wanted) return;
  const before = await askNats(running.monitorPort, '/varz');
  writeFileSync(configFile(dir), wanted, { mode: 0o600 });
  process.kill(running.pid, 'SIGHUP');
  await waitFor(async () => {
    const now = await askNats(running.monitorPort, '/varz');
    return now !== undefined && now['config_load_time'] !== before?.['config_load_time'];
  }, 3_000);
}

/** Its name distinguishes it from another server that got the port of a dead one. */
const nameOf = (dir: string): string => `tidegate-${createHash('sha256').update(dir).digest('hex').slice(0, 12)}`;

const healthy = (monitorPort: number, dir: string): Promise<boolean> => isNatsReady(monitorPort, nameOf(dir));

function config(dir: string, at: Ports, options: NatsOptions): string {
  return `# Written at every start; change the settings instead.
listen: "127.0.0.1:${at.port}"
http: "127.0.0.1:${at.monitorPort}"
server_name: "${nameOf(dir)}"
pid_file: ${JSON.stringify(pidFile(dir))}
max_payload: 1MB
jetstream { store_dir: ${JSON.stringify(join(dir, 'jetstream'))}, max_memory_store: 64MB, max_file_store: 8GB }
${options.authorization ? `authorization { ${options.authorization} }` : ''}
${options.configText ?? ''}
`;
}
