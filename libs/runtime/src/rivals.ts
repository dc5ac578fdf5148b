import type { Wakes } from './wakes.ts';

/** Longer than two pauses between announcements of a replica on standby. */
const QUIET_MS = 75_000;

/*
 * Whether other replicas of the service compete for the leases of this one. A lease must be short so that others need
 * not wait when its holder dies; without others a short one only causes writes.
 *
 *   crowded (short terms) ──nobody onRival for a while, and the bus was there──► alone (long terms)
 *   alone ──a replica announces itself, or the bus comes back──► crowded
 *
 * A new replica announces itself, repeats that now and then, and shortens the terms in the table: so a holder that died
 * while it was alone delays its successor by a short term, no longer.
 */
export class Rivals {
  private readonly topic: string;
  private readonly wakes: Wakes;
  private readonly now: () => number;
  private lastSeenAt: number;
  private mine = false;

  /** `onRival` is called when a rival appears: renew at once, for a short term. */
  constructor(what: string, wakes: Wakes, onRival: () => void, now: () => number = Date.now) {
    this.topic = `rivals-${what}`;
    this.wakes = wakes;
    this.now = now;
    this.lastSeenAt = now();
    wakes.on(this.topic, () => {
      if (this.mine) return;
      const wasAlone = this.alone;
      this.lastSeenAt = this.now();
      if (wasAlone) onRival();
    });
  }

  get alone(): boolean {
    return this.wakes.connected && this.now() - this.lastSeenAt > QUIET_MS;
  }

  /** Called by a replica that would take over what others hold. */
  announce(): void {
    this.mine = true;
    this.wakes.wake(this.topic);
    this.mine = false;
  }
}
