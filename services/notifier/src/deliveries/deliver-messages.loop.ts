import { Injectable } from '@nestjs/common';
import { deliveryFailed, NOTIFICATIONS_METER } from '@tidegate/contracts/notifier/deliveries';
import { Tenants } from '@tidegate/database/tenants';
import type { Tx } from '@tidegate/database/tx';
import { Outbox } from '@tidegate/messaging/outbox';
import { Loop, type Turn, type TurnResult } from '@tidegate/runtime/loop';
import { type ChannelRow, disableChannel, findChannel } from '../channels/channel.rows.ts';
import {
  beginAttempt,
  cancelDeliveries,
  type DeliveryRow,
  findDelivery,
  markDelivered,
  markEnded,
  markForRetry,
} from './delivery.rows.ts';
import { dueAgain, holdLease, type Lease, leaseDue, leaveQueue } from './delivery-queue.rows.ts';
import { DeliverySenders } from './delivery-senders.ts';
import { nextDelayMs, type Outcome } from './retry.rules.ts';

/*
 * pending ──lease (30 s, fenced)──► attempt counted ──I/O outside any transaction──► result recorded by the fence
 *   delivered, or failed for good, or due again later; a lease that ran out meanwhile records nothing
 *
 * A kill between sending and recording sends again with the same id: at least once towards the outside. Two replicas
 * never send the same attempt, because only one holds the newest fence.
 */
const LIMIT = 50;
const PER_ORG = 5;
const LEASE_SECONDS = 30;

@Injectable()
export class DeliverMessages {
  constructor(
    private readonly tenants: Tenants,
    private readonly outbox: Outbox,
    private readonly senders: DeliverySenders,
  ) {}

  @Loop({ name: 'deliver-messages', everyMs: 500 })
  async turn({ signal }: Turn): Promise<TurnResult> {
    const leases = await this.tenants.as({}, (tx) =>
      leaseDue(tx, { limit: LIMIT, perOrg: PER_ORG, leaseSeconds: LEASE_SECONDS, busy: [] }),
    );
    await Promise.all(leases.map((lease) => this.deliver(lease)));
    return leases.length > 0 && !signal.aborted ? 'again' : undefined;
  }

  private async deliver(lease: Lease): Promise<void> {
    const work = await this.tenants.run(lease.org_id, (tx) => begin(tx, lease));
    if (!work) return;
    const outcome = await this.senders.send(lease.org_id, work.delivery, work.channel);
    await this.tenants.run(lease.org_id, async (tx) => {
      if (await holdLease(tx, lease)) await this.record(tx, work.delivery, work.channel, outcome);
    });
  }

  private async record(
    tx: Tx,
    delivery: DeliveryRow,
    channel: ChannelRow,
    outcome: Outcome | 'exhausted',
  ): Promise<void> {
    const { id } = delivery;
    if (outcome === 'exhausted') {
      await markEnded(tx, id, 'quota_exhausted', { error: 'quota_exhausted' });
      return leaveQueue(tx, id);
    }
    if (outcome.kind === 'delivered') {
      await markDelivered(tx, id, outcome.status);
      await this.outbox.meter(tx, NOTIFICATIONS_METER, 1, { key: id });
      return leaveQueue(tx, id);
    }
    const attempts = delivery.attempts + 1;
    const delay = outcome.kind === 'retry' ? nextDelayMs(attempts, Math.random(), outcome.retryAfterMs) : undefined;
    if (delay !== undefined) {
      const at = new Date(Date.now() + delay);
      await markForRetry(tx, id, outcome, at);
      return dueAgain(tx, id, at);
    }
    await markEnded(tx, id, 'failed', outcome);
    await leaveQueue(tx, id);
    if (outcome.kind === 'gone') await disableGone(tx, channel.id);
    if (delivery.event === 'channel.test') return;
    await this.outbox.emit(tx, deliveryFailed, {
      deliveryId: id,
      channelId: channel.id,
      kind: channel.kind,
      event: delivery.event,
      attempts,
      error: outcome.error,
    });
  }
}

/** What to send; nothing when the lease was overtaken or the delivery has ended. */
async function begin(tx: Tx, lease: Lease): Promise<{ delivery: DeliveryRow; channel: ChannelRow } | undefined> {
  if (!(await holdLease(tx, lease))) return undefined;
  const delivery = await findDelivery(tx, lease.delivery_id);
  const channel = delivery && (await findChannel(tx, delivery.channel_id));
  if (!delivery || !channel || delivery.state !== 'pending') {
    await leaveQueue(tx, lease.delivery_id);
    return undefined;
  }
  await beginAttempt(tx, delivery.id);
  return { delivery, channel };
}

async function disableGone(tx: Tx, channelId: string): Promise<void> {
  await disableChannel(tx, channelId, 'gone');
  await cancelDeliveries(tx, channelId);
}
