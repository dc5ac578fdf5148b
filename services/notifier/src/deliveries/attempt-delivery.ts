import { Injectable } from '@nestjs/common';
import { deliveryFailed, NOTIFICATIONS_METER } from '@tidegate/contracts/notifier/deliveries';
import { Tenants } from '@tidegate/database/tenants';
import type { Tx } from '@tidegate/database/tx';
import { Outbox } from '@tidegate/messaging/outbox';
import { type ChannelRow, disableChannel, findChannel, lockChannel } from '../channels/channel.rows.ts';
import {
  beginAttempt,
  cancelDeliveries,
  type DeliveryRow,
  holdBack,
  lockDelivery,
  markDelivered,
  markEnded,
  markForRetry,
} from './delivery.rows.ts';
import { dueAgain, holdLease, type Lease, leaveQueue } from './delivery-queue.rows.ts';
import { DeliverySenders } from './delivery-senders.ts';
import { NotificationQuota } from './notification-quota.ts';
import { nextDelayMs, type Outcome } from './retry.rules.ts';

/** A delivery on its way; `attempts` includes the one that is being made. */
interface Work {
  delivery: DeliveryRow;
  channel: ChannelRow;
  attempts: number;
}

/*
 * leased ──► attempt counted ──► sent, outside any transaction ──► result recorded, if the lease is still the newest
 *   delivered          metered, off the queue
 *   failed, for good   off the queue, announced (a test is not)
 *   gone (410)         likewise, and the channel is disabled with all that waits for it
 *   to be tried again  due again later
 *
 * Rows are locked in the order channel, delivery, queue, here as in the operations.
 */
@Injectable()
export class AttemptDelivery {
  constructor(
    private readonly tenants: Tenants,
    private readonly outbox: Outbox,
    private readonly senders: DeliverySenders,
    private readonly quota: NotificationQuota,
  ) {}

  async run(lease: Lease): Promise<void> {
    const work = await this.tenants.run(lease.org_id, (tx) => begin(tx, lease));
    if (!work) return;
    await this.quota.hold(lease.org_id, `${lease.delivery_id}:${lease.fence}`, async (quota) => {
      const outcome = quota === 'exhausted' ? quota : await this.senders.send(lease.org_id, work);
      await this.tenants.run(lease.org_id, (tx) => this.record(tx, lease, work, outcome));
    });
  }

  private async record(tx: Tx, lease: Lease, work: Work, outcome: Outcome | 'exhausted'): Promise<void> {
    const gone = outcome !== 'exhausted' && outcome.kind === 'gone';
    if (gone) await lockChannel(tx, work.channel.id);
    if (!(await stillMine(tx, lease))) return;
    const { id } = work.delivery;
    if (outcome === 'exhausted') {
      await holdBack(tx, id);
      return leaveQueue(tx, id);
    }
    if (outcome.kind === 'delivered') {
      await markDelivered(tx, id, outcome.status);
      await this.outbox.meter(tx, NOTIFICATIONS_METER, 1, { key: id });
      return leaveQueue(tx, id);
    }
    const delay = outcome.kind === 'retry' ? retryDelay(work, outcome.retryAfterMs) : undefined;
    if (delay !== undefined) {
      const at = new Date(Date.now() + delay);
      await markForRetry(tx, id, outcome, at);
      return dueAgain(tx, id, at);
    }
    await markEnded(tx, id, outcome);
    await leaveQueue(tx, id);
    if (gone) {
      await disableChannel(tx, work.channel.id, 'gone');
      await cancelDeliveries(tx, work.channel.id);
    }
    await this.announceFailure(tx, work, outcome);
  }

  private async announceFailure(tx: Tx, { delivery, channel, attempts }: Work, { error }: { error: Failure }) {
    if (delivery.event === 'channel.test') return;
    await this.outbox.emit(tx, deliveryFailed, {
      deliveryId: delivery.id,
      channelId: channel.id,
      kind: channel.kind,
      event: delivery.event,
      attempts,
      error,
    });
  }
}

type Failure = Exclude<Outcome, { kind: 'delivered' }>['error'];

/** A test is tried once: whoever asked for it is waiting for the answer. */
function retryDelay({ delivery, attempts }: Work, retryAfterMs: number | undefined): number | undefined {
  return delivery.event === 'channel.test' ? undefined : nextDelayMs(attempts, Math.random(), retryAfterMs);
}

/** What to send; nothing when the lease was overtaken or the delivery is not there any more. */
async function begin(tx: Tx, lease: Lease): Promise<Work | undefined> {
  const delivery = await lockDelivery(tx, lease.delivery_id);
  if (!(await holdLease(tx, lease))) return undefined;
  const channel = delivery && (await findChannel(tx, delivery.channel_id));
  if (!delivery || !channel || delivery.state !== 'pending') {
    await leaveQueue(tx, lease.delivery_id);
    return undefined;
  }
  await beginAttempt(tx, delivery.id);
  return { delivery, channel, attempts: delivery.attempts + 1 };
}

async function stillMine(tx: Tx, lease: Lease): Promise<boolean> {
  const delivery = await lockDelivery(tx, lease.delivery_id);
  return delivery?.state === 'pending' && (await holdLease(tx, lease));
}
