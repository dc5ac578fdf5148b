import { Controller } from '@nestjs/common';
import { type Backtest, createBacktest, tooManyBacktests } from '@tidegate/contracts/bot-executor/backtests';
import { newId } from '@tidegate/database/ids';
import { TenantDatabase } from '@tidegate/database/tenant-database';
import { Entitlements } from '@tidegate/entitlements/entitlements';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { Wakes } from '@tidegate/runtime/wakes';
import { ENGINE_VERSION } from '../engine/content-hash.ts';
import { marketFor } from '../markets/market.rows.ts';
import { termsOf } from '../markets/markets.rules.ts';
import { countQueued, enqueueWork, personOf } from '../queue/queue.rows.ts';
import { checkedStrategyPlan } from '../strategies/plan.rules.ts';
import { AwaitBacktest } from './await-backtest.ts';
import { type BacktestBase, expireBacktests, insertBacktest, toWire } from './backtest.rows.ts';
import { refuseTooMuch } from './budget.rules.ts';
import { measuredSeries } from './requested-series.ts';
import { RunQuota } from './run-quota.ts';

/** Of an organisation, and of a person in all organisations together. */
export const MAX_QUEUED = { organisation: 10, person: 20 };
/** Of an organisation. 2,000 parts are a million trades and fills. */
export const MAX_STORED = { backtests: 200, parts: 2_000 };

/**
 * Refuses what cannot work or is too much before anything is run; queues the rest, and answers with the result when it is
 * done within some seconds.
 */
@Controller()
export class CreateBacktest {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly entitlements: Entitlements,
    private readonly quota: RunQuota,
    private readonly ended: AwaitBacktest,
    private readonly wakes: Wakes,
  ) {}

  @Handles(createBacktest)
  async handle(call: OperationContext<typeof createBacktest>): Promise<Backtest> {
    const { caller, tx, answerLater } = call;
    // No connection is held until the quota has answered.
    const base = await this.tenants.read(tx.orgId as string, (read) => this.check(call, read));
    const [id, person] = [newId(), personOf(caller)];
    return this.quota.spend(call, { meter: 'backtest_runs', count: 1, key: id }, async () => {
      const queued = await countQueued(tx, 'backtest', person);
      if (queued.organisation >= MAX_QUEUED.organisation || queued.person >= MAX_QUEUED.person)
        throw call.refuse(
          tooManyBacktests,
          { waiting: queued.person },
          'Too many are waiting. Cancel one, or try again later.',
        );
      await expireBacktests(tx, { ...MAX_STORED, backtests: MAX_STORED.backtests - 1 });
      const row = await insertBacktest(tx, id, base);
      await enqueueWork(tx, 'backtest', id, person);
      tx.onCommit(() => this.wakes.wake('run-backtests'));
      answerLater(() => this.ended.answer(tx.orgId as string, id, person));
      return toWire(row);
    });
  }

  private async check(
    { input }: OperationContext<typeof createBacktest>,
    read: OperationContext['tx'],
  ): Promise<BacktestBase> {
    await this.entitlements.feature(read, 'backtests');
    const market = await marketFor(read, input.settings);
    const { candles, first, lastAt } = await measuredSeries(read, { market, feed: input.feed });
    refuseTooMuch(input.settings, candles);
    checkedStrategyPlan(input.settings, first.open, market);
    return {
      settings: input.settings,
      feed: input.feed,
      market: termsOf(market),
      currency: market.quote,
      engineVersion: ENGINE_VERSION,
      candles,
      from: new Date(first.at).toISOString(),
      to: new Date(lastAt).toISOString(),
    };
  }
}
