import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { TenantDatabase } from '@tidegate/database/tenant-database';
import { Loop, type Turn, type TurnResult } from '@tidegate/runtime/loop';
import { Wakes } from '@tidegate/runtime/wakes';
import { Log } from '@tidegate/telemetry/log';
import { NotifierConfig } from '../notifier.config.ts';
import { DELIVER } from '../queue/delivery.rows.ts';
import { type Lease, leaseDue, untilNextDue } from '../queue/delivery-queue.rows.ts';
import { AttemptDelivery } from './attempt-delivery.ts';
import { HangingReceivers } from './hanging-receivers.rules.ts';

/*
 * A turn leases what is due for the places that are free, and rests until the next is due; what queues a message and
 * what frees a place wake it. Nobody has more than a share of the places (`delivery-queue.rows.ts`), and a receiver
 * that hangs is left alone for a while. A drain waits for what is in hand, which no attempt makes longer than
 * NOTIFIER_TIMEOUT_SECONDS.
 *
 * Two replicas never send one delivery at the same time: a row that is leased is due again only after every timeout
 * of the attempt has passed. A process that dies lets its leases run out, and another sends again with the same id.
 */
const PLACES = 64;
/** For asking the quota before and writing the result after the attempt itself. */
const MARGIN_SECONDS = 15;

@Injectable()
export class DeliverMessages implements OnApplicationShutdown {
  private readonly inHand = new Map<Lease, Promise<void>>();
  private readonly hanging = new HangingReceivers();

  constructor(
    private readonly tenants: TenantDatabase,
    private readonly attempts: AttemptDelivery,
    private readonly config: NotifierConfig,
    private readonly wakes: Wakes,
    private readonly log: Log,
  ) {}

  @Loop({ name: DELIVER, everyMs: 15_000 })
  async turn({ signal }: Turn): Promise<TurnResult> {
    const room = PLACES - this.inHand.size;
    if (room === 0 || signal.aborted) return undefined;
    const { blocked, careful, nextMs } = this.hanging.state(performance.now(), this.busyChannels());
    const leaseSeconds = this.config.NOTIFIER_TIMEOUT_SECONDS + MARGIN_SECONDS;
    const inHand = [...this.inHand.keys()];
    const { leases, untilDue } = await this.tenants.as({}, async (tx) => ({
      leases: await leaseDue(tx, { limit: room, leaseSeconds, inHand, blocked, careful }),
      untilDue: await untilNextDue(tx),
    }));
    for (const lease of leases) this.begin(lease);
    if (leases.length > 0) return 'again';
    return [untilDue, nextMs].filter((ms) => ms !== undefined).sort((a, b) => a - b)[0];
  }

  async onApplicationShutdown(): Promise<void> {
    await Promise.all(this.inHand.values());
  }

  private begin(lease: Lease): void {
    const done = this.attempts
      .run(lease)
      .then((reached) => {
        if (reached !== undefined) this.hanging.note(lease.channel_id, reached, performance.now());
      })
      .catch((error: unknown) =>
        this.log.warn({ error, deliveryId: lease.delivery_id }, 'An attempt was not recorded; it will be made again'),
      )
      .finally(() => {
        this.inHand.delete(lease);
        // A share or a place is free: what it held back may be sent now.
        this.wakes.wake(DELIVER);
      });
    this.inHand.set(lease, done);
  }

  private busyChannels(): Set<string> {
    return new Set([...this.inHand.keys()].map((lease) => lease.channel_id));
  }
}
