/** Below the 25 requests a second that Stripe allows each endpoint, with room for another replica's. */
const PER_SECOND = 18;
const BURST = 9;

/** How fast one endpoint may be asked. Callers wait their turn, in the order in which they came. */
export class TokenBucket {
  private readonly now: () => number;
  /** When the bucket will be full. */
  private fullAt = Number.NEGATIVE_INFINITY;

  constructor(now: () => number = Date.now) {
    this.now = now;
  }

  /** Takes one, and answers in how many milliseconds it may be used. */
  take(): number {
    const now = this.now();
    const gap = 1_000 / PER_SECOND;
    this.fullAt = Math.max(this.fullAt, now) + gap;
    return Math.max(0, this.fullAt - now - gap * BURST);
  }
}
