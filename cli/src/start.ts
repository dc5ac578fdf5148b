import { setTimeout as pause } from 'node:timers/promises';
import { readBackupState } from '@tidegate/runtime/backup-state';
import type { KeptServer } from '@tidegate/runtime/embedded/kept-server';
import type { Settings } from '@tidegate/runtime/settings';
import { alsoTo, Log } from '@tidegate/telemetry/log';
import { BackupProcess } from './backup/backup-process.ts';
import { refuseUnfinishedRestore } from './backup/unfinished-restore.ts';
import { surviveBrokenOutput } from './broken-output.ts';
import { checkEnvironment, describeMode } from './check-environment.ts';
import { checkKeys } from './check-keys.ts';
import { adminPasswordFile, adminPasswordToShow, type Servers, startServers, stopServers } from './embedded.ts';
import { keepServers } from './keep-servers.ts';
import { makeDataDir, say } from './kernel/installation.ts';
import { LogFile } from './log-file.ts';
import { migrateApart } from './migrate-apart.ts';
import { portProblem } from './port-problem.ts';
import { type App, ProcessGroup } from './process-group.ts';
import { endLeftovers, recordChildren, type TakenRun, takeRun } from './run-file.ts';
import { stopOnSignals } from './signals.ts';
import { watchUnexpected } from './unexpected.ts';

/** `tidegate start`: everything in this process; `--services`: a process per service, two of usage and bot-executor. */
export async function start({ services }: { services: boolean }): Promise<void> {
  const began = performance.now();
  surviveBrokenOutput();
  watchUnexpected();
  const { port, host } = checkEnvironment(process.env);
  const dataDir = makeDataDir(process.env);
  refuseUnfinishedRestore(dataDir);
  // So the gateway answers for them.
  process.env['TIDEGATE_MAKES_BACKUPS'] = 'true';
  const started = new Started(dataDir, takeRun(dataDir, port, host));
  stopOnSignals(async () => {
    say('\nDraining …');
    await started.stop();
    say('Stopped');
  });
  try {
    await endLeftovers(started.taken.leftovers);
    const trouble = await portProblem(port, host);
    if (trouble) throw new Error(trouble);
    // Loading the services' code takes as long as the servers take to start.
    const code = services ? undefined : loadServices();
    const servers = await started.startServers();
    await checkKeys(servers.settings);
    if (code) await startOne(started, servers.settings, code);
    else await startProcesses(started, servers.settings);
    await started.followBackups();
    say(`Ready after ${((performance.now() - began) / 1_000).toFixed(1)} s`);
    announce(servers.settings);
  } catch (error) {
    // A signal aborts the start, which then fails: the signal's own stop finishes the work.
    if (started.isStopping) return;
    // Stop what was started in vain; the reason is printed last.
    await started.stop();
    throw error;
  }
}

const GIVE_UP_MS = 20_000;

/** What a stop has to end, however far the start got: in this order, the servers last. */
class Started {
  readonly taken: TakenRun;
  readonly logFile: LogFile;
  app: App | undefined;
  kept: KeptServer[] = [];
  private backups: BackupProcess | undefined;
  private readonly dataDir: string;
  private readonly abort = new AbortController();
  private starting: Promise<Servers> | undefined;
  private stopping: Promise<void> | undefined;

  constructor(dataDir: string, taken: TakenRun) {
    this.dataDir = dataDir;
    this.taken = taken;
    this.logFile = new LogFile(dataDir);
    alsoTo(this.logFile);
  }

  get isStopping(): boolean {
    return this.stopping !== undefined;
  }

  async startServers(): Promise<Servers> {
    this.starting = startServers(process.env, this.abort.signal);
    const servers = await this.starting;
    this.abort.signal.throwIfAborted();
    this.kept = keepServers(servers, new Log({ service: 'platform' }));
    return servers;
  }

  async followBackups(): Promise<void> {
    this.backups = BackupProcess.start(process.env, this.logFile);
    // Ending them loads what encrypts them.
    if (this.backups || !readBackupState(this.dataDir, 'wal')) return;
    const { keepNothing } = await import('./backup/archive.ts');
    await keepNothing(this.dataDir, process.env).catch((error: Error) =>
      say(`WAL is still kept for backups: ${error.message}`),
    );
  }

  stop(): Promise<void> {
    this.stopping ??= this.end();
    return this.stopping;
  }

  private async end(): Promise<void> {
    this.abort.abort();
    await this.app?.stop().catch((error: Error) => say(`The services did not stop in order: ${error.message}`));
    // What the services wrote last is archived as well.
    await this.backups?.stop();
    // Wait until a running start has succeeded or given up, so that nothing starts afterwards.
    await Promise.race([Promise.allSettled([this.starting]), pause(GIVE_UP_MS)]);
    await Promise.all(this.kept.map((server) => server.stop()));
    await stopServers(this.dataDir);
    await this.logFile.close();
    this.taken.release();
  }
}

type Code = typeof import('./one-process.ts');

function loadServices(): Promise<Code> {
  const loading = import('./one-process.ts').then(async (code) => {
    await code.warmUp();
    return code;
  });
  // Whoever awaits it gets the error.
  loading.catch(() => undefined);
  return loading;
}

async function startOne(started: Started, settings: Settings, code: Promise<Code>): Promise<void> {
  const running = await (await code).startHere(settings);
  started.app = running;
  for (const server of started.kept) {
    running.health.watchServer({ name: server.name, trouble: () => server.trouble });
  }
}

/** This process stays small: only others load the services' code, which the migrations need. */
async function startProcesses(started: Started, settings: Settings): Promise<void> {
  const { run } = started.taken;
  await migrateApart((app) => {
    started.app = app;
  });
  say('Waiting for the services …');
  const group = new ProcessGroup({
    settings,
    log: started.logFile,
    onChange: (children) => recordChildren(settings.dataDir, run, children),
  });
  started.app = group;
  await group.start();
}

function announce(settings: Settings): void {
  say(`\n  Tidegate   ${settings.publicUrl}\n  API        ${settings.publicUrl}/docs`);
  const password = adminPasswordToShow(settings.dataDir, process.env);
  if (password) {
    const file = adminPasswordFile(settings.dataDir, process.env);
    say(`  Log in as  admin@localhost\n  Password   ${password}   (shown once; also in ${file})`);
  }
  say(`  Mode       ${describeMode(settings)}`);
  say('\n  Ctrl-C stops it.');
}
