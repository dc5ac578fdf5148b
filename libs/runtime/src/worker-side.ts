import { readlinkSync } from 'node:fs';
import { setPriority } from 'node:os';
import { parentPort } from 'node:worker_threads';
import type { Answer } from './worker-pool.ts';

/** The other end of a WorkerPool: answers each task, and reports an error instead of dying of it. */
export function answerTasks<Task, Result>(handle: (task: Task) => Result | Promise<Result>): void {
  stepBack();
  parentPort?.postMessage({ ready: true } satisfies Answer<Result>);
  parentPort?.on('message', async (task: Task) => {
    let answer: Answer<Result>;
    try {
      answer = { result: await handle(task) };
    } catch (error) {
      answer = { error: error instanceof Error ? error.message : String(error) };
    }
    parentPort?.postMessage(answer);
  });
}

/** Linux has a priority for each thread: long computations yield the CPU to what answers requests. */
function stepBack(): void {
  try {
    const [, , thread] = readlinkSync('/proc/thread-self').split('/');
    setPriority(Number(thread), 10);
  } catch {
    // Elsewhere all threads are equal.
  }
}
