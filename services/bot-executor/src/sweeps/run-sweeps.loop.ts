import { availableParallelism } from 'node:os';
import { Injectable } from '@nestjs/common';
import { ProblemError } from '@tidegate/contracts/kernel/problem';
import { Tenants } from '@tidegate/database/tenants';
import { Loop, type Turn, type TurnResult } from '@tidegate/runtime/loop';
import { Log } from '@tidegate/telemetry/log';
import { wantedSeries } from '../backtests/wanted-series.ts';
import { fingerprintOf } from '../engine/fingerprint.ts';
import { marketOf } from '../ladder/check-settings.rules.ts';
import { combinationsOf } from './combinations.rules.ts';
import { sweepResults, walkForwardResults } from './results.ts';
import { runSweep, runWalkForward, type SweepWork } from './run-sweep.ts';
import { endSweep, findSweep, type SweepInput, type SweepResults } from './sweep.rows.ts';
import { giveBackSweep, holdsSweep, renewSweep, type SweepLease, takeSweep } from './sweep-lease.rows.ts';

/*
 * Runs sweeps one after the other, each on all the threads there are.
 *
 *   waiting ──take: fence + 1, ours for 30 s──► running ──progress each half second, which renews──► done
 *       ──cancelled, or taken over: found out at the next progress──► dropped
 *       ──this process drains──► given back, begun anew elsewhere      ──its process died three times──► failed
 *
 * A sweep follows from its candles and settings alone, so running it twice does no harm: only one result is written.
 */
const PROGRESS_MS = 500;
const MAX_TRIES = 3;

class SweepLost extends Error {
  override readonly name = 'SweepLost';
}

interface Outcome {
  results: SweepResults;
  fingerprint: string;
}

@Injectable()
export class RunSweeps {
  constructor(
    private readonly tenants: Tenants,
    private readonly log: Log,
  ) {}

  @Loop({ name: 'run-sweeps', everyMs: 500 })
  async turn({ signal }: Turn): Promise<TurnResult> {
    if (signal.aborted) return undefined;
    const lease = await this.tenants.as({}, takeSweep);
    if (!lease) return undefined;
    await this.run(lease, signal);
    return 'again';
  }

  private async run(lease: SweepLease, signal: AbortSignal): Promise<void> {
    try {
      const outcome = lease.tries > MAX_TRIES ? undefined : await this.compute(lease, signal);
      const end = outcome
        ? { status: 'done' as const, ...outcome }
        : { status: 'failed' as const, failure: 'The sweep ended its process each time it was tried.' };
      await this.end(lease, end);
    } catch (error) {
      if (error instanceof SweepLost) {
        if (signal.aborted) await this.tenants.as({}, (tx) => giveBackSweep(tx, lease));
        return;
      }
      this.log.error({ error, sweepId: lease.sweep_id, orgId: lease.org_id }, 'A sweep failed');
      const failure =
        error instanceof ProblemError ? error.message : 'The sweep could not be run; operators were told.';
      await this.end(lease, { status: 'failed', failure });
    }
  }

  private async compute(lease: SweepLease, signal: AbortSignal): Promise<Outcome | undefined> {
    const { input, series } = await this.tenants.run(lease.org_id, async (tx) => {
      const row = await findSweep(tx, lease.sweep_id);
      if (!row) throw new SweepLost();
      return { input: row.work, series: await wantedSeries(tx, row.work) };
    });
    const market = marketOf(input.settings);
    const { works } = combinationsOf(input.settings, input.vary, BigInt(series.open[0] as number));
    const work: SweepWork = {
      combinations: works,
      series,
      rankBy: input.rankBy,
      threads: availableParallelism(),
      onProgress: this.progressOf(lease, signal),
    };
    const settings = works.map((one) => one.settings);
    return { results: await resultsOf(input, work, market), fingerprint: fingerprintOf(market, settings, series) };
  }

  private progressOf(lease: SweepLease, signal: AbortSignal): (done: number) => Promise<void> {
    let toldAt = 0;
    return async (done) => {
      if (signal.aborted) throw new SweepLost();
      const now = Date.now();
      if (now - toldAt < PROGRESS_MS) return;
      toldAt = now;
      if (!(await this.tenants.run(lease.org_id, (tx) => renewSweep(tx, lease, done)))) throw new SweepLost();
    };
  }

  private async end(lease: SweepLease, end: Parameters<typeof endSweep>[2]): Promise<void> {
    await this.tenants.run(lease.org_id, async (tx) => {
      if (await holdsSweep(tx, lease)) await endSweep(tx, lease.sweep_id, end);
    });
  }
}

async function resultsOf(
  { walkForward }: SweepInput,
  work: SweepWork,
  market: ReturnType<typeof marketOf>,
): Promise<SweepResults> {
  if (!walkForward) return sweepResults(market, await runSweep(work));
  return walkForwardResults(market, work.series, await runWalkForward(work, walkForward));
}
