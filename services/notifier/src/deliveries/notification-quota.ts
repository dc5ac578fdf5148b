import { Injectable } from '@nestjs/common';
import { featureNotIncluded, ProblemError } from '@tidegate/contracts/kernel/problem';
import { NOTIFICATIONS_METER } from '@tidegate/contracts/notifier/deliveries';
import { returnLease, takeLease } from '@tidegate/contracts/usage/leases';
import { Bus } from '@tidegate/messaging/bus';
import { Log } from '@tidegate/telemetry/log';

const DEADLINE_MS = 3_000;

/**
 * A leased unit; `'exhausted'`; `'not_included'` where the plan has no notifications; none where the limit is soft; or
 * `'unknown'` while usage is away.
 */
export type Share = { leaseId: string } | 'exhausted' | 'not_included' | 'unlimited' | 'unknown';

export const leaseOf = (share: Share): string | undefined => (typeof share === 'object' ? share.leaseId : undefined);

/**
 * One unit of the organisation's notifications, held while a message is sent. While usage is away, messages are sent:
 * an alarm is worth more than a count, and what was delivered is counted by its own event.
 */
@Injectable()
export class NotificationQuota {
  private readonly holder = crypto.randomUUID();

  constructor(
    private readonly bus: Bus,
    private readonly log: Log,
  ) {}

  /** `attemptKey` is new for every attempt: a returned lease must not be taken again. */
  async take(orgId: string, attemptKey: string): Promise<Share> {
    try {
      const input = { meter: NOTIFICATIONS_METER, want: 1, holderId: this.holder, leaseKey: attemptKey };
      const { leaseId } = await this.bus.call(takeLease, input, { orgId, deadlineMs: DEADLINE_MS });
      // Whatever the limit is called: where it refuses nothing, the unit is lent.
      return leaseId ? { leaseId } : 'exhausted';
    } catch (error) {
      if (error instanceof ProblemError && error.code === featureNotIncluded.code) return 'not_included';
      this.log.warn({ error, orgId }, 'Notifications are not counted at the moment');
      return 'unknown';
    }
  }

  /** Spent units stay reserved until the usage event, which names the lease, is counted. */
  async giveBack(orgId: string, share: Share, spent: 0 | 1): Promise<void> {
    const leaseId = leaseOf(share);
    if (!leaseId) return;
    await this.bus
      .call(returnLease, { leaseId, spent }, { orgId, deadlineMs: DEADLINE_MS })
      .catch((error: unknown) => this.log.warn({ error, orgId }, 'A lease was not returned and will expire'));
  }
}
