import { backOff } from '@tidegate/contracts/kernel/back-off';
import 'reflect-metadata';
import { isOutage } from '@tidegate/messaging/errors';
import type { Log } from '@tidegate/telemetry/log';
import { Metrics } from '@tidegate/telemetry/metrics';
import type { Wakes } from './wakes.ts';

export interface Turn {
  /** Aborted when the process drains: finish or release running work. */
  signal: AbortSignal;
}

/** `'again'` starts the next turn at once: there is more to do. A number is when there will be, in milliseconds from now. */
// biome-ignore lint/suspicious/noConfusingVoidType: a turn that has nothing to say just ends
export type TurnResult = 'again' | number | void;

interface LoopMark {
  name: string;
  everyMs: number;
  method: string | symbol;
}

const LOOPS = Symbol('tidegate loops');
/** After a failure: doubled each time, however rarely the loop runs. */
const BACKOFF_MS = 1_000;
const MAX_BACKOFF_MS = 30_000;
/** An outage may end at any time, and then everything has to work again within seconds. */
const OUTAGE_BACKOFF_MS = 4_000;
/** Loops with a shorter interval keep their own. */
const APART_FROM_MS = 10_000;
/** How many turns that failed in an outage are one log line. */
const LOG_EVERY = 15;

/**
 * A long-running loop: the method is called again and again, never twice at a time, until the process drains. A turn
 * costs even when there is nothing to do, so `everyMs` is the slow safety net: what makes work wakes the loop (`Wakes`),
 * and a turn that knows when the next work is due says so.
 */
export function Loop(options: { name: string; everyMs: number }) {
  return <M extends (turn: Turn) => Promise<TurnResult>>(
    target: object,
    method: string | symbol,
    _descriptor: TypedPropertyDescriptor<M>,
  ): void => {
    const list = (Reflect.getOwnMetadata(LOOPS, target) as LoopMark[] | undefined) ?? [];
    Reflect.defineMetadata(LOOPS, [...list, { ...options, method }], target);
  };
}

export class RunningLoop {
  private readonly abort = new AbortController();
  private readonly done: Promise<void>;
  private woken = false;
  private rouse = () => {};

  constructor(mark: LoopMark, instance: object, log: Log, wakes?: Wakes) {
    const turn = (instance as Record<string | symbol, (turn: Turn) => Promise<TurnResult>>)[mark.method];
    if (!turn) throw new Error(`Loop ${mark.name} has no method.`);
    wakes?.on(mark.name, () => {
      this.woken = true;
      this.rouse();
    });
    const metrics = loopMetrics({ service: wakes?.service ?? '', loop: mark.name });
    this.done = this.run(mark, turn.bind(instance), { log: log.child({ loop: mark.name }), metrics });
  }

  async stop(): Promise<void> {
    this.abort.abort();
    await this.done;
  }

  private async run(
    mark: LoopMark,
    turn: (turn: Turn) => Promise<TurnResult>,
    { log, metrics }: { log: Log; metrics: ReturnType<typeof loopMetrics> },
  ): Promise<void> {
    let failures = 0;
    while (!this.abort.signal.aborted) {
      let wait = apart(mark.everyMs);
      this.woken = false;
      try {
        const next = await turn({ signal: this.abort.signal });
        if (next === 'again') wait = 0;
        else if (next !== undefined) wait = Math.max(0, Math.min(wait, next));
        failures = 0;
        metrics.succeeded();
      } catch (error) {
        if (this.abort.signal.aborted) return;
        failures += 1;
        metrics.failed();
        const most = isOutage(error) ? OUTAGE_BACKOFF_MS : MAX_BACKOFF_MS;
        wait = backOff(Math.min(mark.everyMs, BACKOFF_MS), most, failures);
        if (!isOutage(error)) log.error({ error, failures }, 'A turn failed');
        else if (failures % LOG_EVERY === 1) log.warn({ error, failures }, 'Turns fail because of an outage');
      }
      // A failing loop backs off, whatever wakes it.
      if (wait > 0 && !(this.woken && failures === 0)) await this.pause(wait, failures === 0);
      else await new Promise((resolve) => setImmediate(resolve));
    }
  }

  private pause(ms: number, wakeable: boolean): Promise<void> {
    return new Promise((resolve) => {
      const end = () => {
        clearTimeout(timer);
        this.rouse = () => {};
        this.abort.signal.removeEventListener('abort', end);
        resolve();
      };
      const timer = setTimeout(end, ms);
      if (wakeable) this.rouse = end;
      this.abort.signal.addEventListener('abort', end, { once: true });
      if (this.abort.signal.aborted) end();
    });
  }
}

/**
 * Loops that start together would always run together: at each turn the pool would open connections that it closes
 * again before the next.
 */
const apart = (ms: number): number => (ms < APART_FROM_MS ? ms : ms * (0.9 + Math.random() * 0.2));

/** Shows an operator that a loop fails or hangs. */
function loopMetrics(labels: { service: string; loop: string }) {
  const metrics = new Metrics();
  const names = ['service', 'loop'] as const;
  const failures = metrics.counter('tidegate_loop_failures_total', 'Turns of a loop that failed', names);
  const success = metrics.gauge(
    'tidegate_loop_last_success_seconds',
    "Unix time of a loop's last successful turn",
    names,
  );
  failures.inc(labels, 0);
  return {
    failed: () => failures.inc(labels),
    succeeded: () => success.set(labels, Math.floor(Date.now() / 1_000)),
  };
}

export function startLoops(instance: object, log: Log, wakes?: Wakes): RunningLoop[] {
  const marks = (Reflect.getMetadata(LOOPS, Object.getPrototypeOf(instance)) ?? []) as LoopMark[];
  return marks.map((mark) => new RunningLoop(mark, instance, log, wakes));
}
