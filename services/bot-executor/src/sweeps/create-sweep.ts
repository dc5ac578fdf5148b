import { Controller } from '@nestjs/common';
import { createSweep, type Sweep, tooManySweeps } from '@tidegate/contracts/bot-executor/sweeps';
import { newId } from '@tidegate/database/ids';
import { TenantDatabase } from '@tidegate/database/tenant-database';
import { Entitlements } from '@tidegate/entitlements/entitlements';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { Wakes } from '@tidegate/runtime/wakes';
import { measuredSeries } from '../backtests/requested-series.ts';
import { RunQuota } from '../backtests/run-quota.ts';
import { marketFor } from '../markets/market.rows.ts';
import { termsOf } from '../markets/markets.rules.ts';
import { countQueued, enqueueWork, personOf } from '../queue/queue.rows.ts';
import { Threads } from '../threads/threads.ts';
import { countCombinations } from './prepare-sweep.ts';
import { expireSweeps, insertSweep, toWire } from './sweep.rows.ts';
import { countedWithin, runsWithin } from './sweep-budget.rules.ts';

/** Of an organisation, and of a person in all organisations together. */
export const MAX_QUEUED = { organisation: 5, person: 10 };
/** Of an organisation. */
const MAX_STORED = 100;

@Controller()
export class CreateSweep {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly entitlements: Entitlements,
    private readonly threads: Threads,
    private readonly quota: RunQuota,
    private readonly wakes: Wakes,
  ) {}

  @Handles(createSweep)
  async handle(call: OperationContext<typeof createSweep>): Promise<Sweep> {
    const { input, caller, tx } = call;
    const [id, person] = [newId(), personOf(caller)];
    // No connection is held while combinations are counted and the quota is asked.
    const { valid, refused, runs, market } = await this.check(call, person);
    return this.quota.spend(call, { meter: 'sweep_runs', count: runs, key: id }, async () => {
      const queued = await countQueued(tx, 'sweep', person);
      if (queued.organisation >= MAX_QUEUED.organisation || queued.person >= MAX_QUEUED.person) {
        throw call.refuse(
          tooManySweeps,
          { waiting: queued.person },
          `At most ${MAX_QUEUED.organisation} may wait or run. Cancel one, or come back later.`,
        );
      }
      await expireSweeps(tx, MAX_STORED - 1);
      const row = await insertSweep(tx, {
        id,
        work: { ...input, market: termsOf(market) },
        combinations: valid,
        refused,
        runs,
      });
      await enqueueWork(tx, 'sweep', id, person);
      tx.onCommit(() => this.wakes.wake('run-sweeps'));
      return toWire(row);
    });
  }

  /** By arithmetic first; what passes is then counted in a thread. */
  private async check({ input, tx }: OperationContext<typeof createSweep>, person: string) {
    const { settings, vary, walkForward } = input;
    const { candles, first, market } = await this.tenants.read(tx.orgId as string, async (read) => {
      await this.entitlements.feature(read, 'backtests');
      const market = await marketFor(read, settings);
      return { market, ...(await measuredSeries(read, { market, feed: input.feed })) };
    });
    countedWithin(input, candles);
    const task = { settings, market, vary, ticks: first.open };
    const counted = await this.threads.answer(countCombinations, task, person);
    return { ...counted, market, runs: runsWithin(counted.valid, candles, walkForward) };
  }
}
