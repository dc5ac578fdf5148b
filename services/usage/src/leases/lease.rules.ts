import type { Balance } from '../balances/balance.rules.ts';

/** Nobody gets more than a twentieth of what is left, so that holders share the end of a quota. */
const SHARE = 20;

export interface Ask {
  want: number;
  /** All or nothing. */
  whole: boolean;
  /** What is not used or lent, with prepaid units; null: nothing is refused. */
  left: number | null;
}

/**
 * How many units to lend. Used and lent units together never exceed a hard limit and what is prepaid; slices shrink as it comes closer, down
 * to one unit, so that a holder that dies loses little. A request for the whole amount is not sliced.
 */
export function slice({ want, whole, left }: Ask): number {
  if (left === null) return want;
  if (left <= 0) return 0;
  if (whole) return left >= want ? want : 0;
  return Math.min(want, left, Math.max(1, Math.floor(left / SHARE)));
}

/** A minute ends soon: a holder gets a quarter of what is left of it, and asks some twelve times for sixty. */
const RATE_SHARE = 4;

/** What a minute still has for one holder. */
export const rateSlice = (left: number): number => Math.ceil(Math.max(0, left) / RATE_SHARE);

/** How many units of a loan lie beyond what the limit includes. Units that were lent before come first. */
export function beyondLimit(
  granted: number,
  { ceiling, used, drawn, reserved }: { ceiling: number | null } & Pick<Balance, 'used' | 'drawn' | 'reserved'>,
): number {
  if (ceiling === null) return 0;
  const included = Math.max(0, ceiling - (used - drawn) - reserved);
  return Math.max(0, granted - included);
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
