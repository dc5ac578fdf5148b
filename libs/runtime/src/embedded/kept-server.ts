import { setTimeout as pause } from 'node:timers/promises';
import { backOff } from '@tidegate/contracts/kernel/back-off';
import type { Log } from '@tidegate/telemetry/log';
import { beginOf, isAlive, stopProcess, tail } from './processes.ts';

export interface Kept {
  name: string;
  pid: number;
  logFile: string;
  /** Resolves when its process ends, where somebody tells. */
  ended?: Promise<void> | undefined;
  /** On the ports that it had. One that runs already is adopted. */
  start(signal: AbortSignal): Promise<{ pid: number; ended?: Promise<void> }>;
  /** Why it is of no use although its process lives; undefined when it is well. */
  illness(): Promise<string | undefined>;
  /** One that is ill for so long is ended. Its data must survive these signals. */
  patienceMs: number;
  end: [ask: NodeJS.Signals, insist: NodeJS.Signals];
}

interface Times {
  checkMs: number;
  askMs: number;
  firstPauseMs: number;
  longestPauseMs: number;
  steadyMs: number;
}

const TIMES: Times = { checkMs: 1_000, askMs: 10_000, firstPauseMs: 250, longestPauseMs: 30_000, steadyMs: 60_000 };
/** Silence is only believed when it was met so often: one stall of this very process must not look like illness. */
const LEAST_ASKED = 3;
const END_MS = 5_000;

/**
 * Keeps a server running while the platform lives. The end of a child is an event; of an adopted process it looks
 * each second whether it is there. Now and then it asks whether the server is well. What ended, or was ill for its whole patience and was ended for it, is started
 * again on the same ports, at once and then with growing pauses; `trouble` says meanwhile why (readiness shows it).
 */
export class KeptServer {
  trouble: string | undefined;
  private readonly kept: Kept;
  private readonly log: Log;
  private readonly times: Times;
  private readonly abort = new AbortController();
  private readonly done: Promise<void>;
  /** With the number it tells our process from another that got the number later. */
  private begin: string | undefined;
  private rouse: () => void = () => {};

  constructor(kept: Kept, log: Log, times: Partial<Times> = {}) {
    this.kept = { ...kept };
    this.begin = beginOf(kept.pid);
    this.log = log.child({ server: kept.name });
    this.times = { ...TIMES, ...times };
    this.follow();
    this.done = this.run();
  }

  /** Lets it be; ends nothing. */
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
      const began = Date.now();
      const reason = await this.watch();
      if (reason === undefined) return;
      failures = Date.now() - began > this.times.steadyMs ? 0 : failures;
      failures = await this.again(reason, failures);
    }
  }

  /** Until it must be started again; says why. */
  private async watch(): Promise<string | undefined> {
    let ill: { since: number; asked: number } | undefined;
    let asked = Date.now();
    for (;;) {
      await this.untilNextCheck();
      if (this.stopping) return undefined;
      if (!this.lives) return 'its process ended';
      if (Date.now() - asked < this.times.askMs) continue;
      const illness = await this.kept.illness().catch((error: Error) => error.message);
      asked = Date.now();
      if (this.stopping) return undefined;
      if (illness === undefined || !this.lives) {
        ill = undefined;
        this.trouble = undefined;
        continue;
      }
      this.trouble = illness;
      ill ??= { since: asked, asked: 0 };
      ill.asked += 1;
      if (ill.asked === 1) this.log.warn({ reason: illness }, 'The server is not well');
      if (asked - ill.since < this.kept.patienceMs || ill.asked < LEAST_ASKED) continue;
      await stopProcess(this.kept.pid, ...this.kept.end, END_MS);
      return `${illness}, for ${Math.round((Date.now() - ill.since) / 1_000)} s: it was ended`;
    }
  }

  private async again(reason: string, before: number): Promise<number> {
    const since = Date.now();
    this.trouble = reason;
    const lastWords = tail(this.kept.logFile, 5);
    this.log.error({ reason, pid: this.kept.pid, lastWords }, 'The server is started again');
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
        this.log.warn({ pid: this.kept.pid, downMs: Date.now() - since }, 'The server runs again');
        return failures;
      } catch (error) {
        if (this.stopping) return failures;
        this.trouble = `it could not be started: ${(error as Error).message.split('\n')[0]}`;
        this.log.error({ reason: (error as Error).message, failures }, 'The server could not be started again');
      }
    }
    return before;
  }

  private untilNextCheck(): Promise<void> {
    const { checkMs, askMs } = this.times;
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
