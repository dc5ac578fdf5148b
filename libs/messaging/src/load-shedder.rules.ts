/** So many may always be in hand. */
const LEAST = 64;
/** Never more, whatever they are. */
const MOST = 1_000;
const SECOND_MS = 1_000;
/** A burst that is answered sooner than this makes no queue that stays. */
const BURST_MS = 500;

/**
 * Which requests a process begins, and which it refuses at once: no more in hand than it has answered in its last
 * second, so that what it takes is answered within about another one (Little's law). More would make everybody wait,
 * until nobody is answered in time. A burst is let in; a queue that stays is not (as in CoDel, RFC 8289), until half of
 * it is gone.
 *
 * When there are too many, those of whoever holds more than their share are refused: organisations share what there is
 * evenly, so that one that floods a service keeps nobody else out.
 */
export class LoadShedder {
  private inHand = 0;
  private readonly held = new Map<string, number>();
  private second = 0;
  private answered = 0;
  private before = 0;
  /** Since when there is more in hand than the limit. */
  private overSince: number | undefined;

  /** Whether it may begin; if so, `end` is called once. `who` is undefined for what is refused only at the very limit. */
  begin(who: string | undefined, now: number): boolean {
    if (this.inHand >= MOST) return false;
    const own = who === undefined ? 0 : (this.held.get(who) ?? 0);
    if (who !== undefined) {
      const limit = this.limit(now);
      if (this.isOver(limit, now) && own >= limit / Math.max(1, this.held.size)) return false;
      this.held.set(who, own + 1);
    }
    this.inHand += 1;
    return true;
  }

  end(who: string | undefined, now: number): void {
    this.turn(now);
    this.answered += 1;
    this.inHand -= 1;
    if (this.inHand < this.limit(now) / 2) this.overSince = undefined;
    if (who === undefined) return;
    const left = (this.held.get(who) ?? 0) - 1;
    if (left > 0) this.held.set(who, left);
    else this.held.delete(who);
  }

  private isOver(limit: number, now: number): boolean {
    if (this.inHand < limit) return false;
    this.overSince ??= now;
    return now - this.overSince >= BURST_MS;
  }

  private limit(now: number): number {
    this.turn(now);
    return Math.max(LEAST, this.before, this.answered);
  }

  private turn(now: number): void {
    const second = Math.floor(now / SECOND_MS);
    if (second === this.second) return;
    this.before = second === this.second + 1 ? this.answered : 0;
    this.answered = 0;
    this.second = second;
  }
}
