import { Injectable } from '@nestjs/common';
import { quotaExhausted } from '@tidegate/contracts/kernel/problem';
import { type Lease, returnLease, takeLease } from '@tidegate/contracts/usage/leases';
import { Bus } from '@tidegate/messaging/bus';
import { Log } from '@tidegate/telemetry/log';

const METER = 'backtest_runs';
const DEADLINE_MS = 3_000;

/**
 * One backtest of the organisation's quota, held while it runs. While usage is away backtests run and are counted by
 * their events afterwards: a service that is down must not stop another.
 */
@Injectable()
export class BacktestQuota {
  private readonly holder = crypto.randomUUID();

  constructor(
    private readonly bus: Bus,
    private readonly log: Log,
  ) {}

  async spendOne<T>(orgId: string, leaseKey: string, work: () => Promise<T>): Promise<T> {
    const lease = await this.take(orgId, leaseKey);
    if (lease?.enforcement === 'hard' && lease.granted === 0) throw exhausted(lease);
    try {
      return await work();
    } finally {
      if (lease?.leaseId) await this.giveBack(orgId, lease.leaseId);
    }
  }

  private take(orgId: string, leaseKey: string): Promise<Lease | undefined> {
    const input = { meter: METER, want: 1, holderId: this.holder, leaseKey };
    return this.bus.call(takeLease, input, { orgId, deadlineMs: DEADLINE_MS }).catch((error: unknown) => {
      this.log.warn({ error, orgId }, 'Backtests are not held to their quota at the moment');
      return undefined;
    });
  }

  /** Nothing counts as spent through the lease: the usage event of the backtest, in its transaction, does. */
  private async giveBack(orgId: string, leaseId: string): Promise<void> {
    await this.bus
      .call(returnLease, { leaseId, spent: 0 }, { orgId, deadlineMs: DEADLINE_MS })
      .catch((error: unknown) => this.log.warn({ error, orgId }, 'A lease was not returned and will expire'));
  }
}

function exhausted({ limit, used, resetsAt, upgradeTo }: Lease): Error {
  const most = limit ?? used;
  const detail = `The plan allows ${most} backtests per period, and ${used} were run. ${
    upgradeTo ? `The plan ${upgradeTo} allows more.` : `It begins anew at ${resetsAt}.`
  }`;
  return quotaExhausted({ meter: METER, limit: most, used, resetsAt, upgradeTo }, detail);
}
