/** So many may always be in hand. */
const LEAST = 64;
/** Never more, whatever they are. */
const MOST = 1_000;
/** Of those, customers never have these: what they have in hand may need other services, which need this one. */
const FOR_SERVICES = 200;
/** From so many on they are shared evenly, however short the burst is and however long they wait. */
const SHARED = 500;
const SECOND_MS = 1_000;
/** A burst that is answered sooner than this makes no queue that stays. */
const BURST_MS = 500;
/** Whatever is older than this second and so many before it waits for something else than for its turn here. */
const YOUNG_SECONDS = 2;

/**
 * Which requests a process begins, and which it refuses at once: no more in hand than it has answered in its last
 * second, so that what it takes is answered within about another one (Little's law). More would make everybody wait,
 * until nobody is answered in time. A burst is let in; a queue that stays is not (as in CoDel, RFC 8289), until half of
 * it is gone. Requests that wait long, for a backtest or for Stripe, are no queue.
 *
 * When there are too many, those of whoever holds more than their share are refused: organisations share what there is
 * evenly, so that one that floods a service keeps nobody else out.
 *
 * Times are milliseconds of a clock that nobody sets.
 */
export class LoadShedder {
  private inHand = 0;
  private readonly held = new Map<string, number>();
  /** Those in hand that began in this second, in the one before, and so on. */
  private young = noneYoung();
  private second = 0;
  private answered = 0;
  private before = 0;
  /** Since when there is more in hand than the limit. */
  private overSince: number | undefined;

  /**
   * Whether it may begin; if so, `end` is called once. `who` is undefined for what is refused only at the very limit.
   * One that `waits` for something else by its nature holds a place, and is no queue from the beginning.
   */
  begin(who: string | undefined, now: number, waits = false): boolean {
    if (this.inHand >= (who === undefined ? MOST : MOST - FOR_SERVICES)) return false;
    this.turn(now);
    if (who !== undefined) {
      const own = this.held.get(who) ?? 0;
      const share = own * Math.max(1, this.held.size);
      const limit = Math.max(LEAST, this.before, this.answered);
      if (this.isQueue(limit, now) && share >= limit) return false;
      if (this.inHand >= SHARED && share >= SHARED) return false;
      this.held.set(who, own + 1);
    }
    this.inHand += 1;
    if (!waits) this.young[0] = (this.young[0] ?? 0) + 1;
    return true;
  }

  end(who: string | undefined, began: number, now: number, waits = false): void {
    this.turn(now);
    this.answered += 1;
    this.inHand -= 1;
    const age = this.second - Math.floor(began / SECOND_MS);
    const those = this.young[age];
    if (!waits && those !== undefined) this.young[age] = those - 1;
    if (who === undefined) return;
    const left = (this.held.get(who) ?? 0) - 1;
    if (left > 0) this.held.set(who, left);
    else this.held.delete(who);
  }

  private isQueue(limit: number, now: number): boolean {
    const waiting = this.young.reduce((sum, count) => sum + count, 0);
    if (waiting < limit / 2) this.overSince = undefined;
    if (waiting < limit) return false;
    this.overSince ??= now;
    return now - this.overSince >= BURST_MS;
  }

  private turn(now: number): void {
    const passed = Math.floor(now / SECOND_MS) - this.second;
    if (passed === 0) return;
    this.before = passed === 1 ? this.answered : 0;
    this.answered = 0;
    this.second += passed;
    this.young = [...noneYoung().slice(0, passed), ...this.young].slice(0, YOUNG_SECONDS + 1);
  }
}

const noneYoung = (): number[] => Array.from({ length: YOUNG_SECONDS + 1 }, () => 0);
