import { availableParallelism } from 'node:os';
import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { ProblemError, unavailable } from '@tidegate/contracts/kernel/problem';
import { type RunOptions, WorkerPool, WorkersBusy, WorkerTooSlow, workerFile } from '@tidegate/runtime/worker-pool';
import type { RunFigures } from '../backtests/backtest.rules.ts';
import type { RunTask } from '../sweeps/run-settings.ts';
import type { Outcome, Task, Tasks } from './tasks.ts';

/** Of one thread: many times what a bounded task needs. */
const MEMORY = { maxOldGenerationSizeMb: 128, maxYoungGenerationSizeMb: 16 };
/** Only what would never end takes so long, also on a machine that is busy with everything else. */
const LONG_MS = 600_000;
const SHORT_MS = 20_000;
/** Idle threads are let go with what they had loaded. */
const IDLE_MS = 10_000;

/** Backtests that run at a time in a process. */
export const BACKTEST_PLACES = 2;

const file = (name: string) => workerFile(name, import.meta.url);
const limits = { memory: MEMORY, idleMs: IDLE_MS };
const computing = (size: number, more: { taskMs: number; maxWaiting?: number; maxWaitingPerGroup?: number }) =>
  new WorkerPool<Task, Outcome>(file('compute.worker'), { size, ...limits, ...more });

/**
 * The threads of this process. What answers a request, backtests, and sweeps have threads of their own, so that none
 * waits for another; all have a lower priority than the event loop, and a memory that ends them alone.
 */
@Injectable()
export class Threads implements OnApplicationShutdown {
  private readonly requests = computing(2, { taskMs: SHORT_MS, maxWaiting: 100, maxWaitingPerGroup: 5 });
  private readonly queued = computing(BACKTEST_PLACES, { taskMs: LONG_MS });
  private readonly sweeps = new WorkerPool<RunTask, RunFigures[]>(file('run-settings.worker'), {
    size: availableParallelism(),
    taskMs: LONG_MS,
    ...limits,
  });

  /** For a request that waits for it. */
  async answer<Name extends keyof Tasks>(
    name: Name,
    task: Tasks[Name]['task'],
    group: string,
  ): Promise<Tasks[Name]['result']> {
    try {
      return await run(this.requests, name, task, { group });
    } catch (error) {
      if (error instanceof WorkersBusy || error instanceof WorkerTooSlow)
        throw unavailable({ retryAfterSeconds: 2 }, 'Too much of this is asked for at once. Try again in a moment.');
      throw error;
    }
  }

  /** For queued work. */
  work<Name extends keyof Tasks>(
    name: Name,
    task: Tasks[Name]['task'],
    options: RunOptions = {},
  ): Promise<Tasks[Name]['result']> {
    return run(this.queued, name, task, options);
  }

  /** What sweeps consist of, on all cores. */
  runSettings(task: RunTask, options: RunOptions = {}): Promise<RunFigures[]> {
    return this.sweeps.run(task, options);
  }

  async onApplicationShutdown(): Promise<void> {
    await Promise.all([this.requests, this.queued, this.sweeps].map((one) => one.close()));
  }
}

async function run<Name extends keyof Tasks>(
  where: WorkerPool<Task, Outcome>,
  name: Name,
  task: Tasks[Name]['task'],
  options: RunOptions,
): Promise<Tasks[Name]['result']> {
  const outcome = await where.run({ name, task } as unknown as Task, options);
  if ('refused' in outcome) throw ProblemError.fromDocument(outcome.refused);
  return outcome.result as Tasks[Name]['result'];
}
