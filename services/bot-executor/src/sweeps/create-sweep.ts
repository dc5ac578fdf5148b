import { Injectable } from '@nestjs/common';
import { createSweep, type Sweep, tooManySweeps } from '@tidegate/contracts/bot-executor/sweeps';
import { invalid } from '@tidegate/contracts/kernel/problem';
import { newId } from '@tidegate/database/ids';
import { Entitlements } from '@tidegate/entitlements/entitlements';
import { type Call, Handles } from '@tidegate/messaging/handler';
import { RunQuota } from '../backtests/run-quota.ts';
import { wantedSeries } from '../backtests/wanted-series.ts';
import { combinationsOf } from './combinations.rules.ts';
import { runsOf } from './run-sweep.ts';
import { countWaiting, insertSweep, toWire } from './sweep.rows.ts';

const MAX_WAITING = 5;
const MAX_RUNS = 20_000;

@Injectable()
export class CreateSweep {
  constructor(
    private readonly entitlements: Entitlements,
    private readonly quota: RunQuota,
  ) {}

  @Handles(createSweep)
  async handle({ input, tx, meter }: Call<typeof createSweep>): Promise<Sweep> {
    await this.entitlements.feature(tx, 'backtests');
    const waiting = await countWaiting(tx);
    if (waiting >= MAX_WAITING)
      throw tooManySweeps({ waiting }, `At most ${MAX_WAITING} may wait or run. Cancel one, or come back later.`);
    const series = await wantedSeries(tx, input);
    const { works, refused } = combinationsOf(input.settings, input.vary, BigInt(series.open[0] as number));
    const runs = wantedRuns(works.length, series.at.length, input.walkForward);
    const id = newId();
    return this.quota.spend(tx.orgId as string, { meter: 'sweep_runs', count: runs, key: id }, async () => {
      const row = await insertSweep(tx, { id, work: input, combinations: works.length, refused, runs });
      await meter('sweep_runs', runs, { key: id });
      return toWire(row);
    });
  }
}

function wantedRuns(
  combinations: number,
  candles: number,
  walkForward: { trainCandles: number; testCandles: number } | undefined,
): number {
  const runs = runsOf(combinations, candles, walkForward);
  if (runs === 0) {
    const message = `There are ${candles} candles: too few for one training and one test stretch.`;
    throw invalid('/walkForward/trainCandles', 'too_few_candles', message);
  }
  if (runs > MAX_RUNS) {
    const message = `That would be ${runs} backtests; at most ${MAX_RUNS}. Use fewer values or longer test stretches.`;
    throw invalid('/walkForward/testCandles', 'too_many_runs', message);
  }
  return runs;
}
