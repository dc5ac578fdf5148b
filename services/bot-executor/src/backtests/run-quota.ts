import { Injectable } from '@nestjs/common';
import { quotaExhausted } from '@tidegate/contracts/kernel/problem';
import { type Lease, returnLease, takeLease } from '@tidegate/contracts/usage/leases';
import { evenWhileHeld } from '@tidegate/database/one-connection';
import { Bus } from '@tidegate/messaging/bus';
import { Log } from '@tidegate/telemetry/log';

const DEADLINE_MS = 3_000;
/** To be taken before the transaction's first query. */
const HELD = 'a lease is taken and returned within DEADLINE_MS';

export interface Spending {
  meter: 'backtest_runs' | 'sweep_runs';
  count: number;
  key: string;
}

/**
 * Runs of the organisation's quota, held while the work is done. While usage is away the work is done and counted by
 * its event afterwards: a service that is down must not stop another.
 */
@Injectable()
export class RunQuota {
  private readonly holder = crypto.randomUUID();

  constructor(
    private readonly bus: Bus,
    private readonly log: Log,
  ) {}

  async spend<T>(orgId: string, spending: Spending, work: () => Promise<T>): Promise<T> {
    const lease = await this.take(orgId, spending);
    try {
      if (lease?.enforcement === 'hard' && lease.granted < spending.count) throw exhausted(lease, spending);
      return await work();
    } finally {
      if (lease?.leaseId) await this.giveBack(orgId, lease.leaseId);
    }
  }

  private take(orgId: string, { meter, count, key }: Spending): Promise<Lease | undefined> {
    const input = { meter, want: count, whole: true, holderId: this.holder, leaseKey: key };
    const call = () => this.bus.call(takeLease, input, { orgId, deadlineMs: DEADLINE_MS });
    return evenWhileHeld(HELD, call).catch((error: unknown) => {
      this.log.warn({ error, orgId, meter }, 'Backtests are not held to their quota at the moment');
      return undefined;
    });
  }

  /** Nothing counts as spent through the lease: the usage event of the work, in its transaction, does. */
  private async giveBack(orgId: string, leaseId: string): Promise<void> {
    const call = () => this.bus.call(returnLease, { leaseId, spent: 0 }, { orgId, deadlineMs: DEADLINE_MS });
    await evenWhileHeld(HELD, call).catch((error: unknown) =>
      this.log.warn({ error, orgId }, 'A lease was not returned and will expire'),
    );
  }
}

function exhausted({ limit, used, resetsAt, upgradeTo }: Lease, { meter, count }: Spending): Error {
  const most = limit ?? used;
  const wanted = count === 1 ? '' : ` This needs ${count}.`;
  const detail = `The plan allows ${most} backtests of this kind per period, and ${used} were run.${wanted} ${
    upgradeTo ? `The plan ${upgradeTo} allows more.` : `It begins anew at ${resetsAt}.`
  }`;
  return quotaExhausted({ meter, limit: most, used, resetsAt, upgradeTo }, detail);
}
