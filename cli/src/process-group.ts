import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import type { ServiceName } from '@tidegate/contracts/kernel/service-names';
import { hasEnded } from '@tidegate/runtime/embedded/processes';
import { ROOT, say } from './installation.ts';
import { LogFile } from './log-file.ts';
import type { ChildEntry } from './run-file.ts';

/** What a process of ours tells its parent (main.ts). */
export interface ReadyMessage {
  ready: true;
  healthPort: number | undefined;
}

interface Member {
  name: string;
  role: ServiceName;
  child: ChildProcess | undefined;
  healthPort: number | undefined;
  failures: number;
}

const TWICE: readonly ServiceName[] = ['usage', 'bot-executor'];
const LONGEST_PAUSE_MS = 30_000;
/** One that ran for so long had started well: the next failure is the first of a new row. */
const STEADY_MS = 60_000;

/**
 * A process per service, restarted when it dies. At the first start all must become ready, else the start has failed.
 * Each holds a channel to this process, and stops in order by itself when that breaks: nobody is left behind.
 */
export class ProcessGroup {
  private readonly members: Member[];
  private readonly log: LogFile;
  private readonly onChange: (children: ChildEntry[]) => void;
  private stopping = false;
  private settled = false;

  constructor(options: {
    dataDir: string;
    roles: readonly ServiceName[];
    onChange: (children: ChildEntry[]) => void;
  }) {
    const names = options.roles.flatMap((role) =>
      TWICE.includes(role)
        ? [
            [role, role],
            [role, `${role}#2`],
          ]
        : [[role, role]],
    );
    this.members = (names as [ServiceName, string][]).map(([role, name]) => {
      return { name, role, child: undefined, healthPort: undefined, failures: 0 };
    });
    this.log = new LogFile(options.dataDir);
    this.onChange = options.onChange;
  }

  async start(): Promise<void> {
    try {
      await Promise.all(this.members.map((member) => this.launch(member)));
      this.settled = true;
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  async stop(): Promise<void> {
    this.stopping = true;
    // The gateway first: its requests need the others.
    for (const group of [
      this.members.filter(({ role }) => role === 'gateway'),
      this.members.filter(({ role }) => role !== 'gateway'),
    ]) {
      await Promise.all(group.map(({ child }) => child && end(child)));
    }
    await this.log.close();
  }

  /** Resolves when it is ready. Before the first time that all are, its end is a failure. */
  private launch(member: Member): Promise<void> {
    const child = spawn(process.execPath, [...FLAGS, join(ROOT, 'dist', 'main.js')], {
      cwd: ROOT,
      env: { ...process.env, ROLES: member.role, HEALTH_PORT: '0' },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      // A group of its own: the terminal's Ctrl-C reaches us, and we stop them in order.
      detached: true,
    });
    const startedAt = Date.now();
    member.child = child;
    this.changed();
    this.relay(member.name, child);
    return new Promise((resolve, reject) => {
      child.once('message', ({ healthPort }: ReadyMessage) => {
        member.healthPort = healthPort;
        this.changed();
        resolve();
      });
      child.once('error', reject);
      child.once('exit', (code, signal) => {
        if (this.stopping) return;
        if (!this.settled) return reject(new Error(`${member.name} could not start; its message stands above.`));
        say(`${member.name} ended with ${signal ?? code}; it is started again`);
        this.restart(member, Date.now() - startedAt);
      });
    });
  }

  private restart(member: Member, lived: number): void {
    member.failures = lived > STEADY_MS ? 1 : member.failures + 1;
    member.healthPort = undefined;
    const pause = Math.min(500 * 2 ** (member.failures - 1), LONGEST_PAUSE_MS);
    setTimeout(() => {
      if (this.stopping) return;
      this.launch(member).catch((error: Error) => say(`${member.name}: ${error.message}`));
    }, pause);
  }

  /** JSON lines go to the log file as they are, and to the terminal with the name of their process. */
  private relay(name: string, child: ChildProcess): void {
    const prefix = `${name.padEnd(14)} | `;
    const each = (input: NodeJS.ReadableStream | null, on: (line: string) => void): Interface | undefined =>
      input ? createInterface({ input }).on('line', on) : undefined;
    each(child.stdout, (line) => {
      process.stdout.write(`${prefix}${line}\n`);
      this.log.write(`${line}\n`);
    });
    each(child.stderr, (line) => process.stderr.write(`${prefix}${line}\n`));
  }

  private changed(): void {
    const entries = this.members.map(({ name, child, healthPort }) => ({ name, pid: child?.pid ?? 0, healthPort }));
    this.onChange(entries.filter(({ pid }) => pid !== 0));
  }
}

const FLAGS = ['--max-semi-space-size=2', '--max-old-space-size=512', '--enable-source-maps', '--no-warnings'];
/** Longer than a service takes to drain (25 s). */
const END_MS = 35_000;

function end(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (hasEnded(child)) return resolve();
    const insist = setTimeout(() => child.kill('SIGKILL'), END_MS);
    child.once('exit', () => {
      clearTimeout(insist);
      resolve();
    });
    child.kill('SIGTERM');
  });
}
