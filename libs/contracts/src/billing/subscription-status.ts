import { z } from 'zod';

/** Stripe's spelling, kept inside and outside. pause_collection is not a status. */
export const SubscriptionStatus = z
  .enum(['trialing', 'active', 'past_due', 'unpaid', 'paused', 'incomplete', 'incomplete_expired', 'canceled'])
  .meta({ id: 'SubscriptionStatus' });
export type SubscriptionStatus = z.infer<typeof SubscriptionStatus>;
