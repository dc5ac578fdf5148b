import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { backtestProgress } from '@tidegate/contracts/bot-executor/backtests';
import type { TenantDatabase } from '@tidegate/database/tenant-database';
import type { Tx } from '@tidegate/database/tx';
import { Loop, type Turn, type TurnResult } from '@tidegate/runtime/loop';
import { TaskCancelled } from '@tidegate/runtime/worker-pool';
import type { Job } from '../queue/queue.rows.ts';
import { QueueRunner, QueueTools, type WorkContext } from '../queue/queue-runner.ts';
import { BACKTEST_CONCURRENCY, Threads } from '../threads/threads.ts';
import { beginBacktest, endBacktest, findBacktest, marketOfBacktest, saveResult } from './backtest.rows.ts';
import { computeBacktest } from './compute-backtest.ts';
import { storedSeries } from './requested-series.ts';

/** Runs queued backtests in threads, those of a person one after the other. See queue/queue-runner.ts. */
@Injectable()
export class RunBacktests implements OnApplicationShutdown {
  private readonly tenants: TenantDatabase;
  private readonly threads: Threads;
  private readonly queue: QueueRunner;

  constructor(tools: QueueTools, threads: Threads) {
    this.tenants = tools.tenants;
    this.threads = threads;
    this.queue = new QueueRunner(
      {
        kind: 'backtest',
        loop: 'run-backtests',
        concurrency: BACKTEST_CONCURRENCY,
        run: (job, context) => this.run(job, context),
        report: ({ id, org_id }, progress) => tools.bus.live(org_id, backtestProgress, { backtestId: id, ...progress }),
        fail: (tx, id, failure) => endBacktest(tx, id, 'failed', failure),
      },
      tools,
    );
  }

  @Loop({ name: 'run-backtests', everyMs: 30_000 })
  turn({ signal }: Turn): Promise<TurnResult> {
    return this.queue.turn(signal);
  }

  onApplicationShutdown(): Promise<void> {
    return this.queue.drained();
  }

  private async run({ id, org_id, person }: Job, context: WorkContext): Promise<(tx: Tx) => Promise<void>> {
    const { settings, market, feed, stored } = await this.tenants.run(org_id, async (tx) => {
      const row = await findBacktest(tx, id);
      if (!row || !(await beginBacktest(tx, id))) throw new TaskCancelled('The backtest has ended.');
      const { settings, feed } = row.result;
      const market = marketOfBacktest(row);
      return { settings, market, feed, stored: await storedSeries(tx, { market, feed }) };
    });
    const progress = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
    context.progress = () => progress[0] as number;
    const task = { settings, market, feed, stored, progress };
    const outcome = await this.threads.work(computeBacktest, task, { group: person, signal: context.signal });
    return (tx) => saveResult(tx, id, outcome);
  }
}
