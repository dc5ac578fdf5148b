import type { NatsConnection } from '@nats-io/nats-core';
import { watchOf } from './nats-watch.ts';

const BEAT_MS = 2_000;
/**
 * A connection by which nothing came for so many beats was silently dropped, or its server hangs. One with too much to do may
 * answer late, but it does not go silent.
 */
const MISSED = 2;
/** After a stall of this process the answer may have arrived without having been read. */
const LAST_MS = 50;

/**
 * Pings all connections of this process at the same moment. The client would ping each on its own schedule: for the
 * eight connections of one process that is most of what an idle process does.
 */
class Pulse {
  /** Unanswered beats. */
  private readonly missed = new Map<NatsConnection, number>();
  /** Messages that had come by then. */
  private readonly received = new WeakMap<NatsConnection, number>();
  private timer: NodeJS.Timeout | undefined;

  follow(nc: NatsConnection): void {
    this.missed.set(nc, 0);
    this.timer ??= setInterval(() => this.beat(), BEAT_MS).unref();
    void nc.closed().then(() => {
      this.missed.delete(nc);
      if (this.missed.size > 0) return;
      clearInterval(this.timer);
      this.timer = undefined;
    });
  }

  private beat(): void {
    for (const [nc, missed] of this.missed) {
      if (!watchOf(nc).connected) continue;
      if (missed === 0) void this.ask(nc);
      else if (this.hasReceived(nc)) this.missed.set(nc, 1);
      else if (missed < MISSED) this.missed.set(nc, missed + 1);
      else setTimeout(() => this.giveUp(nc), LAST_MS);
    }
  }

  /** Whether anything came since it was last asked this. */
  private hasReceived(nc: NatsConnection): boolean {
    const { inMsgs } = nc.stats();
    const before = this.received.get(nc);
    this.received.set(nc, inMsgs);
    return inMsgs !== before;
  }

  private async ask(nc: NatsConnection): Promise<void> {
    this.missed.set(nc, 1);
    this.hasReceived(nc);
    // A connection that breaks in the meantime reports that itself.
    await nc.flush().catch(() => undefined);
    if (this.missed.has(nc)) this.missed.set(nc, 0);
  }

  private giveUp(nc: NatsConnection): void {
    if ((this.missed.get(nc) ?? 0) < MISSED || nc.isClosed() || this.hasReceived(nc)) return;
    // One that is being drained closes soon anyway, and refuses.
    nc.reconnect().catch(() => undefined);
  }
}

const pulse = new Pulse();

/** Drops the connection, which is then re-established, when nothing answers. */
export const keepPulse = (nc: NatsConnection): void => pulse.follow(nc);
