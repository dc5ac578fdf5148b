import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { ProblemError, problemError } from '@tidegate/contracts/kernel/problem';
import type { TenantDatabase } from '@tidegate/database/tenant-database';
import type { Tx } from '@tidegate/database/tx';
import { Loop, type Turn, type TurnResult } from '@tidegate/runtime/loop';
import { TaskCancelled } from '@tidegate/runtime/worker-pool';
import type { CandleFile } from '../candles/csv/read-candle-file.ts';
import { fileRequest } from '../candles/import-options.ts';
import { readCandles } from '../candles/read-candles.ts';
import { StoreCandles } from '../candles/store-candles.ts';
import { rulesOf } from '../markets/markets.rules.ts';
import type { Job } from '../queue/queue.rows.ts';
import { QueueRunner, QueueTools, type WorkContext } from '../queue/queue-runner.ts';
import { Threads } from '../threads/threads.ts';
import {
  countParts,
  endUpload,
  failLateUploads,
  findUpload,
  readPart,
  setUploadStatus,
  type UploadWork,
  withSavepoint,
} from './upload.rows.ts';

/** At a time in a process, because a file and its candles are in memory meanwhile. */
const CONCURRENCY = 1;
const MAX_ROWS = 2_000_000;
const FAIL_LATE_EVERY_MS = 600_000;

/** Reads queued candle files in a thread and stores each in one transaction. See queue/queue-runner.ts. */
@Injectable()
export class RunUploads implements OnApplicationShutdown {
  private readonly tenants: TenantDatabase;
  private readonly threads: Threads;
  private readonly storing: StoreCandles;
  private readonly queue: QueueRunner;

  constructor(tools: QueueTools, threads: Threads, storing: StoreCandles) {
    this.tenants = tools.tenants;
    this.storing = storing;
    this.threads = threads;
    this.queue = new QueueRunner(
      {
        kind: 'upload',
        loop: 'run-uploads',
        concurrency: CONCURRENCY,
        run: (job, context) => this.run(job, context),
        fail: (tx, id, failure) => endUpload(tx, id, { status: 'failed', failure }),
      },
      tools,
    );
  }

  @Loop({ name: 'run-uploads', everyMs: 30_000 })
  turn({ signal }: Turn): Promise<TurnResult> {
    return this.queue.turn(signal);
  }

  @Loop({ name: 'give-up-uploads', everyMs: FAIL_LATE_EVERY_MS })
  async giveUp(): Promise<void> {
    await this.tenants.system('uploads', failLateUploads);
  }

  onApplicationShutdown(): Promise<void> {
    return this.queue.drained();
  }

  private async run({ id, org_id, person }: Job, context: WorkContext): Promise<(tx: Tx) => Promise<void>> {
    const { work, parts } = await this.tenants.run(org_id, async (tx) => {
      const row = await findUpload(tx, id);
      if (!row || !['queued', 'running'].includes(row.status)) throw new TaskCancelled('The upload has ended.');
      await setUploadStatus(tx, id, 'running');
      return { work: row.work, parts: (await countParts(tx, id)).parts };
    });
    const data: Uint8Array[] = [];
    for (let number = 0; number < parts; number += 1) {
      const part = await this.tenants.read(org_id, (tx) => readPart(tx, id, number));
      if (!part || context.signal.aborted) throw new TaskCancelled('The upload has ended.');
      data.push(part);
    }
    const progress = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
    context.progress = () => progress[0] as number;
    const request = fileRequest(rulesOf(work.market), work.interval, { options: work.options, maxRows: MAX_ROWS });
    const task = { parts: data, request, progress };
    const file = await this.threads.work(readCandles, task, { group: person, signal: context.signal });
    return (tx) => this.store(tx, id, work, file);
  }

  private async store(tx: Tx, id: string, { market, interval }: UploadWork, file: CandleFile): Promise<void> {
    const { candles, faults, report } = file;
    if (!candles) return endUpload(tx, id, { status: 'failed', report, failure: faults[0]?.message });
    try {
      await withSavepoint(tx, async () => {
        const { added, replaced, gaps } = await this.storing.store(
          problemError,
          tx,
          rulesOf(market),
          interval,
          candles,
        );
        const counts = { added: added.length, replaced: replaced.length };
        await endUpload(tx, id, { status: 'done', report: { ...report, gaps }, ...counts });
      });
    } catch (error) {
      // None of the candles are stored, and the upload says why.
      if (!(error instanceof ProblemError)) throw error;
      await endUpload(tx, id, { status: 'failed', report, failure: error.detail ?? error.title });
    }
  }
}
