import type { NatsConnection } from '@nats-io/nats-core';
import { watchOf } from './nats-watch.ts';

const BEAT_MS = 3_000;
/** A connection that answered none of so many beats was dropped without a word, or its server hangs. */
const MISSED = 2;
/** After a stall of this process the answer may be there already and not be read yet. */
const LAST_MS = 50;

/**
 * Asks all connections of this process at once whether somebody is at the other end. The client would do it for each by
 * itself, at moments of its own: for the eight connections of one process that is most of what an idle process does.
 */
class Pulse {
  /** Beats that were not answered. */
  private readonly missed = new Map<NatsConnection, number>();
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
      else if (missed < MISSED) this.missed.set(nc, missed + 1);
      else setTimeout(() => this.giveUp(nc), LAST_MS);
    }
  }

  private async ask(nc: NatsConnection): Promise<void> {
    this.missed.set(nc, 1);
    // A connection that breaks meanwhile says so by itself.
    await nc.flush().catch(() => undefined);
    if (this.missed.has(nc)) this.missed.set(nc, 0);
  }

  private giveUp(nc: NatsConnection): void {
    if ((this.missed.get(nc) ?? 0) < MISSED || nc.isClosed()) return;
    void nc.reconnect();
  }
}

const pulse = new Pulse();

/** The connection is given up, and made again, when nobody answers any more. */
export const keepPulse = (nc: NatsConnection): void => pulse.follow(nc);
