export interface Shortfall {
  /** Units that are left. */
  left: number;
  threshold: number;
  /** Units of a package, and what one costs. */
  amount: number;
  priceMinor: number;
  /** What may still be spent in this month. */
  roomMinor: number;
}

/** At most so many are sold at a time. */
const MOST = 1_000;

/** How many packages bring what is left above the threshold, and how many of them the month's cap pays for. */
export function packagesFor({ left, threshold, amount, priceMinor, roomMinor }: Shortfall): {
  needed: number;
  bought: number;
} {
  if (left > threshold) return { needed: 0, bought: 0 };
  // Above the threshold, not at it: there it would be bought again.
  const needed = Math.min(MOST, Math.floor((threshold - left) / amount) + 1);
  return { needed, bought: Math.min(needed, Math.max(0, Math.floor(roomMinor / priceMinor))) };
}
