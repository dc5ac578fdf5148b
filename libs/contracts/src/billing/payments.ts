import { z } from 'zod';
import { problem } from '../kernel/problem.ts';
import { Timestamp } from '../kernel/types.ts';

export const paymentsNotConfigured = problem(
  'payments_not_configured',
  409,
  'This installation takes no payments: plans are set by its operator',
);

/** What Stripe answered to a request that it understood and would not carry out. */
export const paymentRefused = problem(
  'payment_refused',
  402,
  'The payment provider refused this',
  z.object({ reason: z.string(), declineCode: z.string().nullable() }),
);

/** Nothing has changed yet: it does when the payment is confirmed, and is given up when nobody does in time. */
export const paymentNeedsHolder = problem(
  'payment_needs_holder',
  402,
  'The bank of the card asks its holder to confirm the payment',
  z.object({
    url: z.url().meta({ description: 'The page on which it is confirmed' }),
    expiresAt: Timestamp.meta({ description: 'Until when' }),
  }),
);

export const priceNotPublished = problem(
  'price_not_published',
  409,
  'The payment provider does not have this price yet',
  z.object({ lookupKey: z.string() }),
);
