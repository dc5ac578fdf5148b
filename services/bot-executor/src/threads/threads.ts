import { availableParallelism } from 'node:os';
import type { OnApplicationShutdown } from '@nestjs/common';
import { ProblemError, unavailable } from '@tidegate/contracts/kernel/problem';
import { type RunOptions, WorkerPool, WorkersBusy, WorkerTooSlow } from '@tidegate/runtime/worker-pool';
import type { Assignment, Outcome, ThreadTask } from './thread-task.ts';

/** Of one thread: many times what a bounded task needs. */
const MEMORY = { maxOldGenerationSizeMb: 128, maxYoungGenerationSizeMb: 16 };
/** Only an endless task takes this long, even on a busy machine. */
const LONG_MS = 600_000;
const SHORT_MS = 20_000;
/** Idle threads end, and what they had loaded goes with them. */
const IDLE_MS = 10_000;

/** Backtests that run at a time in a process. */
export const BACKTEST_CONCURRENCY = 2;

/** The workers' files, which load the tasks. */
export interface WorkerFiles {
  tasks: URL;
  /** Loads as little as possible: there is one per core. */
  onAllCores: URL;
}

/**
 * The threads of this process. What answers a request, backtests, and sweeps have threads of their own, so that none
 * waits for another; all have a lower priority than the event loop, and a memory limit that ends only the thread.
 */
export class Threads implements OnApplicationShutdown {
  private readonly requests: Pool;
  private readonly queued: Pool;
  private readonly sweeps: Pool;

  constructor({ tasks, onAllCores }: WorkerFiles) {
    const limits = { memory: MEMORY, idleMs: IDLE_MS };
    const short = { ...limits, taskMs: SHORT_MS };
    const long = { ...limits, taskMs: LONG_MS };
    this.requests = new WorkerPool(tasks, { size: 2, ...short, maxWaiting: 100, maxWaitingPerGroup: 5 });
    this.queued = new WorkerPool(tasks, { size: BACKTEST_CONCURRENCY, ...long });
    this.sweeps = new WorkerPool(onAllCores, { size: availableParallelism(), ...long });
  }

  /** For a request that waits for it. */
  async answer<Input, Result>(task: ThreadTask<Input, Result>, input: Input, group: string): Promise<Result> {
    try {
      return await run(this.requests, task, input, { group });
    } catch (error) {
      if (error instanceof WorkersBusy || error instanceof WorkerTooSlow)
        throw unavailable({ retryAfterSeconds: 2 }, 'Too many such requests at once. Try again in a moment.');
      throw error;
    }
  }

  /** For queued work. */
  work<Input, Result>(task: ThreadTask<Input, Result>, input: Input, options: RunOptions = {}): Promise<Result> {
    return run(this.queued, task, input, options);
  }

  /** For queued work in many parts. */
  onAllCores<Input, Result>(task: ThreadTask<Input, Result>, input: Input, options: RunOptions = {}): Promise<Result> {
    return run(this.sweeps, task, input, options);
  }

  async onApplicationShutdown(): Promise<void> {
    await Promise.all([this.requests, this.queued, this.sweeps].map((one) => one.close()));
  }
}

type Pool = WorkerPool<Assignment, Outcome>;

async function run<Input, Result>(
  pool: Pool,
  { name }: ThreadTask<Input, Result>,
  input: Input,
  options: RunOptions,
): Promise<Result> {
  const outcome = await pool.run({ name, input }, options);
  if ('refused' in outcome) throw ProblemError.fromDocument(outcome.refused);
  return outcome.result as Result;
}
