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
 * A turn leases as many due deliveries as there are free slots and sleeps until the next is due; a queued message or a
 * freed slot wakes it. Organisations, persons and receivers have a share of the slots each (`delivery-queue.rows.ts`),
 * and a receiver that hangs is paused. A drain waits for running attempts, none of which takes longer than
 * NOTIFIER_TIMEOUT_SECONDS.
 *
 * Two replicas never send one delivery at the same time: a leased row is due again only after every timeout of the
 * attempt has passed since it began. The leases of a process that dies expire, and another sends again with the same id.
 */
const PLACES = 64;
/** For the quota before the attempt and the result after it. */
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
    for (const lease of leases) this.begin(lease, leaseSeconds);
    if (leases.length > 0) return 'again';
    return [untilDue, nextMs].filter((ms) => ms !== undefined).sort((a, b) => a - b)[0];
  }

  async onApplicationShutdown(): Promise<void> {
    await Promise.all(this.inHand.values());
  }

  private begin(lease: Lease, leaseSeconds: number): void {
    const done = this.attempts
      .run(lease, leaseSeconds)
      .then((reached) => {
        if (reached !== undefined) this.hanging.note(lease.channel_id, reached, performance.now());
      })
      .catch((error: unknown) =>
        this.log.warn({ error, deliveryId: lease.delivery_id }, 'An attempt was not recorded; it will be repeated'),
      )
      .finally(() => {
        this.inHand.delete(lease);
        // A slot is free: deliveries that waited for it may be sent.
        this.wakes.wake(DELIVER);
      });
    this.inHand.set(lease, done);
  }

  private busyChannels(): Set<string> {
    return new Set([...this.inHand.keys()].map((lease) => lease.channel_id));
  }
}
