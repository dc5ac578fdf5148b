import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { backOff } from '@tidegate/contracts/kernel/back-off';
import { isBackupConfigured } from '@tidegate/runtime/backup-state';
import { hasEnded } from '@tidegate/runtime/embedded/processes';
import { PROGRAM, say } from '../kernel/installation.ts';
import type { LogFile } from '../log-file.ts';

/** Backups have a process of their own: compressing and encrypting would delay every request of the others. */
const FLAGS = ['--max-semi-space-size=2', '--max-old-space-size=256', '--no-warnings'];
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 60_000;
const STEADY_MS = 60_000;
/** The last of what was written has this long to reach its store. */
const END_MS = 15_000;

/** `tidegate backup follow`, restarted when it ends; where no backups are wanted there is none. */
export class BackupProcess {
  private child: ChildProcess | undefined;
  private stopping = false;
  private failures = 0;
  private retry: NodeJS.Timeout | undefined;
  private readonly env: NodeJS.ProcessEnv;
  private readonly log: Pick<LogFile, 'write'>;

  static start(env: NodeJS.ProcessEnv, log: Pick<LogFile, 'write'>): BackupProcess | undefined {
    if (!isBackupConfigured(env)) return undefined;
    const made = new BackupProcess(env, log);
    made.launch();
    return made;
  }

  private constructor(env: NodeJS.ProcessEnv, log: Pick<LogFile, 'write'>) {
    this.env = env;
    this.log = log;
  }

  async stop(): Promise<void> {
    this.stopping = true;
    clearTimeout(this.retry);
    const { child } = this;
    if (!child || hasEnded(child)) return;
    await new Promise<void>((resolve) => {
      const kill = setTimeout(() => child.kill('SIGKILL'), END_MS);
      child.once('exit', () => {
        clearTimeout(kill);
        resolve();
      });
      child.kill('SIGTERM');
    });
  }

  private launch(): void {
    const began = performance.now();
    const command = [...FLAGS, PROGRAM, 'backup', 'follow'];
    // A group of its own: the terminal's Ctrl-C reaches us, and we end it when the services have.
    const child = spawn(process.execPath, command, {
      // The gateway answers for its metrics.
      env: { ...this.env, HEALTH_PORT: '' },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      detached: true,
    });
    this.child = child;
    let said = '';
    if (child.stdout) createInterface({ input: child.stdout }).on('line', (line) => this.log.write(`${line}\n`));
    child.stderr?.on('data', (chunk) => (said = (said + String(chunk)).slice(-2_000)));
    let over = false;
    const ended = (reason: string): void => {
      if (over || this.stopping) return;
      over = true;
      this.failures = performance.now() - began > STEADY_MS ? 1 : this.failures + 1;
      const pause = backOff(FIRST_PAUSE_MS, LONGEST_PAUSE_MS, this.failures - 1);
      this.report(`Backups have stopped (${reason}); they go on in ${pause / 1_000} s: ${said.trim()}`);
      this.retry = setTimeout(() => this.launch(), pause);
    };
    child.once('error', (error) => ended(error.message));
    child.once('exit', (code, signal) => ended(signal ?? `code ${code}`));
  }

  private report(text: string): void {
    say(text);
    this.log.write(
      `${JSON.stringify({ level: 'error', time: new Date().toISOString(), service: 'backup', msg: text })}\n`,
    );
  }
}
