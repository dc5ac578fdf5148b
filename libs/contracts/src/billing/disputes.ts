import { z } from 'zod';
import { event } from '../kernel/event.ts';
import { operation } from '../kernel/operation.ts';
import { notFound } from '../kernel/problem.ts';
import { Id, page, pageQuery, Timestamp } from '../kernel/types.ts';
import { Currency } from './currencies.ts';

export const DisputeState = z
  .enum(['open', 'won', 'lost'])
  .meta({ id: 'DisputeState', description: 'won: the payment stands. lost: the bank gave it back to whoever paid' });
export type DisputeState = z.infer<typeof DisputeState>;

/** A payment that whoever paid had their bank take back. */
export const Dispute = z
  .object({
    id: z.string().meta({ description: 'At the payment provider', examples: ['du_1Nv0kL2eZvKYlo2C'] }),
    organisationId: Id,
    chargeId: z.string().meta({ examples: ['ch_1Nv0kL2eZvKYlo2C'] }),
    state: DisputeState,
    status: z.string().meta({ description: 'In the words of the provider', examples: ['needs_response'] }),
    reason: z.string().meta({ description: 'In the words of the provider', examples: ['fraudulent'] }),
    currency: Currency,
    amountMinor: z.int().min(0).meta({ description: 'In the smallest unit of the currency' }),
    answerBy: Timestamp.nullable().meta({ description: 'Until when the bank takes evidence' }),
    openedAt: Timestamp,
    readOnly: z.boolean().meta({ description: 'It was lost and is not settled: what was paid for can only be read' }),
    settledAt: Timestamp.nullable(),
    settledReason: z.string(),
  })
  .meta({ id: 'Dispute' });
export type Dispute = z.infer<typeof Dispute>;

export const listDisputes = operation({
  service: 'billing',
  name: 'disputes.list',
  http: ['GET', '/api/v1/billing/disputes'],
  scope: 'billing:read',
  summary: 'Payments of this organisation that were taken back at a bank, the newest first',
  input: z.strictObject(pageQuery),
  output: page(Dispute),
});

export const listAllDisputes = operation({
  service: 'billing',
  name: 'disputes.list-all',
  http: ['GET', '/api/v1/operator/disputes'],
  scope: 'operator',
  summary: 'Disputed payments of all organisations, the newest first',
  input: z.strictObject({
    state: DisputeState.optional().meta({ description: 'By default all' }),
    ...pageQuery,
  }),
  output: page(Dispute),
});

export const settleDispute = operation({
  service: 'billing',
  name: 'disputes.settle',
  http: ['POST', '/api/v1/operator/organisations/{organisationId}/disputes/{disputeId}/settle'],
  status: 200,
  scope: 'operator',
  summary: 'End what a lost dispute restricts: it was paid another way, or is forgiven',
  audit: {
    thing: 'dispute',
    id: 'disputeId',
    shows: ['state', 'currency', 'amountMinor', 'reason'],
    of: 'organisationId',
  },
  input: z.strictObject({
    organisationId: Id,
    disputeId: z
      .string()
      .max(255)
      .meta({ description: 'At the payment provider', examples: ['du_1Nv0kL2eZvKYlo2C'] }),
    reason: z.string().trim().min(1).max(500).meta({ description: 'Why; it is stored with who did it' }),
  }),
  output: Dispute,
  errors: [notFound],
});

export const paymentDisputed = event({
  service: 'billing',
  name: 'payment.disputed.v1',
  summary: 'A payment was taken back at a bank, or that was decided',
  data: z.object({
    orgId: Id,
    disputeId: z.string(),
    state: DisputeState,
    currency: Currency,
    amountMinor: z.int().min(0),
    reason: z.string(),
    answerBy: Timestamp.nullable(),
    readOnly: z.boolean(),
  }),
  aggregate: (data) => data.orgId,
});
