import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { featureNotIncluded, ProblemError, quotaExhausted } from '@tidegate/contracts/kernel/problem';
import { allowsMore, type Lease, takeLease } from '@tidegate/contracts/usage/leases';
import { Reach } from '@tidegate/messaging/away';
import { Bus } from '@tidegate/messaging/bus';
import type { OperationContext } from '@tidegate/messaging/handler';
import { Log } from '@tidegate/telemetry/log';
import { SettleLeases } from './settle-leases.loop.ts';

const DEADLINE_MS = 2_000;

const NOT_ENFORCED = 'The quota of backtests is not enforced at the moment';

export interface Spending {
  meter: 'backtest_runs' | 'sweep_runs';
  count: number;
  key: string;
}

/**
 * Spends runs of the organisation's quota: leased before the transaction's first query, metered in the transaction with
 * that lease, and reserved until the usage event has arrived. So a quota is never exceeded, however late usage is counted.
 * While the usage service is down nobody waits for it, and the work is done and counted afterwards: one service that is
 * down must not stop another.
 */
@Injectable()
export class RunQuota implements OnApplicationShutdown {
  private readonly holder = crypto.randomUUID();
  private readonly usage = new Reach();

  constructor(
    private readonly bus: Bus,
    private readonly settling: SettleLeases,
    private readonly log: Log,
  ) {}

  /** `work` makes the transaction's first query. A crash leaves a lease that expires, and nothing is counted twice. */
  async spend<T>(
    { tx, meter }: Pick<OperationContext, 'tx' | 'meter'>,
    spending: Spending,
    work: () => Promise<T>,
  ): Promise<T> {
    const orgId = tx.orgId as string;
    const lease = await this.take(orgId, spending);
    const leaseId = lease?.leaseId ?? undefined;
    const settle = (spent: number) => leaseId && this.settling.later({ orgId, leaseId, spent });
    try {
      // Whatever the limit is called: where it refuses nothing, all that was wanted is lent.
      if (lease && lease.granted < spending.count) throw exhausted(lease, spending);
      const result = await work();
      await meter(spending.meter, spending.count, { key: spending.key, lease: leaseId });
      tx.onCommit(() => settle(spending.count));
      return result;
    } catch (error) {
      settle(0);
      throw error;
    }
  }

  onApplicationShutdown(): void {
    this.usage.stop();
  }

  /** That the plan has none of these runs is an answer and no outage. */
  private async take(orgId: string, { meter, count, key }: Spending): Promise<Lease | undefined> {
    const input = { meter, want: count, whole: true, holderId: this.holder, leaseKey: key };
    const unused = ({ leaseId }: Lease) => leaseId && this.settling.later({ orgId, leaseId, spent: 0 });
    try {
      const reached = await this.usage.ask(
        () => this.bus.call(takeLease, input, { orgId, deadlineMs: DEADLINE_MS }),
        unused,
      );
      if ('answer' in reached) return reached.answer;
      if (reached.error) this.log.warn({ error: reached.error, orgId, meter }, NOT_ENFORCED);
    } catch (error) {
      if (error instanceof ProblemError && error.code === featureNotIncluded.code) throw error;
      this.log.error({ error, orgId, meter }, NOT_ENFORCED);
    }
    return undefined;
  }
}

function exhausted(lease: Lease, { meter, count }: Spending): Error {
  const { limit, used, reserved, resetsAt, product, upgradeTo, addon } = lease;
  const most = limit ?? used;
  const taken = used + reserved;
  const more = allowsMore(lease) || (resetsAt ? `It is reset at ${resetsAt}.` : 'It is never reset.');
  return quotaExhausted(
    { meter, limit: most, used: taken, resetsAt, product, upgradeTo, addon },
    count === 1
      ? `The plan allows ${most} backtests of this kind per period, and ${taken} were run. ${more}`
      : `The plan allows ${most} backtests of this kind per period, and ${taken} were run. This needs ${count}. ${more}`,
  );
}
