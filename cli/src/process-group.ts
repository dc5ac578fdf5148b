import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { backOff } from '@tidegate/contracts/kernel/back-off';
import type { ServiceName } from '@tidegate/contracts/kernel/service-names';
import { hasEnded } from '@tidegate/runtime/embedded/processes';
import type { Settings } from '@tidegate/runtime/settings';
import { inStopOrder } from '@tidegate/runtime/stop-order';
import { askHealth } from './ask-health.ts';
import { healthPorts } from './health-ports.ts';
import { ROOT, say } from './kernel/installation.ts';
import type { LogFile } from './log-file.ts';
import type { ChildEntry } from './run-file.ts';

export interface App {
  stop(): Promise<void>;
}

/** What a process reports to its parent (main.ts). */
export interface ReadyMessage {
  ready: true;
  healthPort: number | undefined;
}

interface Member {
  name: string;
  role: ServiceName;
  child: ChildProcess | undefined;
  healthPort: number | undefined;
  startedAt: number;
  /** Consecutive failures. */
  failures: number;
  /** Consecutive health checks without an answer. */
  silent: number;
}

interface Times {
  askMs: number;
  answerMs: number;
  /** After so many checks without an answer the process counts as hanging: about a minute in all. */
  silentAtMost: number;
  firstPauseMs: number;
  longestPauseMs: number;
  /** A process that ran for so long had started well: its next failure counts as the first. */
  steadyMs: number;
}

const TIMES: Times = {
  askMs: 5_000,
  answerMs: 5_000,
  silentAtMost: 6,
  firstPauseMs: 500,
  longestPauseMs: 30_000,
  steadyMs: 60_000,
};
const TWICE: readonly ServiceName[] = ['usage', 'bot-executor'];
/** What a service needs besides waiting for its servers. */
const BESIDES_MS = 60_000;
/** Longer than a service takes to drain (30 s). */
const END_MS = 40_000;
const FLAGS = ['--max-semi-space-size=2', '--max-old-space-size=512', '--liftoff-only', '--no-warnings'];
const COMMAND: [string, ...string[]] = [process.execPath, ...FLAGS, join(ROOT, 'dist', 'main.js')];

/**
 * A process per service, restarted with exponential back-off when it dies, cannot be spawned, does not become ready or
 * stops answering. At the first start all must become ready; otherwise all are stopped and the start has failed. Each
 * process has a channel to this one and shuts down when it breaks: none is orphaned.
 */
export class ProcessGroup implements App {
  private readonly members: Member[];
  private readonly options: {
    settings: Pick<Settings, 'dataDir' | 'roles' | 'startTimeoutMs' | 'healthPort'>;
    log: Pick<LogFile, 'write'>;
    onChange: (children: ChildEntry[]) => void;
    /** A program other than our own (tests). */
    command?: [string, ...string[]];
  };
  private readonly times: Times;
  private ports = new Map<string, number>();
  private watching: NodeJS.Timeout | undefined;
  private stopping = false;
  private settled = false;

  constructor(options: ProcessGroup['options'], times: Partial<Times> = {}) {
    this.options = options;
    this.times = { ...TIMES, ...times };
    this.members = options.settings.roles.flatMap((role) =>
      (TWICE.includes(role) ? [role, `${role}#2`] : [role]).map((name) => {
        return { name, role, child: undefined, healthPort: undefined, startedAt: 0, failures: 0, silent: 0 };
      }),
    );
  }

  async start(): Promise<void> {
    const { dataDir, healthPort } = this.options.settings;
    this.ports = await healthPorts(
      this.members.filter(({ role }) => role !== 'gateway').map(({ name }) => name),
      { dataDir, first: healthPort },
    );
    try {
      await Promise.all(this.members.map((member) => this.launch(member)));
      this.settled = true;
    } catch (error) {
      await this.stop();
      throw error;
    }
    this.watch();
  }

  async stop(): Promise<void> {
    this.stopping = true;
    clearTimeout(this.watching);
    for (const wave of inStopOrder(this.members, ({ role }) => role)) {
      await Promise.all(wave.map(({ child }) => child && end(child)));
    }
  }

  /** Resolves when it is ready. Until all have been ready once, its end is a failure. */
  private async launch(member: Member): Promise<void> {
    Object.assign(member, { child: undefined, healthPort: undefined, startedAt: performance.now(), silent: 0 });
    let child: ChildProcess;
    try {
      child = this.spawn(member.role, this.ports.get(member.name) ?? 0);
    } catch (error) {
      // Most failures arrive as an event; some (no memory, arguments too long) are thrown.
      return this.ended(member, (error as Error).message);
    }
    member.child = child;
    this.changed();
    this.relay(member.name, child);
    return new Promise((resolve) => {
      const late = setTimeout(() => child.kill('SIGKILL'), this.options.settings.startTimeoutMs + BESIDES_MS);
      child.once('message', ({ healthPort }: ReadyMessage) => {
        clearTimeout(late);
        member.healthPort = healthPort;
        this.changed();
        resolve();
      });
      // A process that cannot be spawned emits `error` and never `exit`.
      let over = false;
      const ended = (reason: string): void => {
        clearTimeout(late);
        if (over) return;
        over = true;
        resolve(this.ended(member, reason));
      };
      child.once('error', (error) => ended(error.message));
      child.once('exit', (code, signal) => ended(signal ? `it was killed by ${signal}` : `it exited with ${code}`));
    });
  }

  private spawn(role: ServiceName, port: number): ChildProcess {
    const [program, ...args] = this.options.command ?? COMMAND;
    return spawn(program, args, {
      cwd: ROOT,
      env: { ...process.env, ROLES: role, HEALTH_PORT: String(port) },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      // A group of its own: the terminal's Ctrl-C reaches us, and we stop them in order.
      detached: true,
    });
  }

  private async ended(member: Member, reason: string): Promise<void> {
    member.healthPort = undefined;
    if (!this.settled && !this.stopping) {
      throw new Error(`${member.name} could not start: ${reason}; its output is above.`);
    }
    if (!this.stopping) this.restart(member, reason);
  }

  private restart(member: Member, reason: string): void {
    const { firstPauseMs, longestPauseMs, steadyMs } = this.times;
    // A process that was asked to stop did so: a rolling restart should not wait.
    const orderly = reason === 'it exited with 0';
    member.failures = orderly ? 0 : performance.now() - member.startedAt > steadyMs ? 1 : member.failures + 1;
    const pause = orderly ? 0 : backOff(firstPauseMs, longestPauseMs, member.failures - 1);
    this.report(`${member.name}: ${reason}; it is restarted${pause > 1_000 ? ` in ${pause / 1_000} s` : ''}`);
    setTimeout(() => {
      if (!this.stopping) void this.launch(member);
    }, pause);
  }

  /** Checks whether each process still answers. The next round starts when one has ended. */
  private watch(): void {
    this.watching = setTimeout(async () => {
      await Promise.all(this.members.map((member) => this.check(member)));
      if (!this.stopping) this.watch();
    }, this.times.askMs);
  }

  private async check(member: Member): Promise<void> {
    const { child, healthPort: port } = member;
    if (!child || port === undefined || hasEnded(child)) return;
    const host = member.role === 'gateway' ? process.env['HOST'] : process.env['HEALTH_HOST'];
    const answer = await askHealth({ host: host ?? '127.0.0.1', port, path: '/health/live' }, this.times.answerMs);
    if (member.child !== child || this.stopping) return;
    member.silent = answer ? 0 : member.silent + 1;
    if (member.silent < this.times.silentAtMost) return;
    this.report(`${member.name} has stopped answering and is killed`);
    child.kill('SIGKILL');
  }

  private report(text: string): void {
    say(text);
    const line = { level: 'warn', time: new Date().toISOString(), service: 'platform', msg: text };
    this.options.log.write(`${JSON.stringify(line)}\n`);
  }

  /** JSON lines go to the log file unchanged, and to the terminal with the name of their process. */
  private relay(name: string, child: ChildProcess): void {
    const prefix = `${name.padEnd(14)} | `;
    const each = (input: NodeJS.ReadableStream | null, on: (line: string) => void): void => {
      if (input) createInterface({ input }).on('line', on);
    };
    each(child.stdout, (line) => {
      process.stdout.write(`${prefix}${line}\n`);
      this.options.log.write(`${line}\n`);
    });
    each(child.stderr, (line) => process.stderr.write(`${prefix}${line}\n`));
  }

  private changed(): void {
    const entries = this.members.map(({ name, child, healthPort }) => ({ name, pid: child?.pid ?? 0, healthPort }));
    try {
      this.options.onChange(entries.filter(({ pid }) => pid !== 0));
    } catch (error) {
      // A full disk must not end what runs; the next change writes the list again.
      this.report(`the list of processes could not be written: ${(error as Error).message}`);
    }
  }
}

function end(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (hasEnded(child)) return resolve();
    const kill = setTimeout(() => child.kill('SIGKILL'), END_MS);
    child.once('exit', () => {
      clearTimeout(kill);
      resolve();
    });
    child.kill('SIGTERM');
  });
}
