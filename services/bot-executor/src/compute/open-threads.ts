import { workerFile } from '@tidegate/runtime/worker-pool';
import { Threads, type WorkerFiles } from '../threads/threads.ts';

/** Which tasks threads know is decided here, above all capabilities that have any. */
export const WORKER_FILES: WorkerFiles = {
  tasks: workerFile('tasks.worker', import.meta.url),
  onAllCores: workerFile('sweep-runs.worker', import.meta.url),
};

export const openThreads = (): Threads => new Threads(WORKER_FILES);
