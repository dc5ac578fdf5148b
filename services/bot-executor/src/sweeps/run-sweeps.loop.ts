import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { sweepProgress } from '@tidegate/contracts/bot-executor/sweeps';
import type { TenantDatabase } from '@tidegate/database/tenant-database';
import type { Tx } from '@tidegate/database/tx';
import { Loop, type Turn, type TurnResult } from '@tidegate/runtime/loop';
import { TaskCancelled } from '@tidegate/runtime/worker-pool';
import { storedSeries } from '../backtests/requested-series.ts';
import type { Job } from '../queue/queue.rows.ts';
import { Failure, QueueRunner, QueueTools, type WorkContext } from '../queue/queue-runner.ts';
import { Threads } from '../threads/threads.ts';
import { prepareSweep } from './prepare-sweep.ts';
import { sweepResults, walkForwardResults } from './results.ts';
import { runSettings } from './run-settings.ts';
import { runSweep, runWalkForward, type SweepWork } from './run-sweep.ts';
import { beginSweep, endSweep, marketOfSweep, type SweepInput, type SweepResults } from './sweep.rows.ts';

/**
 * Runs queued sweeps, each on all threads; a thread turns to the next sweep after each task, so that none waits for the end
 * of another. See queue/queue-runner.ts.
 */
const CONCURRENCY = 4;
const LONGEST_MS = 2 * 3_600_000;

@Injectable()
export class RunSweeps implements OnApplicationShutdown {
  private readonly tenants: TenantDatabase;
  private readonly threads: Threads;
  private readonly queue: QueueRunner;

  constructor(tools: QueueTools, threads: Threads) {
    this.tenants = tools.tenants;
    this.threads = threads;
    this.queue = new QueueRunner(
      {
        kind: 'sweep',
        loop: 'run-sweeps',
        concurrency: CONCURRENCY,
        run: (job, context) => this.run(job, context),
        report: ({ id, org_id }, progress) => tools.bus.live(org_id, sweepProgress, { sweepId: id, ...progress }),
        fail: (tx, id, failure) => endSweep(tx, id, { status: 'failed', failure }),
      },
      tools,
    );
  }

  @Loop({ name: 'run-sweeps', everyMs: 30_000 })
  turn({ signal }: Turn): Promise<TurnResult> {
    return this.queue.turn(signal);
  }

  onApplicationShutdown(): Promise<void> {
    return this.queue.drained();
  }

  private async run({ id, org_id, person }: Job, context: WorkContext): Promise<(tx: Tx) => Promise<void>> {
    const input = await this.tenants.run(org_id, (tx) => beginSweep(tx, id));
    if (!input) throw new TaskCancelled('The sweep has ended.');
    const { settings, vary, feed } = input;
    const market = marketOfSweep(input);
    const stored = await this.tenants.read(org_id, (tx) => storedSeries(tx, { market, feed }));
    const options = { group: person, signal: context.signal };
    const prepared = await this.threads.work(prepareSweep, { settings, market, vary, feed, stored }, options);
    const { series, combinations, contentHash, gaps } = prepared;
    const { intervalMs } = stored;
    const until = performance.now() + LONGEST_MS;
    const results = await resultsOf(input, {
      combinations,
      series,
      rankBy: input.rankBy,
      run: (some, range) =>
        this.threads.onAllCores(runSettings, { settings: some, market, series, range, intervalMs }, options),
      onProgress: (done) => {
        context.progress = () => done;
        if (performance.now() > until)
          throw new Failure('It took longer than two hours. Use fewer values or fewer candles.');
      },
    });
    return async (tx) => {
      await endSweep(tx, id, { status: 'done', results: { ...results, gaps }, contentHash });
    };
  }
}

async function resultsOf(input: SweepInput, work: SweepWork): Promise<SweepResults> {
  const market = marketOfSweep(input);
  if (!input.walkForward) return sweepResults(market, await runSweep(work));
  return walkForwardResults(market, work.series, await runWalkForward(work, input.walkForward));
}
