import { Injectable } from '@nestjs/common';
import { deliveryFailed, NOTIFICATIONS_METER } from '@tidegate/contracts/notifier/deliveries';
import { TenantDatabase } from '@tidegate/database/tenant-database';
import type { Tx } from '@tidegate/database/tx';
import { Outbox } from '@tidegate/messaging/outbox';
import { Metrics } from '@tidegate/telemetry/metrics';
import { type ChannelRow, disableChannel, findChannel, isUnconfirmed, lockChannel } from '../channels/channel.rows.ts';
import {
  beginAttempt,
  cancelDeliveries,
  type DeliveryRow,
  holdBack,
  lockDelivery,
  markDelivered,
  markEnded,
  markForRetry,
} from '../queue/delivery.rows.ts';
import { type Lease, leaveQueue, postpone, renewLease, stillHasLease } from '../queue/delivery-queue.rows.ts';
import { DeliverySenders } from './delivery-senders.ts';
import { leaseOf, NotificationQuota, type Share } from './notification-quota.ts';
import { nextDelayMs, type Outcome } from './retry.rules.ts';

/** A delivery that is being attempted; `attempts` includes this attempt. */
interface Work {
  delivery: DeliveryRow;
  channel: ChannelRow;
  attempts: number;
}

/*
 * leased ──► attempt counted ──► sent, outside any transaction ──► result recorded, if the lease is still the newest
 *   delivered          metered with the lease that paid, off the queue
 *   failed, for good   off the queue, announced (a test is not)
 *   gone (410)         likewise, and the channel is disabled and its waiting deliveries cancelled
 *   to be tried again  due again later
 *
 * Rows are locked in the order channel, delivery, queue, here as in the operations.
 */
@Injectable()
export class AttemptDelivery {
  private readonly attempts;

  constructor(
    private readonly tenants: TenantDatabase,
    private readonly outbox: Outbox,
    private readonly senders: DeliverySenders,
    private readonly quota: NotificationQuota,
    metrics: Metrics,
  ) {
    this.attempts = metrics.counter('tidegate_deliveries_total', 'Attempts to deliver a message, by outcome', [
      'kind',
      'outcome',
    ]);
  }

  /** Returns whether the receiver was reached; undefined when nothing was sent. */
  async run(lease: Lease, leaseSeconds: number): Promise<boolean | undefined> {
    const { org_id: orgId } = lease;
    const work = await this.tenants.run(orgId, (tx) => begin(tx, lease, leaseSeconds));
    if (!work) return undefined;
    const share = await this.quota.take(orgId, `${lease.delivery_id}:${lease.fence}`);
    const outcome = await this.tryToSend(orgId, work, share);
    const counted = await this.tenants.run(orgId, (tx) => this.record(tx, lease, { ...work, share }, outcome));
    // Not reached when recording failed: whether the attempt counts is unknown then, and the unit returns when its
    // lease expires.
    await this.quota.giveBack(orgId, share, counted);
    this.attempts.inc({ kind: work.channel.kind, outcome: outcome.kind });
    if (outcome.kind === 'exhausted') return undefined;
    return outcome.kind === 'delivered' || outcome.error !== 'unreachable';
  }

  /** While usage is away, alarms are sent uncounted; a test that might exceed the limit is not. */
  private async tryToSend(orgId: string, work: Work, share: Share): Promise<Outcome | HeldBack> {
    if (share === 'exhausted') return { kind: 'exhausted', error: 'quota_exhausted' };
    if (share === 'not_included') return { kind: 'exhausted', error: 'feature_not_included' };
    if (share === 'unknown' && work.delivery.event === 'channel.test')
      return { kind: 'failed', error: 'quota_unknown' };
    return this.senders.send(orgId, work);
  }

  /** Returns how many units were counted. */
  private async record(
    tx: Tx,
    lease: Lease,
    work: Work & { share: Share },
    outcome: Outcome | HeldBack,
  ): Promise<0 | 1> {
    const gone = outcome.kind === 'gone';
    if (gone) await lockChannel(tx, work.channel.id);
    if (!(await stillMine(tx, lease))) return 0;
    const { id } = work.delivery;
    if (outcome.kind === 'delivered') {
      await markDelivered(tx, id, outcome.status);
      await this.outbox.meter(tx, NOTIFICATIONS_METER, 1, { key: id, lease: leaseOf(work.share) });
      await leaveQueue(tx, id);
      return 1;
    }
    if (outcome.kind === 'exhausted') {
      await holdBack(tx, id, outcome.error);
      await leaveQueue(tx, id);
      return 0;
    }
    await this.recordFailure(tx, work, outcome);
    return 0;
  }

  private async recordFailure(tx: Tx, work: Work, outcome: Exclude<Outcome, { kind: 'delivered' }>): Promise<void> {
    const { id } = work.delivery;
    const delay = outcome.kind === 'retry' ? retryDelay(work, outcome.retryAfterMs) : undefined;
    if (delay !== undefined) {
      const at = new Date(Date.now() + delay);
      await markForRetry(tx, id, outcome, at);
      return postpone(tx, id, at);
    }
    await markEnded(tx, id, outcome);
    await leaveQueue(tx, id);
    if (outcome.kind === 'gone') {
      await disableChannel(tx, work.channel.id, 'gone');
      await cancelDeliveries(tx, work.channel.id);
    }
    await this.announceFailure(tx, work, outcome);
  }

  private async announceFailure(tx: Tx, { delivery, channel, attempts }: Work, { error }: { error: Failure }) {
    if (delivery.event === 'channel.test' || delivery.event === 'channel.confirmation') return;
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

/** Not sent, because the quota has no unit left. */
interface HeldBack {
  kind: 'exhausted';
  error: 'quota_exhausted' | 'feature_not_included';
}

type Failure = Exclude<Outcome, { kind: 'delivered' }>['error'];

/** A test is tried once: a person waits for its answer. */
function retryDelay({ delivery, attempts }: Work, retryAfterMs: number | undefined): number | undefined {
  return delivery.event === 'channel.test' ? undefined : nextDelayMs(attempts, Math.random(), retryAfterMs);
}

/** What to send; undefined when the lease was lost or the delivery is gone. */
async function begin(tx: Tx, lease: Lease, leaseSeconds: number): Promise<Work | undefined> {
  const delivery = await lockDelivery(tx, lease.delivery_id);
  if (!(await renewLease(tx, lease, leaseSeconds))) return undefined;
  const channel = delivery && (await findChannel(tx, delivery.channel_id));
  if (delivery && channel && isUnconfirmed(channel) && delivery.event !== 'channel.confirmation') {
    await markEnded(tx, delivery.id, { error: 'channel_unconfirmed' });
    await leaveQueue(tx, delivery.id);
    return undefined;
  }
  if (!delivery || !channel || delivery.state !== 'pending') {
    await leaveQueue(tx, lease.delivery_id);
    return undefined;
  }
  await beginAttempt(tx, delivery.id);
  return { delivery, channel, attempts: delivery.attempts + 1 };
}

async function stillMine(tx: Tx, lease: Lease): Promise<boolean> {
  const delivery = await lockDelivery(tx, lease.delivery_id);
  return delivery?.state === 'pending' && (await stillHasLease(tx, lease));
}
