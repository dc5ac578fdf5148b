import type { Access } from '@tidegate/contracts/billing/entitlements';
import type { SubscriptionStatus } from '@tidegate/contracts/billing/subscription-status';

/**
 * trialing, active                                    the plan, full access
 * past_due (the payment is being retried)             the plan; full access until the grace ends, then read-only
 * paused                                              the plan, read-only
 * a lost dispute of a payment for it                  the plan, read-only, until an operator settles it
 * incomplete, incomplete_expired, unpaid, canceled    the default plan of the product; no data is deleted
 */
const VALID: Record<SubscriptionStatus, boolean> = {
  trialing: true,
  active: true,
  past_due: true,
  paused: true,
  incomplete: false,
  incomplete_expired: false,
  unpaid: false,
  canceled: false,
};

/** Whether the plan of the subscription is in force. */
export const isValid = (status: SubscriptionStatus): boolean => VALID[status];

export function accessOf(
  {
    status,
    graceUntil,
    disputed = false,
  }: { status: SubscriptionStatus; graceUntil: number | null; disputed?: boolean | undefined },
  at: number,
): Access {
  if (status === 'paused' || disputed) return 'read_only';
  return status === 'past_due' && graceUntil !== null && graceUntil <= at ? 'read_only' : 'full';
}
