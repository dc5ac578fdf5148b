import { type ResourceLimits, Worker } from 'node:worker_threads';

/*
 * Threads for what would keep the event loop busy. The worker's file calls `answerTasks` of worker-side.ts; tasks are
 * given out one at a time to whoever is free, so that a slow one delays no other. A worker that dies fails its task and
 * is replaced; so is one that takes longer than a task may take, where there is such a limit.
 */
interface Waiting<Task, Result> {
  task: Task;
  resolve: (result: Result) => void;
  reject: (error: unknown) => void;
  timer?: NodeJS.Timeout | undefined;
}

/** A thread says that it is ready before it answers anything: what it loads takes its time on a busy machine. */
export type Answer<Result> = { ready: true } | { result: Result } | { error: string };

/** A task took longer than it may; the thread that had it is gone. */
export class WorkerTooSlow extends Error {
  override readonly name = 'WorkerTooSlow';
}
/** So many tasks wait that this one was not taken. */
export class WorkersBusy extends Error {
  override readonly name = 'WorkersBusy';
}
export class WorkersClosed extends Error {
  override readonly name = 'WorkersClosed';
}

export interface WorkerLimits {
  /** For one task, from the moment a thread has it that is ready. */
  taskMs?: number;
  maxWaiting?: number;
  /** A thread without work for so long is let go, and what it had loaded with it; the next task gets a new one. */
  idleMs?: number;
  /** Of one thread. One that needs more dies. */
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
  private readonly waiting: Waiting<Task, Result>[] = [];
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

  run(task: Task): Promise<Result> {
    if (this.closed) return Promise.reject(new WorkersClosed('The worker pool is closed.'));
    if (this.waiting.length >= (this.limits.maxWaiting ?? Number.POSITIVE_INFINITY))
      return Promise.reject(new WorkersBusy('Too many tasks wait for a worker thread.'));
    return new Promise((resolve, reject) => {
      this.waiting.push({ task, resolve, reject });
      this.next();
    });
  }

  /** Work in hand is dropped. */
  async close(): Promise<void> {
    this.closed = true;
    const workers = [...this.idle, ...this.busy.keys()];
    const dropped = [...this.busy.values(), ...this.waiting.splice(0)];
    this.busy.clear();
    for (const { reject, timer } of dropped) {
      clearTimeout(timer);
      reject(new WorkersClosed('The worker pool was closed.'));
    }
    for (const worker of workers) clearTimeout(this.leaving.get(worker));
    await Promise.all(workers.map((worker) => worker.terminate()));
  }

  private next(): void {
    while (this.waiting.length > 0) {
      const worker = this.idle.pop() ?? this.hire();
      if (!worker) return;
      const waiting = this.waiting.shift() as Waiting<Task, Result>;
      this.busy.set(worker, waiting);
      clearTimeout(this.leaving.get(worker));
      worker.ref();
      worker.postMessage(waiting.task);
      if (this.ready.has(worker)) this.limit(worker, waiting);
    }
  }

  private hire(): Worker | undefined {
    if (this.room === 0) return undefined;
    this.room -= 1;
    const worker = new Worker(this.file, {
      workerData: this.data,
      ...(this.limits.memory ? { resourceLimits: this.limits.memory } : {}),
    });
    worker.on('message', (answer: Answer<Result>) => this.answered(worker, answer));
    worker.on('error', (error) => this.lost(worker, error));
    worker.on('exit', () => this.lost(worker, new Error('A worker thread ended.')));
    return worker;
  }

  private limit(worker: Worker, waiting: Waiting<Task, Result>): void {
    const { taskMs } = this.limits;
    if (taskMs !== undefined) waiting.timer = setTimeout(() => this.stop(worker), taskMs);
  }

  private stop(worker: Worker): void {
    this.lost(worker, new WorkerTooSlow('A task took too long.'));
    void worker.terminate();
  }

  private answered(worker: Worker, answer: Answer<Result>): void {
    const waiting = this.busy.get(worker);
    // It answered just when it was given up.
    if (!waiting) return;
    if ('ready' in answer) {
      this.ready.add(worker);
      this.limit(worker, waiting);
      return;
    }
    clearTimeout(waiting.timer);
    this.busy.delete(worker);
    // An idle thread keeps no process alive.
    worker.unref();
    this.idle.push(worker);
    this.letGoLater(worker);
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
