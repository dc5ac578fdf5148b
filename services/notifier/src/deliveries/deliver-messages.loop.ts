import { Injectable } from '@nestjs/common';
import { Tenants } from '@tidegate/database/tenants';
import { Loop, type Turn } from '@tidegate/runtime/loop';
import { Log } from '@tidegate/telemetry/log';
import { NotifierConfig } from '../notifier.config.ts';
import { AttemptDelivery } from './attempt-delivery.ts';
import { type Lease, leaseDue } from './delivery-queue.rows.ts';

/*
 * One turn lasts until the process drains: it leases what is due whenever there is room, and a receiver that hangs
 * takes only its own place. Of one organisation about PER_ORG are under way at a time (at most twice that, when some
 * end while others are leased), so nobody's slow receivers keep the others waiting. A drain waits for what is in hand,
 * which no attempt makes longer than NOTIFIER_TIMEOUT_SECONDS.
 *
 * Two replicas never send one delivery at the same time: a row that is leased is due again only after every timeout
 * of the attempt has passed. A process that dies lets its leases run out, and another sends again with the same id.
 */
const PLACES = 64;
const PER_ORG = 8;
const POLL_MS = 250;
/** For asking the quota before and writing the result after the attempt itself. */
const MARGIN_SECONDS = 15;

@Injectable()
export class DeliverMessages {
  private readonly inHand = new Map<Lease, Promise<void>>();
  private wake: () => void = () => {};

  constructor(
    private readonly tenants: Tenants,
    private readonly attempts: AttemptDelivery,
    private readonly config: NotifierConfig,
    private readonly log: Log,
  ) {}

  @Loop({ name: 'deliver-messages', everyMs: 1_000 })
  async turn({ signal }: Turn): Promise<void> {
    signal.addEventListener('abort', () => this.wake(), { once: true });
    try {
      while (!signal.aborted) {
        const room = PLACES - this.inHand.size;
        const leased = room > 0 ? await this.fill(room) : 0;
        if (leased === 0 && !signal.aborted) await this.rest();
      }
    } finally {
      await Promise.all(this.inHand.values());
    }
  }

  private async fill(room: number): Promise<number> {
    const leaseSeconds = this.config.NOTIFIER_TIMEOUT_SECONDS + MARGIN_SECONDS;
    const leases = await this.tenants.as({}, (tx) =>
      leaseDue(tx, { limit: room, perOrg: PER_ORG, leaseSeconds, busy: this.busyOrgs() }),
    );
    for (const lease of leases) {
      const done = this.attempts
        .run(lease)
        .catch((error: unknown) =>
          this.log.warn({ error, deliveryId: lease.delivery_id }, 'An attempt was not recorded; it will be made again'),
        )
        .finally(() => {
          this.inHand.delete(lease);
          this.wake();
        });
      this.inHand.set(lease, done);
    }
    return leases.length;
  }

  private busyOrgs(): string[] {
    const counts = Map.groupBy(this.inHand.keys(), (lease) => lease.org_id);
    return [...counts].filter(([, leases]) => leases.length >= PER_ORG).map(([orgId]) => orgId);
  }

  /** Until a place is free again, the process drains, or it is time to look. */
  private rest(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.wake(), POLL_MS);
      this.wake = () => {
        clearTimeout(timer);
        this.wake = () => {};
        resolve();
      };
    });
  }
}
