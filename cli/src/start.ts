import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SERVICE_NAMES } from '@tidegate/contracts/kernel/service-names';
import { isFree } from '@tidegate/runtime/embedded/free-port';
import { isAlive } from '@tidegate/runtime/embedded/processes';
import { migrateAll } from '@tidegate/runtime/migrate';
import type { Settings } from '@tidegate/runtime/settings';
import { alsoTo } from '@tidegate/telemetry/log';
import { dataDirOf, type Servers, startServers } from './embedded.ts';
import { loadServices, startRoles, stopOnSignals } from './roles.ts';

const say = (text: string): void => void process.stderr.write(`${text}\n`);

/** What `tidegate status` and `stop` read: who runs on this data folder. */
export interface RunFile {
  pid: number;
  port: number;
  version: string;
  startedAt: string;
  children: { role: string; pid: number; healthPort?: number }[];
}

export const runFile = (dataDir: string): string => join(dataDir, 'run.json');

export function readRun(dataDir: string): RunFile | undefined {
  if (!existsSync(runFile(dataDir))) return undefined;
  const run = JSON.parse(readFileSync(runFile(dataDir), 'utf8')) as RunFile;
  return isAlive(run.pid) ? run : undefined;
}

/** `tidegate start`: everything in this process; `--services`: a process per service, two of usage and bot-executor. */
export async function start({ services }: { services: boolean }): Promise<void> {
  const began = Date.now();
  await refuseSecondStart();
  const servers = await startServers(say);
  const { settings } = servers;
  const applied = await migrateAll(settings, await loadServices(SERVICE_NAMES));
  if (applied.length > 0) say(`Applied ${applied.length} migrations`);
  if (services) await startProcesses(servers);
  else await startHere(servers);
  say(`Ready after ${((Date.now() - began) / 1_000).toFixed(1)} s`);
  announce(servers);
}

async function refuseSecondStart(): Promise<void> {
  const dataDir = dataDirOf(process.env);
  const running = readRun(dataDir);
  if (running) {
    throw new Error(
      `Tidegate runs on ${dataDir} already (pid ${running.pid}).\n  Fix: npx tidegate stop, or another DATA_DIR and PORT.`,
    );
  }
  const port = Number(process.env['PORT'] || 3000);
  if (!(await isFree(port, process.env['HOST'] ?? '127.0.0.1'))) {
    throw new Error(
      `Port ${port} is taken by another program.\n  Fix: PORT=${port + 1} npm start, or stop that program.`,
    );
  }
}

async function startHere(servers: Servers): Promise<void> {
  const { settings } = servers;
  logTo(settings.dataDir);
  say('Waiting for the services …');
  const running = await startRoles(settings);
  record(settings, []);
  stopOnSignals(async () => {
    say('\nDraining …');
    await running.stop();
    await stopServers(servers);
  });
}

/** The app's JSON lines go to a file as well as to the terminal's stdout. */
function logTo(dataDir: string): void {
  const folder = join(dataDir, 'logs');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const file = createWriteStream(join(folder, 'tidegate.log'), { flags: 'a', mode: 0o600 });
  alsoTo(file);
}

async function stopServers({ nats, postgres, settings }: Servers): Promise<void> {
  say('Stopping nats-server and PostgreSQL …');
  await nats?.stop();
  await postgres?.stop();
  rmSync(runFile(settings.dataDir), { force: true });
  say('Stopped');
}

function record(settings: Settings, children: RunFile['children']): void {
  const run: RunFile = {
    pid: process.pid,
    port: settings.port,
    version: VERSION,
    startedAt: new Date().toISOString(),
    children,
  };
  writeFileSync(runFile(settings.dataDir), JSON.stringify(run), { mode: 0o600 });
}

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
export const VERSION = (JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string }).version;

const TWICE = new Set(['usage', 'bot-executor']);

async function startProcesses(servers: Servers): Promise<void> {
  const { settings } = servers;
  const names = SERVICE_NAMES.flatMap((name) => (TWICE.has(name) ? [`${name}`, `${name}#2`] : [name]));
  const children = new Map<string, ChildProcess>();
  let stopping = false;
  const launch = (name: string): Promise<void> =>
    new Promise((resolve, reject) => {
      const child = spawnRole(name, settings);
      children.set(name, child);
      record(
        settings,
        [...children].map(([role, one]) => ({ role, pid: one.pid ?? 0 })),
      );
      child.stdout?.on('data', (chunk: Buffer) => {
        process.stdout.write(chunk);
        if (chunk.includes('"Ready"')) resolve();
      });
      child.once('exit', (code) => {
        if (stopping) return;
        say(`${name} ended with ${code}; starting it again`);
        reject(new Error(`${name} could not start; its message stands above.`));
        setTimeout(() => stopping || void launch(name).catch(() => {}), 1_000);
      });
    });
  say('Waiting for the services …');
  await Promise.all(names.map(launch));
  stopOnSignals(async () => {
    stopping = true;
    say('\nDraining …');
    // The gateway first: its requests need the others.
    await end(children, (name) => name === 'gateway');
    await end(children, (name) => name !== 'gateway');
    await stopServers(servers);
  });
}

function spawnRole(name: string, settings: Settings): ChildProcess {
  const role = name.split('#')[0] ?? name;
  return spawn(
    process.execPath,
    ['--max-semi-space-size=2', '--enable-source-maps', '--no-warnings', join(ROOT, 'dist', 'main.js')],
    {
      env: { ...process.env, ROLES: role, HEALTH_PORT: '0', DATA_DIR: settings.dataDir },
      stdio: ['ignore', 'pipe', 'inherit'],
      // A group of its own: the terminal's Ctrl-C reaches us, and we stop them in order.
      detached: true,
    },
  );
}

async function end(children: Map<string, ChildProcess>, which: (name: string) => boolean): Promise<void> {
  const chosen = [...children].filter(([name]) => which(name)).map(([, child]) => child);
  await Promise.all(
    chosen.map(
      (child) =>
        new Promise<void>((resolve) => {
          if (child.exitCode !== null || child.signalCode !== null) return resolve();
          child.once('exit', () => resolve());
          child.kill('SIGTERM');
        }),
    ),
  );
}

function announce({ first, adminPassword, settings }: Servers): void {
  say(`\n  Tidegate   ${settings.publicUrl}\n  API        ${settings.publicUrl}/docs`);
  if (first)
    say(
      `  Log in as  admin@localhost\n  Password   ${adminPassword}   (shown once; also in ${settings.adminPasswordFile})`,
    );
  say('\n  Ctrl-C stops it.');
}
