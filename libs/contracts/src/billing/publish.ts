import { z } from 'zod';
import { INSTALLATION } from '../kernel/audit.ts';
import { operation } from '../kernel/operation.ts';
import { problem } from '../kernel/problem.ts';
import { paymentRefused, paymentsNotConfigured } from './payments.ts';

export const PublishedChange = z
  .object({
    kind: z.enum(['product', 'meter', 'price', 'coupon', 'promotion_code']),
    name: z.string().meta({
      description:
        'The product’s or coupon’s id, the event name of the meter, the promotion code, or the price’s lookup key: ' +
        '`<product>.<plan>.v<version>.<currency>.<interval>`',
      examples: ['monitoring.pro.v3.usd.month'],
    }),
    change: z.enum(['create', 'update', 'replace', 'unchanged', 'refused']).meta({
      description:
        'replace: a price of another amount has the key, or another coupon the code; a new one gets it, and whoever bought ' +
        'keeps the old one. ' +
        'refused: what is there counts in another way, which Stripe never changes',
    }),
    detail: z.string().meta({ examples: ['49.00 USD each month'] }),
  })
  .meta({ id: 'PublishedChange' });
export type PublishedChange = z.infer<typeof PublishedChange>;

export const meterDiffers = problem(
  'meter_differs',
  409,
  'A meter of this name counts in another way at Stripe, and cannot be changed',
  z.object({ meters: z.array(z.string()) }),
);

export const publishPrices = operation({
  service: 'billing',
  name: 'stripe.publish-prices',
  http: ['POST', '/api/v1/operator/stripe/publish'],
  status: 200,
  scope: 'operator',
  summary: 'Create the products, meters, prices and coupons of the catalogue in force at Stripe',
  description:
    'What is there already stays: prices are found by their lookup keys, products by their ids. Nothing is deleted, and ' +
    'repeating it changes nothing.',
  audit: INSTALLATION,
  input: z.strictObject({
    dryRun: z.boolean().default(false).meta({ description: 'Only show what would change' }),
  }),
  output: z.object({
    livemode: z.boolean().meta({ description: 'Whether it is the account in which real money moves' }),
    changes: z.array(PublishedChange),
  }),
  errors: [paymentsNotConfigured, paymentRefused, meterDiffers],
  deadlineMs: 120_000,
});
