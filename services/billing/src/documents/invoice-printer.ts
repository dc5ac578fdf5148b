import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { unavailable } from '@tidegate/contracts/kernel/problem';
import { WorkerPool, WorkersBusy, WorkersClosed, WorkerTooSlow, workerFile } from '@tidegate/runtime/worker-pool';
import type { ToPrint } from './invoice-sheet.rules.ts';

/** The thread ends when nobody asks any more, and fonts and library go with it. */
const IDLE_MS = 15_000;
/** Many times what the longest invoice takes: the thread steps back where the machine is busy. */
const TASK_MS = 60_000;
const MEMORY = { maxOldGenerationSizeMb: 160, maxYoungGenerationSizeMb: 16 };

/** Makes PDFs in a thread of its own, one after the other: what answers requests waits for none. Organisations take turns. */
@Injectable()
export class InvoicePrinter implements OnApplicationShutdown {
  private readonly pool = new WorkerPool<ToPrint, string>(workerFile('print-invoice.worker', import.meta.url), {
    size: 1,
    taskMs: TASK_MS,
    maxWaiting: 50,
    maxWaitingPerGroup: 5,
    idleMs: IDLE_MS,
    memory: MEMORY,
  });

  /** In base64. */
  async print(task: ToPrint, orgId: string): Promise<string> {
    try {
      return await this.pool.run(task, { group: orgId });
    } catch (error) {
      if (error instanceof WorkersBusy || error instanceof WorkerTooSlow || error instanceof WorkersClosed)
        throw unavailable({ retryAfterSeconds: 2 }, 'Too many invoices are being printed. Try again in a moment.');
      throw error;
    }
  }

  async onApplicationShutdown(): Promise<void> {
    await this.pool.close();
  }
}
