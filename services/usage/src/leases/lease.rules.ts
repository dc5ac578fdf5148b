/** Nobody gets more than a twentieth of what is left, so that holders share the end of a quota. */
const SHARE = 20;

export interface Ask {
  want: number;
  /** All or nothing. */
  whole: boolean;
  /** null: nothing is refused. */
  ceiling: number | null;
  used: number;
  /** Lent and not yet reported. */
  reserved: number;
}

/**
 * How many units to lend. Used and lent units together never exceed a hard limit; slices shrink as it comes closer, down
 * to one unit, so that a holder that dies loses little. A request for the whole amount is not sliced.
 */
export function slice({ want, whole, ceiling, used, reserved }: Ask): number {
  if (ceiling === null) return want;
  const left = ceiling - used - reserved;
  if (left <= 0) return 0;
  if (whole) return left >= want ? want : 0;
  return Math.min(want, left, Math.max(1, Math.floor(left / SHARE)));
}

export interface LeaseLeft {
  meter: string;
  left: number;
  /** The window it was lent for, half-open, in epoch milliseconds. */
  from: number;
  until: number;
}

/** Why the lease that an event names cannot pay for it; undefined when it can. */
export function refusalOf(
  lease: LeaseLeft | undefined,
  event: { meter: string; quantity: number; at: number },
): string | undefined {
  if (!lease) return 'There is no such lease (it is deleted two hours after it ends). Send the event without it.';
  if (lease.meter !== event.meter) return `The lease is for ${lease.meter}, not for ${event.meter}.`;
  if (event.at < lease.from || event.at >= lease.until) {
    const began = new Date(lease.from).toISOString();
    return `The lease is for the period that began at ${began}. Send the event with the time at which it happened.`;
  }
  if (event.quantity <= lease.left) return undefined;
  return `The lease has ${Math.max(0, lease.left)} left. Send anything beyond that without it.`;
}
