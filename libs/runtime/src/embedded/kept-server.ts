import { setTimeout as pause } from 'node:timers/promises';
import { backOff } from '@tidegate/contracts/kernel/back-off';
import type { Log } from '@tidegate/telemetry/log';
import { beginOf, isAlive, stopProcess, tail, trimLog } from './processes.ts';

export interface Kept {
  name: string;
  pid: number;
  logFile: string;
  /** Resolves when its process ends; absent for an adopted one. */
  ended?: Promise<void> | undefined;
  /** On the same ports. One that is already running is adopted. */
  start(signal: AbortSignal): Promise<{ pid: number; ended?: Promise<void> }>;
  /** Why it is unhealthy although its process is alive; undefined when it is healthy. */
  illness(): Promise<string | undefined>;
  /** How often it is asked while it is healthy, where that costs little. */
  askMs?: number;
  /** How long it may have this illness before it is ended; 0 is without asking again, infinite while something else is to blame. */
  patienceMs(illness: string): number;
  /** How it is ended for this illness. Its data must survive these signals. */
  end(illness: string): [ask: NodeJS.Signals, insist: NodeJS.Signals];
}

interface Times {
  checkMs: number;
  askMs: number;
  /** While it is unhealthy. */
  askAgainMs: number;
  firstPauseMs: number;
  longestPauseMs: number;
  steadyMs: number;
}

const TIMES: Times = {
  ...{ checkMs: 1_000, askMs: 10_000, askAgainMs: 1_000 },
  ...{ firstPauseMs: 250, longestPauseMs: 30_000, steadyMs: 60_000 },
};
/** Silence counts only after so many checks: a stall of this process must not look like a fault of the server. */
const LEAST_ASKED = 3;
const END_MS = 5_000;

/**
 * Keeps a server running while the platform runs. The end of a child is an event; an adopted process is polled each
 * second. Now and then the server's health and the size of its log are checked. A server that ended, or was unhealthy for too long and was ended
 * for it, is restarted on the same ports, at once and then with growing pauses; until then `trouble` says why
 * (readiness shows it).
 */
export class KeptServer {
  trouble: string | undefined;
  private readonly kept: Kept;
  private readonly log: Log;
  private readonly times: Times;
  private readonly abort = new AbortController();
  private readonly done: Promise<void>;
  /** With the pid it distinguishes our process from a later one with the same pid. */
  private begin: string | undefined;
  private rouse: () => void = () => {};

  constructor(kept: Kept, log: Log, times: Partial<Times> = {}) {
    this.kept = { ...kept };
    this.begin = beginOf(kept.pid);
    this.log = log.child({ server: kept.name });
    this.times = { ...TIMES, ...(kept.askMs === undefined ? {} : { askMs: kept.askMs }), ...times };
    this.follow();
    this.done = this.run();
  }

  /** Stops supervising; ends nothing. */
  async stop(): Promise<void> {
    this.abort.abort();
    this.rouse();
    await this.done;
  }

  get name(): string {
    return this.kept.name;
  }

  get pid(): number {
    return this.kept.pid;
  }

  private follow(): void {
    void this.kept.ended?.then(() => this.rouse());
  }

  private get lives(): boolean {
    return isAlive(this.kept.pid) && beginOf(this.kept.pid) === this.begin;
  }

  private get stopping(): boolean {
    return this.abort.signal.aborted;
  }

  private async run(): Promise<void> {
    let failures = 0;
    while (!this.stopping) {
      const began = performance.now();
      const reason = await this.watch();
      if (reason === undefined) return;
      failures = performance.now() - began > this.times.steadyMs ? 0 : failures;
      failures = await this.again(reason, failures);
    }
  }

  /** Resolves when it must be restarted, with the reason. */
  private async watch(): Promise<string | undefined> {
    let ill: { since: number; asked: number } | undefined;
    let asked = performance.now();
    for (;;) {
      const askMs = ill ? this.times.askAgainMs : this.times.askMs;
      await this.untilNextCheck(askMs);
      if (this.stopping) return undefined;
      if (!this.lives) return 'its process ended';
      if (performance.now() - asked < askMs) continue;
      const illness = await this.kept.illness().catch((error: Error) => error.message);
      asked = performance.now();
      await trimLog(this.kept.logFile).catch((error: Error) =>
        this.log.warn({ error }, 'The log of a server is too large and could not be emptied'),
      );
      if (this.stopping) return undefined;
      if (illness === undefined || !this.lives) {
        ill = undefined;
        this.trouble = undefined;
        continue;
      }
      this.trouble = illness;
      ill ??= { since: asked, asked: 0 };
      ill.asked += 1;
      if (ill.asked === 1) this.log.warn({ reason: illness }, 'The server is unhealthy');
      const patienceMs = this.kept.patienceMs(illness);
      if (patienceMs === Number.POSITIVE_INFINITY) ill = { since: asked, asked: 1 };
      if (asked - ill.since < patienceMs || (patienceMs > 0 && ill.asked < LEAST_ASKED)) continue;
      await stopProcess(this.kept.pid, ...this.kept.end(illness), END_MS);
      return `${illness}, for ${Math.round((performance.now() - ill.since) / 1_000)} s: it was ended`;
    }
  }

  private async again(reason: string, before: number): Promise<number> {
    const since = performance.now();
    this.trouble = reason;
    const lastWords = tail(this.kept.logFile, 5);
    this.log.error({ reason, pid: this.kept.pid, lastWords }, 'The server is restarted');
    for (let failures = before; !this.stopping; ) {
      const { firstPauseMs, longestPauseMs } = this.times;
      await this.pause(failures === 0 ? 0 : backOff(firstPauseMs, longestPauseMs, failures));
      if (this.stopping) return failures;
      failures += 1;
      try {
        const { pid, ended } = await this.kept.start(this.abort.signal);
        Object.assign(this.kept, { pid, ended });
        this.follow();
        this.begin = beginOf(this.kept.pid);
        this.trouble = undefined;
        this.log.warn({ pid: this.kept.pid, downMs: performance.now() - since }, 'The server is running again');
        return failures;
      } catch (error) {
        if (this.stopping) return failures;
        this.trouble = `it could not be started: ${(error as Error).message.split('\n')[0]}`;
        this.log.error({ reason: (error as Error).message, failures }, 'The server could not be restarted');
      }
    }
    return before;
  }

  private untilNextCheck(askMs: number): Promise<void> {
    const { checkMs } = this.times;
    if (!this.lives) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, this.kept.ended ? Math.max(checkMs, askMs) : checkMs);
      this.rouse = () => {
        clearTimeout(timer);
        resolve();
      };
      if (this.stopping) this.rouse();
    });
  }

  private async pause(ms: number): Promise<void> {
    await pause(ms, undefined, { signal: this.abort.signal }).catch(() => undefined);
  }
}
