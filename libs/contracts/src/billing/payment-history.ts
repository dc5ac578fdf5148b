import { z } from 'zod';
import { operation } from '../kernel/operation.ts';
import { countedPage, countQuery, Id, page, pageQuery, sortQuery, Timestamp } from '../kernel/types.ts';

export const PaymentMethod = z
  .object({
    card: z
      .object({
        brand: z.string().meta({ examples: ['visa'] }),
        last4: z.string().meta({ examples: ['4242'] }),
        expires: z.string().meta({ description: 'Year and month', examples: ['2030-04'] }),
        expired: z.boolean(),
      })
      .nullable()
      .meta({ description: 'What is charged; null: none is known, or it is no card' }),
    failing: z.boolean().meta({ description: 'The last payment of an invoice failed and is still owed' }),
    staleSince: Timestamp.nullable().meta({
      description: 'Since when the payment provider cannot be reached although something has changed',
    }),
  })
  .meta({ id: 'PaymentMethod' });
export type PaymentMethod = z.infer<typeof PaymentMethod>;

export const getPaymentMethod = operation({
  service: 'billing',
  name: 'payments.method',
  http: ['GET', '/api/v1/billing/payment-method'],
  scope: 'billing:read',
  summary: 'How the organisation pays, and whether that works',
  description:
    'Of our own copy: it is answered while the payment provider is away. Change it on the page of the portal.',
  input: z.strictObject({}),
  output: PaymentMethod,
});

export const PaymentFact = z
  .object({
    kind: z
      .enum([
        'invoice_issued',
        'invoice_paid',
        'payment_failed',
        'invoice_uncollectible',
        'invoice_voided',
        'refunded',
        'credited',
        'disputed',
        'trial_refused',
        'dispute_won',
        'dispute_lost',
      ])
      .meta({
        description:
          'disputed: the bank took a payment back until it is decided, as won or as lost. trial_refused: the card has tried it before',
      }),
    at: Timestamp,
    currency: z
      .string()
      .nullable()
      .meta({ examples: ['USD'] }),
    amountMinor: z
      .int()
      .nullable()
      .meta({ description: 'What was paid, refunded, credited or owed, in the smallest unit of the currency' }),
    reference: z.string().nullable().meta({
      description: 'The number of the invoice, or the id of the charge or credit note at the payment provider',
    }),
  })
  .meta({ id: 'PaymentFact', description: 'What the payment provider has said once' });
export type PaymentFact = z.infer<typeof PaymentFact>;

export const listPayments = operation({
  service: 'billing',
  name: 'payments.list',
  http: ['GET', '/api/v1/billing/history'],
  scope: 'billing:read',
  summary: 'Payments, refunds, credit notes and disputes of the payment provider, newest first',
  input: z.strictObject({ ...pageQuery, ...sortQuery(['at', 'kind'], '-at'), ...countQuery }),
  output: countedPage(PaymentFact),
});

export const listPaymentsOf = operation({
  service: 'billing',
  name: 'payments.list-of',
  http: ['GET', '/api/v1/operator/organisations/{organisationId}/payments'],
  scope: 'operator',
  summary: 'Payments, refunds, credit notes and disputes of an organisation, newest first',
  input: z.strictObject({ organisationId: Id, ...pageQuery, ...sortQuery(['at', 'kind'], '-at'), ...countQuery }),
  output: countedPage(PaymentFact),
});

export const StripeDrift = z
  .object({
    id: Id,
    organisationId: Id,
    foundAt: Timestamp,
    what: z.string().meta({ examples: ['subscription sub_1Example status'] }),
    ours: z.unknown().meta({ description: 'What was stored here' }),
    theirs: z.unknown().meta({ description: 'What stood at Stripe, or why it took no usage' }),
  })
  .meta({ id: 'StripeDrift' });
export type StripeDrift = z.infer<typeof StripeDrift>;

export const listDrifts = operation({
  service: 'billing',
  name: 'stripe.list-drifts',
  http: ['GET', '/api/v1/operator/stripe/drifts'],
  scope: 'operator',
  summary: 'Differences from Stripe that the daily comparison found and healed, newest first; stored for 90 days',
  input: z.strictObject({
    ...pageQuery,
    organisationId: Id.optional().meta({ description: 'Only those of this organisation' }),
  }),
  output: page(StripeDrift),
});
