/** At once, for all that a new server has; ten times as much as that takes on an ordinary one. */
const BURST_MS = 20_000;
/** Of the thread's time, from then on. */
const SHARE = 0.1;

/**
 * What one server may use of the thread that all of them share: otherwise texts that take the scanner long would leave
 * nothing to the others, snapshot after snapshot.
 */
export class ThreadShare {
  now = (): number => performance.now();
  private readonly burstMs: number;
  private left: number;
  private at: number | undefined;

  constructor(burstMs = BURST_MS) {
    this.burstMs = burstMs;
    this.left = burstMs;
  }

  get isUsedUp(): boolean {
    const now = this.now();
    this.left = Math.min(this.burstMs, this.left + (now - (this.at ?? now)) * SHARE);
    this.at = now;
    return this.left <= 0;
  }

  use(ms: number): void {
    this.left -= ms;
  }
}
