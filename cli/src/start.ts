import { SERVICE_NAMES } from '@tidegate/contracts/kernel/service-names';
import { readVariable } from '@tidegate/runtime/config';
import { migrateAll } from '@tidegate/runtime/migrate';
import type { Settings } from '@tidegate/runtime/settings';
import { alsoTo } from '@tidegate/telemetry/log';
import { adminPasswordFile, adminPasswordToShow, type Servers, startServers, stopServers } from './embedded.ts';
import { makeDataDir, say } from './installation.ts';
import { checkKeys } from './key-fingerprints.ts';
import { LogFile } from './log-file.ts';
import { portTrouble } from './port-trouble.ts';
import { ProcessGroup } from './process-group.ts';
import { loadServices, startRoles, stopOnSignals } from './roles.ts';
import { endLeftovers, noteChildren, type Run, releaseRun, takeRun } from './run-file.ts';

/** `tidegate start`: everything in this process; `--services`: a process per service, two of usage and bot-executor. */
export async function start({ services }: { services: boolean }): Promise<void> {
  const began = Date.now();
  const dataDir = makeDataDir(process.env);
  const port = Number(readVariable(process.env, 'PORT') ?? 3_000);
  await endLeftovers(dataDir);
  const run = takeRun(dataDir, port);
  try {
    const trouble = await portTrouble(port, process.env['HOST'] || '127.0.0.1');
    if (trouble) throw new Error(trouble);
    const { settings } = await prepare();
    const app = services ? await startProcesses(settings, run) : await startHere(settings);
    stopOnSignals(async () => {
      say('\nDraining …');
      await app.stop();
      say('Stopping nats-server and PostgreSQL …');
      await stopServers(dataDir);
      releaseRun(dataDir);
      say('Stopped');
    });
    say(`Ready after ${((Date.now() - began) / 1_000).toFixed(1)} s`);
    announce(settings);
  } catch (error) {
    // What was started for nothing is stopped; what is wrong is told last.
    await stopServers(dataDir);
    releaseRun(dataDir);
    throw error;
  }
}

/** Servers, schemas and streams. The services' code is read while the servers start. */
async function prepare(): Promise<Servers> {
  const loading = loadServices(SERVICE_NAMES);
  loading.catch(() => undefined);
  const servers = await startServers();
  const applied = await migrateAll(servers.settings, await loading);
  if (applied.length > 0) say(`Applied ${applied.length} migrations`);
  await checkKeys(servers.settings);
  return servers;
}

interface App {
  stop(): Promise<void>;
}

async function startHere(settings: Settings): Promise<App> {
  alsoTo(new LogFile(settings.dataDir));
  say('Waiting for the services …');
  return startRoles(settings);
}

async function startProcesses(settings: Settings, run: Run): Promise<App> {
  say('Waiting for the services …');
  const group = new ProcessGroup({
    dataDir: settings.dataDir,
    roles: settings.roles,
    onChange: (children) => noteChildren(settings.dataDir, run, children),
  });
  await group.start();
  return group;
}

function announce(settings: Settings): void {
  say(`\n  Tidegate   ${settings.publicUrl}\n  API        ${settings.publicUrl}/docs`);
  const password = adminPasswordToShow(settings.dataDir, process.env);
  if (password) {
    const file = adminPasswordFile(settings.dataDir, process.env);
    say(`  Log in as  admin@localhost\n  Password   ${password}   (shown once; also in ${file})`);
  }
  say('\n  Ctrl-C stops it.');
}
