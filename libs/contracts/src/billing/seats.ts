import { z } from 'zod';
import { CHANGES_NOTHING } from '../kernel/audit.ts';
import { event } from '../kernel/event.ts';
import { operation } from '../kernel/operation.ts';
import { problem } from '../kernel/problem.ts';
import { Id } from '../kernel/types.ts';
import { AddonKey } from './catalogue.ts';
import { Currency } from './currencies.ts';
import { FeatureKey } from './features.ts';
import { paymentRefused, priceNotPublished } from './payments.ts';
import { PreviewedInvoice } from './preview.ts';
import { ProductKey } from './products.ts';
import { BillingInterval } from './subscriptions.ts';

const Minor = (description: string) => z.int().min(0).meta({ description });

/** Members of a plan that sells more of them. */
export const Seats = z
  .object({
    product: ProductKey,
    feature: FeatureKey.meta({ description: 'What they are counted as', examples: ['seats'] }),
    addon: AddonKey.meta({ description: 'The add-on that is bought' }),
    name: z.string().meta({ examples: ['Extra member'] }),
    included: z.int().min(0).nullable().meta({ description: 'Members without any of them; null: any number' }),
    members: z.int().min(0).nullable().meta({ description: 'There are now; null: nobody can say at present' }),
    quantity: z.int().min(0).meta({ description: 'Bought, and paid for until the end of the period' }),
    renews: z.int().min(0).meta({ description: 'How many the next period begins with' }),
    currency: Currency,
    interval: BillingInterval,
    unitMinor: Minor('The price of one for one interval').nullable().meta({ description: 'null: not sold in it' }),
    following: z.boolean().meta({ description: 'The quantity follows the members by itself' }),
    monthlyCapMinor: Minor('The most that they may cost in a month, before taxes').nullable(),
    most: z.int().min(0).nullable().meta({
      description:
        'So many may be bought by themselves; null: none are now, switched off or the subscription changes or ends',
    }),
    stopped: z.enum(['payment_failed']).nullable().meta({ description: 'Why it switched itself off' }),
  })
  .meta({ id: 'SoldSeats' });
export type Seats = z.infer<typeof Seats>;

export const seatsNotSold = problem(
  'seats_not_sold',
  409,
  'No members are sold with this plan',
  z.object({ product: z.string() }),
);

export const getSeats = operation({
  service: 'billing',
  name: 'seats.get',
  http: ['GET', '/api/v1/billing/seats'],
  scope: 'billing:read',
  summary: 'Members that can be bought beyond those that plans include, and whether they are bought by themselves',
  input: z.strictObject({}),
  output: z.object({ items: z.array(Seats) }),
});

export const followMembers = operation({
  service: 'billing',
  name: 'seats.follow',
  http: ['PUT', '/api/v1/billing/seats/{product}'],
  scope: 'billing:write',
  summary: 'Let the number of paid members follow the members, up to a cap, or not any more',
  description:
    'Off until it is switched on. Who joins does so at once, up to the cap, and is paid for from then on as a change of the ' +
    'quantity is. Who leaves is paid for until the end of the period: somebody else takes the place without a price. A ' +
    'payment that fails switches it off, and the owners are told.',
  audit: { thing: 'seats', id: 'product', shows: ['following', 'monthlyCapMinor'] },
  input: z.strictObject({
    product: ProductKey.meta({ description: 'Whose plan sells members', examples: ['monitoring'] }),
    following: z.boolean().meta({ description: 'Whether the quantity follows' }),
    monthlyCapMinor: z
      .int()
      .min(0)
      .max(1_000_000_000)
      .optional()
      .meta({ description: 'The most that they may cost in a month, before taxes; needed to switch it on' }),
  }),
  output: Seats,
  errors: [seatsNotSold],
});

export const previewSeats = operation({
  service: 'billing',
  name: 'seats.preview',
  http: ['POST', '/api/v1/billing/seats/preview'],
  status: 200,
  scope: 'billing:read',
  summary: 'What more members would cost, before they are invited; nothing is changed',
  description:
    'Charged to the cent when they join at this second. Nobody is charged for an invitation that nobody accepts.',
  audit: CHANGES_NOTHING,
  input: z.strictObject({
    more: z
      .int()
      .min(1)
      .max(1000)
      .meta({ description: 'How many would join; with those who are invited already', examples: [1] }),
  }),
  output: z.object({
    members: z.int().min(0).nullable().meta({ description: 'There are now; null: nobody can say at present' }),
    free: z.int().min(0).meta({ description: 'Of those who would join, so many cost nothing more' }),
    refused: z.int().min(0).meta({ description: 'And so many could not join: the limit or the cap is reached' }),
    bought: z
      .object({
        product: ProductKey,
        addon: AddonKey,
        name: z.string(),
        quantity: z.int().min(1).meta({ description: 'More than now' }),
        currency: Currency,
        unitMinor: Minor('The price of one for one interval'),
        interval: BillingInterval,
        dueNow: PreviewedInvoice.nullable().meta({ description: 'An invoice at once; null: nothing is owed now' }),
        next: PreviewedInvoice.nullable().meta({ description: 'The invoice at the next period' }),
      })
      .nullable()
      .meta({ description: 'What would be bought by itself; null: nothing' }),
  }),
  errors: [paymentRefused, priceNotPublished],
  deadlineMs: 40_000,
});

export const seatsStopped = event({
  service: 'billing',
  name: 'seats.stopped.v1',
  summary: 'A payment failed: the quantity does not follow the members any more',
  data: z.object({
    orgId: Id,
    product: ProductKey,
    name: z.string().meta({ description: 'Of the add-on' }),
    quantity: z.int().min(0).meta({ description: 'So many are paid for' }),
  }),
  aggregate: (data) => data.orgId,
});
