import { z } from 'zod';
import { problem } from '../kernel/problem.ts';

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

export const priceNotPublished = problem(
  'price_not_published',
  409,
  'The payment provider does not have this price yet',
  z.object({ lookupKey: z.string() }),
);
