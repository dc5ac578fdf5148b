/** Of a window that is over, in steps of its meter. */
export interface Over {
  /** What the plan gave, and at most so much may be carried at any time. */
  quota: number;
  most: number;
  /** Used of what the plan gave: without what was drawn. */
  used: number;
  /** What leases and holds may still use. */
  reserved: number;
  /** What earlier windows still had left when this one ended. */
  others: number;
}

/** How much of a window is carried into the next, in whole units: what is left of it, as far as there is room. */
export function carriedOf({ quota, most, used, reserved, others }: Over, unit: number): number {
  // Corrections may take use below zero: more than the plan gave is never left.
  const left = Math.min(quota, quota - used - reserved);
  return Math.max(0, Math.floor(Math.min(left, most - others) / unit));
}
