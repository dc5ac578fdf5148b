import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { readVariable } from '@tidegate/runtime/config';
import type { Settings } from '@tidegate/runtime/settings';
import { checkEnvironment } from './check-environment.ts';
import { adminPasswordFile, adminPasswordToShow, startServers, stopServers } from './embedded.ts';
import { makeDataDir, ROOT, say } from './installation.ts';
import { checkKeys } from './key-fingerprints.ts';
import { portTrouble } from './port-trouble.ts';
import { ProcessGroup } from './process-group.ts';
import { endLeftovers, noteChildren, type Run, releaseRun, takeRun } from './run-file.ts';
import { stopOnSignals } from './signals.ts';

interface App {
  stop(): Promise<void>;
}

/** `tidegate start`: everything in this process; `--services`: a process per service, two of usage and bot-executor. */
export async function start({ services }: { services: boolean }): Promise<void> {
  const began = Date.now();
  checkEnvironment(process.env);
  const dataDir = makeDataDir(process.env);
  const port = Number(readVariable(process.env, 'PORT') ?? 3_000);
  await endLeftovers(dataDir);
  const run = takeRun(dataDir, port);
  try {
    const trouble = await portTrouble(port, process.env['HOST'] || '127.0.0.1');
    if (trouble) throw new Error(trouble);
    const { settings, app } = services ? await startProcesses(run) : await startOne();
    stopOnSignals(async () => {
      say('\nDraining …');
      await app.stop();
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

async function startOne(): Promise<{ settings: Settings; app: App }> {
  const loading = import('./one-process.ts').then(async (code) => {
    await code.warmUp();
    return code;
  });
  loading.catch(() => undefined);
  const { settings } = await startServers();
  await checkKeys(settings);
  return { settings, app: await (await loading).startHere(settings) };
}

/** This process stays small: the services' code, which the migrations need, is only read by others. */
async function startProcesses(run: Run): Promise<{ settings: Settings; app: App }> {
  const { settings } = await startServers();
  const { status } = spawnSync(process.execPath, ['--no-warnings', join(ROOT, 'cli', 'dist', 'main.js'), 'migrate'], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  if (status !== 0) throw new Error('The migrations failed; their message stands above.');
  say('Waiting for the services …');
  const group = new ProcessGroup({
    dataDir: settings.dataDir,
    roles: settings.roles,
    onChange: (children) => noteChildren(settings.dataDir, run, children),
  });
  await group.start();
  return { settings, app: group };
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
