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
  /** How many beats are unanswered, and how many messages had come by the first of them. */
  private readonly followed = new Map<NatsConnection, { missed: number; received: number }>();
  private timer: NodeJS.Timeout | undefined;

  follow(nc: NatsConnection): void {
    this.followed.set(nc, { missed: 0, received: 0 });
    this.timer ??= setInterval(() => this.beat(), BEAT_MS).unref();
    void nc.closed().then(() => {
      this.followed.delete(nc);
      if (this.followed.size > 0) return;
      clearInterval(this.timer);
      this.timer = undefined;
    });
  }

  private beat(): void {
    for (const [nc, { missed, received }] of this.followed) {
      if (!watchOf(nc).connected) continue;
      if (missed === 0) void this.ask(nc);
      else if (nc.stats().inMsgs !== received) this.note(nc, 1);
      else if (missed < MISSED) this.note(nc, missed + 1);
      else setTimeout(() => this.giveUp(nc), LAST_MS);
    }
  }

  private note(nc: NatsConnection, missed: number): void {
    if (this.followed.has(nc)) this.followed.set(nc, { missed, received: nc.stats().inMsgs });
  }

  private async ask(nc: NatsConnection): Promise<void> {
    this.note(nc, 1);
    // A connection that breaks in the meantime reports that itself.
    await nc.flush().catch(() => undefined);
    this.note(nc, 0);
  }

  private giveUp(nc: NatsConnection): void {
    const known = this.followed.get(nc);
    if (!known || known.missed < MISSED || nc.isClosed()) return;
    if (nc.stats().inMsgs !== known.received) this.note(nc, known.missed);
    // One that is being drained closes soon anyway, and refuses.
    else nc.reconnect().catch(() => undefined);
  }
}

const pulse = new Pulse();

/** Drops the connection, which is then re-established, when nothing answers. */
export const keepPulse = (nc: NatsConnection): void => pulse.follow(nc);
