import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { Envelope } from '@tidegate/contracts/kernel/event';
import type { Notice, NoticeType } from '@tidegate/contracts/notifier/notices';
import type { Tx } from '@tidegate/database/tx';
import { Entitlements } from '@tidegate/entitlements/entitlements';
import { Wakes } from '@tidegate/runtime/wakes';
import { findSubscribed } from '../channels/channel.rows.ts';
import { DELIVER, insertDelivery } from '../queue/delivery.rows.ts';

/**
 * One delivery for each channel that subscribed to the notice, in the transaction that marks the event as handled. What
 * happens in a demo is told to nobody.
 */
@Injectable()
export class QueueNotice {
  constructor(
    private readonly wakes: Wakes,
    private readonly entitlements: Entitlements,
  ) {}

  async queue(tx: Tx, event: Envelope, notice: Notice & { type: NoticeType }): Promise<void> {
    const body = JSON.stringify(notice);
    const channels = await findSubscribed(tx, notice.type, event);
    if (channels.length === 0 || (await this.entitlements.isDemo(tx))) return;
    for (const channel of channels) {
      const id = deliveryId(event, channel.id);
      await insertDelivery(tx, { id, channelId: channel.id, event: notice.type, body });
    }
    tx.onCommit(() => this.wakes.wake(DELIVER));
  }
}

/**
 * The same event and channel give the same id, so a replayed event is not sent twice. A uuid of version 7 with the
 * event's time and a hash in place of randomness, so that deliveries sort by time like everything else.
 */
export function deliveryId(event: { id: string; time: string }, channelId: string): string {
  const bytes = createHash('sha256').update(`${event.id} ${channelId}`).digest().subarray(0, 16);
  bytes.writeUIntBE(Date.parse(event.time), 0, 6);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x70;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = bytes.toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
