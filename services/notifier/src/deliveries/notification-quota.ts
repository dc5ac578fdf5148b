import { Injectable } from '@nestjs/common';
import { NOTIFICATIONS_METER } from '@tidegate/contracts/notifier/deliveries';
import { returnLease, takeLease } from '@tidegate/contracts/usage/leases';
import { Bus } from '@tidegate/messaging/bus';
import { Log } from '@tidegate/telemetry/log';

const DEADLINE_MS = 3_000;

/**
 * One unit of the organisation's notifications, held while a message is sent. While usage is away messages go out: an
 * alarm that comes is worth more than a count, and what was delivered is counted by its own event.
 */
@Injectable()
export class NotificationQuota {
  private readonly holder = crypto.randomUUID();

  constructor(
    private readonly bus: Bus,
    private readonly log: Log,
  ) {}

  /** `attemptKey` is new for every attempt: a lease that was given back must not be had again. */
  async hold(orgId: string, attemptKey: string, work: (quota: 'granted' | 'exhausted') => Promise<void>) {
    const lease = await this.take(orgId, attemptKey);
    try {
      await work(lease === 'exhausted' ? lease : 'granted');
    } finally {
      if (lease && lease !== 'exhausted') await this.giveBack(orgId, lease);
    }
  }

  /** The id of the lease, `undefined` while nobody counts, or `'exhausted'`. */
  private async take(orgId: string, leaseKey: string): Promise<string | undefined | 'exhausted'> {
    try {
      const input = { meter: NOTIFICATIONS_METER, want: 1, holderId: this.holder, leaseKey };
      const lease = await this.bus.call(takeLease, input, { orgId, deadlineMs: DEADLINE_MS });
      if (lease.leaseId) return lease.leaseId;
      return lease.enforcement === 'hard' ? 'exhausted' : undefined;
    } catch (error) {
      this.log.warn({ error, orgId }, 'Notifications are not counted at the moment');
      return undefined;
    }
  }

  /** Nothing counts as spent through the lease: the usage event of the delivery, in the outbox by now, does. */
  private async giveBack(orgId: string, leaseId: string): Promise<void> {
    await this.bus
      .call(returnLease, { leaseId, spent: 0 }, { orgId, deadlineMs: DEADLINE_MS })
      .catch((error: unknown) => this.log.warn({ error, orgId }, 'A lease was not returned and will expire'));
  }
}
