import 'reflect-metadata';
import type { Log } from '@tidegate/telemetry/log';

export interface Turn {
  /** Aborted when the process drains: finish or give back what is in hand. */
  signal: AbortSignal;
}

/** `'again'` starts the next turn at once: there is more to do. */
// biome-ignore lint/suspicious/noConfusingVoidType: a turn that has nothing to say just ends
export type TurnResult = 'again' | void;

interface LoopMark {
  name: string;
  everyMs: number;
  method: string | symbol;
}

const LOOPS = Symbol('tidegate loops');
const STARTS = Symbol('tidegate starts');
const MAX_BACKOFF_MS = 30_000;

/** A long-running loop: the method is called again and again, never twice at a time, until the process drains. */
export function Loop(options: { name: string; everyMs: number }) {
  return <M extends (turn: Turn) => Promise<TurnResult>>(
    target: object,
    method: string | symbol,
    _descriptor: TypedPropertyDescriptor<M>,
  ): void => add(LOOPS, target, { ...options, method });
}

/** Runs once at the start, after the connections are there and before the service is ready. */
export function OnStart() {
  return (target: object, method: string | symbol, _descriptor: TypedPropertyDescriptor<() => Promise<void>>): void =>
    add(STARTS, target, method);
}

function add(kind: symbol, target: object, entry: unknown): void {
  const list = (Reflect.getOwnMetadata(kind, target) as unknown[] | undefined) ?? [];
  Reflect.defineMetadata(kind, [...list, entry], target);
}

export function startHooks(instance: object): (() => Promise<void>)[] {
  const methods = (Reflect.getMetadata(STARTS, Object.getPrototypeOf(instance)) ?? []) as (string | symbol)[];
  return methods
    .map((method) => (instance as Record<string | symbol, () => Promise<void>>)[method]?.bind(instance))
    .filter((hook) => hook !== undefined);
}

export class RunningLoop {
  private readonly abort = new AbortController();
  private readonly done: Promise<void>;

  constructor(mark: LoopMark, instance: object, log: Log) {
    const turn = (instance as Record<string | symbol, (turn: Turn) => Promise<TurnResult>>)[mark.method];
    if (!turn) throw new Error(`Loop ${mark.name} has no method.`);
    this.done = this.run(mark, turn.bind(instance), log.child({ loop: mark.name }));
  }

  async stop(): Promise<void> {
    this.abort.abort();
    await this.done;
  }

  private async run(mark: LoopMark, turn: (turn: Turn) => Promise<TurnResult>, log: Log): Promise<void> {
    let failures = 0;
    while (!this.abort.signal.aborted) {
      let wait = mark.everyMs;
      try {
        if ((await turn({ signal: this.abort.signal })) === 'again') wait = 0;
        failures = 0;
      } catch (error) {
        if (this.abort.signal.aborted) return;
        failures += 1;
        wait = Math.min(mark.everyMs * 2 ** failures, MAX_BACKOFF_MS);
        log.error({ error, failures }, 'A turn failed');
      }
      if (wait > 0) await this.pause(wait);
      else await new Promise((resolve) => setImmediate(resolve));
    }
  }

  private pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const end = () => {
        clearTimeout(timer);
        this.abort.signal.removeEventListener('abort', end);
        resolve();
      };
      const timer = setTimeout(end, ms);
      this.abort.signal.addEventListener('abort', end, { once: true });
      if (this.abort.signal.aborted) end();
    });
  }
}

export function startLoops(instance: object, log: Log): RunningLoop[] {
  const marks = (Reflect.getMetadata(LOOPS, Object.getPrototypeOf(instance)) ?? []) as LoopMark[];
  return marks.map((mark) => new RunningLoop(mark, instance, log));
}
