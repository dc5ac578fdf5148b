import { Injectable } from '@nestjs/common';
import { NOTIFICATIONS_METER } from '@tidegate/contracts/notifier/deliveries';
import { returnLease, takeLease } from '@tidegate/contracts/usage/leases';
import { Bus } from '@tidegate/messaging/bus';
import { Log } from '@tidegate/telemetry/log';

/**
 * One unit of the organisation's notifications, taken before a message is sent. While usage is away messages go out:
 * an alarm that comes is worth more than a count, and what was delivered is counted by its own event.
 */
@Injectable()
export class NotificationQuota {
  private readonly holder = crypto.randomUUID();

  constructor(
    private readonly bus: Bus,
    private readonly log: Log,
  ) {}

  /** The lease to give back, `undefined` while nobody counts, or `'exhausted'`. */
  async take(orgId: string, leaseKey: string): Promise<string | undefined | 'exhausted'> {
    try {
      const input = { meter: NOTIFICATIONS_METER, want: 1, holderId: this.holder, leaseKey };
      const lease = await this.bus.call(takeLease, input, { orgId });
      if (lease.leaseId) return lease.leaseId;
      return lease.enforcement === 'hard' ? 'exhausted' : undefined;
    } catch (error) {
      this.log.warn({ error, orgId }, 'Notifications are not counted at the moment');
      return undefined;
    }
  }

  async giveBack(orgId: string, leaseId: string | undefined): Promise<void> {
    if (!leaseId) return;
    await this.bus
      .call(returnLease, { leaseId, spent: 0 }, { orgId })
      .catch((error: unknown) => this.log.warn({ error, orgId }, 'A lease was not returned and will expire'));
  }
}
