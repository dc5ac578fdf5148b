import { z } from 'zod';
import { INSTALLATION, notAudited } from '../kernel/audit.ts';
import { operation } from '../kernel/operation.ts';
import { problem } from '../kernel/problem.ts';
import { Empty, Id, page, pageQuery, Timestamp } from '../kernel/types.ts';
import { paymentsNotConfigured } from './payments.ts';

/**
 * The most that one of Stripe's notifications may be: it embeds ten lines of an invoice at most, about 20 kB. What is larger
 * is found in the list of events.
 */
export const MAX_WEBHOOK_BYTES = 256 * 1024;

export const webhookSignatureInvalid = problem(
  'webhook_signature_invalid',
  400,
  'The signature does not belong to this body, or is too old or from the future',
);

export const webhookMalformed = problem('webhook_malformed', 400, 'The body is no event of Stripe');

/** From the gateway: the exact bytes, because the signature is over them. */
export const receiveWebhook = operation({
  service: 'billing',
  name: 'stripe.receive-webhook',
  scope: 'service',
  summary: 'Store an event of Stripe, from the gateway; answered once it is committed',
  audit: notAudited('what Stripe says is put into the mirror; a subscription that changes by it is recorded'),
  input: z.strictObject({
    body: z.base64().max(Math.ceil(MAX_WEBHOOK_BYTES / 3) * 4),
    signature: z.string().max(8_000),
  }),
  output: z.object({ received: z.literal(true) }),
  errors: [webhookSignatureInvalid, webhookMalformed, paymentsNotConfigured],
  deadlineMs: 15_000,
});

export const StripeEventState = z.enum(['pending', 'done', 'ignored', 'quarantined', 'dead']).meta({
  id: 'StripeEventState',
  description:
    'pending: waits for its customer to be fetched. done: what it announced is stored. ignored: nothing here depends on ' +
    'it, or it is of the other mode. quarantined: its customer is not known here. dead: failed twelve times',
});
export type StripeEventState = z.infer<typeof StripeEventState>;

const eventId = z
  .string()
  .regex(/^[A-Za-z0-9_]{1,255}$/)
  .meta({ description: 'The id of the event at Stripe', examples: ['evt_1Example'] });

export const StripeEvent = z
  .object({
    eventId,
    type: z.string().meta({ examples: ['invoice.paid'] }),
    state: StripeEventState,
    createdAt: Timestamp.meta({ description: 'When it happened, by Stripe’s clock' }),
    receivedAt: Timestamp,
    customer: z
      .string()
      .nullable()
      .meta({ description: 'The customer at Stripe', examples: ['cus_Example'] }),
    organisationId: Id.nullable(),
    source: z.enum(['webhook', 'list']).meta({ description: 'list: Stripe’s list of events, after a gap' }),
    attempts: z.int().min(0),
    reason: z.string().nullable().meta({ description: 'Why it is ignored, quarantined or dead, or failed last' }),
  })
  .meta({ id: 'StripeEvent' });
export type StripeEvent = z.infer<typeof StripeEvent>;

export const listStripeEvents = operation({
  service: 'billing',
  name: 'stripe.list-events',
  http: ['GET', '/api/v1/operator/stripe/events'],
  scope: 'operator',
  summary: 'Events that Stripe has sent, newest first; handled ones are stored for 35 days',
  input: z.strictObject({
    ...pageQuery,
    state: StripeEventState.optional().meta({ description: 'Only events in this state' }),
  }),
  output: page(StripeEvent),
});

export const replayStripeEvent = operation({
  service: 'billing',
  name: 'stripe.replay-event',
  http: ['POST', '/api/v1/operator/stripe/events/{eventId}/replay'],
  scope: 'operator',
  summary: 'Handle an event again: its customer is fetched as it is now',
  description: 'Safe at any time: what an event announces is read from Stripe, and every effect happens once.',
  audit: INSTALLATION,
  input: z.strictObject({ eventId }),
  output: Empty,
});
