import { type StripeDouble, startStripe } from '@tidegate/testing/stripe/start-stripe';

export const WEBHOOK_SECRET = 'whsec_of_the_paying_customer';

export interface Payments {
  /** For every start of a platform. */
  settings(): NodeJS.ProcessEnv;
  stripe(): StripeDouble;
}

/** A Stripe for all tests of the file: in most of them nobody pays. */
export function takePayments(): Payments {
  let stripe: StripeDouble;
  beforeAll(async () => {
    stripe = await startStripe();
  });
  return {
    settings: () => ({
      STRIPE_SECRET_KEY: stripe.key,
      STRIPE_WEBHOOK_SECRET: WEBHOOK_SECRET,
      STRIPE_API_BASE: stripe.origin,
    }),
    stripe: () => stripe,
  };
}
