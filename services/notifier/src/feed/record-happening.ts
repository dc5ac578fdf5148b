import { Injectable } from '@nestjs/common';
import type { Envelope } from '@tidegate/contracts/kernel/event';
import { feedPulse, MOST_HAPPENINGS } from '@tidegate/contracts/notifier/feed';
import type { Tx } from '@tidegate/database/tx';
import { Bus } from '@tidegate/messaging/bus';
import { addHappening, deleteBeyond, type NewHappening } from './happening.rows.ts';

/** What repeats itself is read at most so often: a bot that trades each second makes nobody read each second. */
const AGAIN_MS = 10_000;

/**
 * One entry of the feed, in the transaction that marks the event as handled: a redelivered event is not counted twice,
 * by whichever replica. People who look are notified once the entry is stored.
 */
@Injectable()
export class RecordHappening {
  constructor(private readonly bus: Bus) {}

  async record(tx: Tx, event: Envelope, happening: Omit<NewHappening, 'at'>): Promise<void> {
    const at = new Date(event.time);
    const added = await addHappening(tx, { ...happening, at });
    if (!added) return;
    // Only a new row can be one too many.
    if (added.count === 1) await deleteBeyond(tx, MOST_HAPPENINGS);
    const part = (moment: Date) => Math.floor(moment.getTime() / AGAIN_MS);
    if (added.last && part(at) === part(added.last)) return;
    tx.onCommit(() => this.bus.live(tx.orgId as string, feedPulse, {}));
  }
}
