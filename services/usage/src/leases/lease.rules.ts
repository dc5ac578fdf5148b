/** A lease is spent within this time or given back. */
export const LEASE_MS = 60_000;
/** What an expired lease did not report is lent out again after this time; its last events may be on their way. */
export const SETTLE_MS = 60_000;
/** Nobody gets more than this share of what is left, so that holders share the end of a quota. */
const SHARE = 20;

export interface Ask {
  want: number;
  /** Everything or nothing. */
  whole: boolean;
  /** null: unlimited. */
  limit: number | null;
  enforcement: 'hard' | 'soft';
  used: number;
  /** Lent out and not yet reported. */
  reserved: number;
}

/**
 * How many units to lend. A hard limit is never passed by what is used and lent together; slices shrink towards it,
 * down to one unit, so that a holder that dies takes little with it. What is needed whole is not sliced.
 */
export function slice({ want, whole, limit, enforcement, used, reserved }: Ask): number {
  if (limit === null || enforcement === 'soft') return want;
  const left = limit - used - reserved;
  if (left <= 0) return 0;
  if (whole) return left >= want ? want : 0;
  return Math.min(want, left, Math.max(1, Math.floor(left / SHARE)));
}

export interface LeaseLeft {
  meter: string;
  left: number;
  /** What it was lent for, half-open, in epoch milliseconds. */
  from: number;
  until: number;
}

/** Why an event cannot be paid for by the lease that it names; undefined when it can. */
export function whyNotFrom(
  lease: LeaseLeft | undefined,
  event: { meter: string; quantity: number; at: number },
): string | undefined {
  if (!lease) return 'There is no such lease (two hours after its end it is forgotten). Send the event without it.';
  if (lease.meter !== event.meter) return `The lease is of ${lease.meter}, not of ${event.meter}.`;
  if (event.at < lease.from || event.at >= lease.until) {
    const began = new Date(lease.from).toISOString();
    return `The lease is of the period that began at ${began}. Send the event with the time at which it happened.`;
  }
  if (event.quantity <= lease.left) return undefined;
  return `The lease has ${Math.max(0, lease.left)} left. Send what is more than that without it.`;
}

/** Units belong to a period: a lease ends with it. */
export const leaseEnd = (now: number, periodEnd: number): number => Math.min(now + LEASE_MS, periodEnd);
