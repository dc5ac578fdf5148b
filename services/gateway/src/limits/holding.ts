import type { Lease } from '@tidegate/contracts/usage/leases';

/** Units of a lease: the least and the most; in between, what two seconds of calls need. */
const LEAST = 500;
const MOST = 20_000;
/** Clocks differ: a lease is no longer used shortly before its end. */
const MARGIN_MS = 3_000;
/** A lease that arrives so late that it has ended by our clock still serves those who waited for it. */
const SHORTEST_MS = 250;

/** A lease that this gateway holds: spent call by call, and replaced by the next one. */
export class Holding {
  readonly leaseId: string;
  /** By `performance.now()`, as all times that are given here: a clock that is set back keeps no lease alive. */
  private spendUntil: number;
  /** Epoch milliseconds: while a machine is suspended only the wall clock goes on, and usage lends the units to others. */
  private readonly endsAt: number;
  left: number;
  /** Admitted and not yet answered. */
  inHand = 0;
  over = false;
  private readonly granted: number;
  private readonly takenAt: number;

  /** `until`: where it may not be spent for all its time. */
  constructor(
    leaseId: string,
    { granted, expiresAt }: Pick<Lease, 'granted' | 'expiresAt'>,
    until = Number.POSITIVE_INFINITY,
    now = performance.now(),
  ) {
    this.leaseId = leaseId;
    this.granted = granted;
    this.left = granted;
    this.takenAt = now;
    const lent = Date.parse(expiresAt) - MARGIN_MS - Date.now();
    this.spendUntil = Math.max(Math.min(now + lent, until), now + SHORTEST_MS);
    this.endsAt = Date.now() + Math.max(lent, SHORTEST_MS);
  }

  /** Size of the next lease: one that was spent in less than a second was too small. */
  static next(before: Holding | undefined, now: number): number {
    if (!before || before.spent === 0) return LEAST;
    const twoSeconds = Math.ceil((before.spent * 2_000) / Math.max(1, now - before.takenAt));
    return Math.min(MOST, Math.max(LEAST, twoSeconds));
  }

  get spent(): number {
    return this.granted - this.left;
  }

  spend(now: number): boolean {
    if (this.left <= 0 || this.hasEnded(now)) return false;
    this.left -= 1;
    this.inHand += 1;
    return true;
  }

  hasEnded(now: number): boolean {
    return this.spendUntil <= now || this.endsAt <= Date.now();
  }

  /** Nothing more is spent of it. */
  end(now: number): void {
    this.spendUntil = Math.min(this.spendUntil, now);
  }

  settle(refund: boolean): void {
    this.inHand -= 1;
    if (refund) this.left += 1;
  }
}
