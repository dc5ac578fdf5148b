import type { Wakes } from './wakes.ts';

/** Longer than two pauses between the words of one who stands by. */
const QUIET_MS = 75_000;

/*
 * Whether other replicas of the service are after what this one holds. A lease must be short so that others need not
 * wait when its holder dies, but while there are no others it is only written again and again.
 *
 *   crowded (short terms) ──nobody onRival for a while, and the bus was there──► alone (long terms)
 *   alone ──somebody announces himself, or the bus comes back──► crowded
 *
 * Who comes announces himself, now and then for as long as he is there, and shortens the terms that he finds in the
 * table: so a holder that died while it was alone keeps its successor waiting for a short term, no longer.
 */
export class Rivals {
  private readonly topic: string;
  private readonly wakes: Wakes;
  private readonly now: () => number;
  private lastSeenAt: number;
  private mine = false;

  /** `onRival` is called when somebody comes: to renew at once, for a short term. */
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

  /** Said by whoever would take what others hold. */
  announce(): void {
    this.mine = true;
    this.wakes.wake(this.topic);
    this.mine = false;
  }
}
