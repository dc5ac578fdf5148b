import { type ResourceLimits, Worker } from 'node:worker_threads';
import { Turns } from './turns.ts';

/*
 * Threads for work that would block the event loop. The worker's file calls `answerTasks` of worker-side.ts; each idle
 * thread gets one task at a time, so that a slow one delays no other. Groups are served in turn, however many tasks one
 * of them has. A worker that dies fails its task and is replaced; so is one whose task takes too long, needs too much
 * memory, or is cancelled.
 */
interface Waiting<Task, Result> {
  task: Task;
  group: string;
  resolve: (result: Result) => void;
  reject: (error: unknown) => void;
  timer?: NodeJS.Timeout | undefined;
}

/** A thread reports that it is ready before it answers anything: loading takes time on a busy machine. */
export type Answer<Result> = { ready: true } | { result: Result } | { error: string };

/** A task took too long; its thread was ended. */
export class WorkerTooSlow extends Error {
  override readonly name = 'WorkerTooSlow';
}
/** Too many tasks wait; this one was refused. */
export class WorkersBusy extends Error {
  override readonly name = 'WorkersBusy';
}
export class WorkersClosed extends Error {
  override readonly name = 'WorkersClosed';
}
/** The answer is no longer needed. */
export class TaskCancelled extends Error {
  override readonly name = 'TaskCancelled';
}

/** The task exceeded the memory of a thread; only that thread died. */
export const isOutOfMemory = (error: unknown): boolean =>
  (error as { code?: unknown } | undefined)?.code === 'ERR_WORKER_OUT_OF_MEMORY';

export interface RunOptions {
  /** Groups take turns. */
  group?: string;
  /** Aborted: the task is dropped, with its thread if it runs. */
  signal?: AbortSignal;
}

export interface WorkerLimits {
  /** For one task, from when a ready thread has it. */
  taskMs?: number;
  maxWaiting?: number;
  /** Of one group. */
  maxWaitingPerGroup?: number;
  /** A thread that is idle for so long is ended, with what it had loaded; the next task gets a new one. */
  idleMs?: number;
  /** Of one thread, which dies if it needs more. */
  memory?: ResourceLimits;
}

/** The worker's file beside this one: source in tests, built otherwise. */
export const workerFile = (name: string, importer: string): URL =>
  new URL(`./${name}${importer.endsWith('.ts') ? '.ts' : '.js'}`, importer);

export class WorkerPool<Task, Result> {
  private readonly file: URL;
  private readonly data: unknown;
  private readonly idle: Worker[] = [];
  private readonly busy = new Map<Worker, Waiting<Task, Result>>();
  private readonly ready = new WeakSet<Worker>();
  private readonly leaving = new WeakMap<Worker, NodeJS.Timeout>();
  private readonly turns = new Turns<Waiting<Task, Result>>();
  private readonly limits: WorkerLimits;
  private room: number;
  private closed = false;

  /** `data` is given to each worker once; shared memory in it is shared. */
  constructor(file: URL, { size, data, ...limits }: { size: number; data?: unknown } & WorkerLimits) {
    this.file = file;
    this.limits = limits;
    this.room = size;
    this.data = data;
  }

  async run(task: Task, { group = '', signal }: RunOptions = {}): Promise<Result> {
    if (this.closed) throw new WorkersClosed('The worker pool is closed.');
    if (signal?.aborted) throw new TaskCancelled('The task was cancelled.');
    const { maxWaiting = Number.POSITIVE_INFINITY, maxWaitingPerGroup = Number.POSITIVE_INFINITY } = this.limits;
    if (this.turns.size >= maxWaiting || this.turns.sizeOf(group) >= maxWaitingPerGroup)
      throw new WorkersBusy('Too many tasks wait for a worker thread.');
    let cancel = () => {};
    try {
      return await new Promise<Result>((resolve, reject) => {
        const waiting = { task, group, resolve, reject };
        cancel = () => this.cancel(waiting);
        signal?.addEventListener('abort', cancel, { once: true });
        this.turns.add(group, waiting);
        this.next();
      });
    } finally {
      signal?.removeEventListener('abort', cancel);
    }
  }

  /** Running work is dropped. */
  async close(): Promise<void> {
    this.closed = true;
    const workers = [...this.idle, ...this.busy.keys()];
    const dropped = [...this.busy.values(), ...this.turns.clear()];
    this.busy.clear();
    for (const { reject, timer } of dropped) {
      clearTimeout(timer);
      reject(new WorkersClosed('The worker pool was closed.'));
    }
    for (const worker of workers) clearTimeout(this.leaving.get(worker));
    await Promise.all(workers.map((worker) => worker.terminate()));
  }

  private next(): void {
    while (this.turns.size > 0) {
      const worker = this.idle.pop() ?? this.tryToHire();
      if (!worker) return;
      const waiting = this.turns.take() as Waiting<Task, Result>;
      this.busy.set(worker, waiting);
      clearTimeout(this.leaving.get(worker));
      worker.ref();
      if (this.ready.has(worker)) this.limit(worker, waiting);
      this.send(worker, waiting);
    }
  }

  /** A task that cannot be copied to a thread fails alone. */
  private send(worker: Worker, waiting: Waiting<Task, Result>): void {
    try {
      worker.postMessage(waiting.task);
    } catch (error) {
      clearTimeout(waiting.timer);
      this.free(worker);
      waiting.reject(error);
    }
  }

  private cancel(waiting: Waiting<Task, Result>): void {
    const error = new TaskCancelled('The task was cancelled.');
    if (this.turns.remove(waiting.group, waiting)) {
      waiting.reject(error);
      return;
    }
    for (const [worker, one] of this.busy) if (one === waiting) this.stop(worker, error);
  }

  private free(worker: Worker): void {
    this.busy.delete(worker);
    // An idle thread keeps no process alive.
    worker.unref();
    this.idle.push(worker);
    this.letGoLater(worker);
  }

  /** The system may refuse a thread: waiting tasks are done by the other threads, and fail when there are none. */
  private tryToHire(): Worker | undefined {
    if (this.room === 0) return undefined;
    try {
      return this.hire();
    } catch (error) {
      if (this.busy.size === 0) for (const { reject } of this.turns.clear()) reject(error);
      return undefined;
    }
  }

  private hire(): Worker {
    const worker = new Worker(this.file, {
      workerData: this.data,
      // Without the flags of the process, some of which are refused for a thread.
      execArgv: ['--enable-source-maps', '--no-warnings'],
      ...(this.limits.memory ? { resourceLimits: this.limits.memory } : {}),
    });
    this.room -= 1;
    worker.on('message', (answer: Answer<Result>) => this.answered(worker, answer));
    worker.on('error', (error) => this.lost(worker, error));
    worker.on('messageerror', (error) => this.stop(worker, error));
    worker.on('exit', () => this.lost(worker, new Error('A worker thread ended.')));
    return worker;
  }

  private limit(worker: Worker, waiting: Waiting<Task, Result>): void {
    const { taskMs } = this.limits;
    if (taskMs === undefined) return;
    waiting.timer = setTimeout(() => this.stop(worker, new WorkerTooSlow('A task took too long.')), taskMs);
  }

  private stop(worker: Worker, error: Error): void {
    this.lost(worker, error);
    void worker.terminate();
  }

  private answered(worker: Worker, answer: Answer<Result>): void {
    const waiting = this.busy.get(worker);
    if ('ready' in answer) {
      this.ready.add(worker);
      if (waiting) this.limit(worker, waiting);
      return;
    }
    // It answered just as its task was ended.
    if (!waiting) return;
    clearTimeout(waiting.timer);
    this.free(worker);
    if ('error' in answer) waiting.reject(new Error(answer.error));
    else waiting.resolve(answer.result);
    this.next();
  }

  private letGoLater(worker: Worker): void {
    const { idleMs } = this.limits;
    if (idleMs === undefined) return;
    const letGo = () => {
      this.idle.splice(this.idle.indexOf(worker), 1);
      this.room += 1;
      void worker.terminate();
    };
    this.leaving.set(worker, setTimeout(letGo, idleMs).unref());
  }

  private lost(worker: Worker, error: unknown): void {
    const index = this.idle.indexOf(worker);
    const waiting = this.busy.get(worker);
    if (index < 0 && !waiting) return;
    clearTimeout(this.leaving.get(worker));
    if (index >= 0) this.idle.splice(index, 1);
    this.busy.delete(worker);
    this.room += 1;
    clearTimeout(waiting?.timer);
    waiting?.reject(error);
    this.next();
  }
}
