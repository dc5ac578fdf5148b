import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { featureNotIncluded, ProblemError } from '@tidegate/contracts/kernel/problem';
import { NOTIFICATIONS_METER } from '@tidegate/contracts/notifier/deliveries';
import { returnLease, takeLease } from '@tidegate/contracts/usage/leases';
import { Reach } from '@tidegate/messaging/away';
import { Bus } from '@tidegate/messaging/bus';
import { Log } from '@tidegate/telemetry/log';

const DEADLINE_MS = 2_000;
const NOT_COUNTED = 'Notifications are not counted at the moment';
const NOT_RETURNED = 'A lease was not returned and will expire';

/**
 * A leased unit; `'exhausted'`; `'not_included'` where the plan has no notifications; none where the limit is soft; or
 * `'unknown'` while usage is away.
 */
export type Share = { leaseId: string } | 'exhausted' | 'not_included' | 'unlimited' | 'unknown';

export const leaseOf = (share: Share): string | undefined => (typeof share === 'object' ? share.leaseId : undefined);

/**
 * One unit of the organisation's notifications, held while a message is sent. While usage is away, messages are sent and
 * nobody waits for it: an alarm is worth more than a count, and what was delivered is counted by its own event.
 */
@Injectable()
export class NotificationQuota implements OnApplicationShutdown {
  private readonly holder = crypto.randomUUID();
  private readonly usage = new Reach();

  constructor(
    private readonly bus: Bus,
    private readonly log: Log,
  ) {}

  onApplicationShutdown(): void {
    this.usage.stop();
  }

  /** `attemptKey` is new for every attempt: a returned lease must not be taken again. */
  async take(orgId: string, attemptKey: string): Promise<Share> {
    const input = { meter: NOTIFICATIONS_METER, want: 1, holderId: this.holder, leaseKey: attemptKey };
    try {
      const reached = await this.usage.ask(
        () => this.bus.call(takeLease, input, { orgId, deadlineMs: DEADLINE_MS }),
        ({ leaseId }) => void (leaseId && this.giveBack(orgId, { leaseId }, 0)),
      );
      // Whatever the limit is called: where it refuses nothing, the unit is lent.
      if ('answer' in reached) return reached.answer.leaseId ? { leaseId: reached.answer.leaseId } : 'exhausted';
      if (reached.error) this.log.warn({ error: reached.error, orgId }, NOT_COUNTED);
    } catch (error) {
      if (error instanceof ProblemError && error.code === featureNotIncluded.code) return 'not_included';
      this.log.error({ error, orgId }, NOT_COUNTED);
    }
    return 'unknown';
  }

  /** Spent units stay reserved until the usage event, which names the lease, is counted. */
  async giveBack(orgId: string, share: Share, spent: 0 | 1): Promise<void> {
    const leaseId = leaseOf(share);
    if (!leaseId) return;
    try {
      const reached = await this.usage.ask(() =>
        this.bus.call(returnLease, { leaseId, spent }, { orgId, deadlineMs: DEADLINE_MS }),
      );
      if ('away' in reached) this.log.warn({ error: reached.error, orgId }, NOT_RETURNED);
    } catch (error) {
      this.log.warn({ error, orgId }, NOT_RETURNED);
    }
  }
}
