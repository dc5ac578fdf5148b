import { z } from 'zod';
import { event } from '../kernel/event.ts';
import { operation } from '../kernel/operation.ts';
import { notFound, problem } from '../kernel/problem.ts';
import { Id, Timestamp } from '../kernel/types.ts';
import { EventId, MAX_EVENT_AGE_DAYS, MeterKey, ReportedSource, UniqueValue } from './event.ts';
import { Figure, Quantity } from './quantity.ts';

export const usageEventVoided = problem('usage_event_voided', 409, 'The event was voided');
export const usageEventTooOld = problem('usage_event_too_old', 409, 'The event is too old to be corrected');

export const CorrectionAction = z.enum(['void', 'amend']).meta({
  id: 'CorrectionAction',
  description: 'void: it never happened. amend: it was another quantity, or another value',
});

export const Correction = z
  .object({
    source: z.string(),
    id: z.string(),
    meter: MeterKey,
    time: Timestamp.meta({ description: 'When the event happened: hour and period follow' }),
    quantity: Figure.meta({ description: 'What the event counts as now; 0 when it was voided' }),
    changed: z.boolean().meta({ description: 'false: that was known already, and nothing changed' }),
  })
  .meta({ id: 'Correction' });

export const correctUsage = operation({
  service: 'usage',
  name: 'usage.correct',
  http: ['POST', '/api/v1/usage/corrections'],
  scope: 'usage:write',
  summary: 'Void an event, or amend what it says, with a reason',
  description:
    'Corrections change what a customer is charged, so only a service key makes them. They are facts of their own: the event ' +
    'stays, and hours, balance and notices follow in the same transaction. Sent again, a correction changes nothing. Events ' +
    `may be corrected for ${MAX_EVENT_AGE_DAYS} days.`,
  audit: { thing: 'usage_event', id: 'id', name: 'meter', shows: ['action', 'quantity', 'value', 'source', 'reason'] },
  input: z.strictObject({
    source: ReportedSource.default('default'),
    id: EventId,
    action: CorrectionAction,
    quantity: Quantity.optional().meta({
      description:
        'For amend: the right quantity, above 0; of meters of the largest or newest value, or that are weighted by time, ' +
        'the right value, which may be 0',
    }),
    value: UniqueValue.optional().meta({ description: 'For amend, of meters that count unique values: the right one' }),
    reason: z
      .string()
      .trim()
      .min(1)
      .max(500)
      .meta({ description: 'For whoever asks later', examples: ['Test run'] }),
  }),
  output: Correction,
  errors: [notFound, usageEventVoided, usageEventTooOld],
  example: { input: { source: 'shop', id: 'request-8f14e45f', action: 'void', reason: 'Test run' } },
  status: 200,
});

export const usageCorrected = event({
  service: 'usage',
  name: 'usage.corrected.v1',
  summary: 'An event of usage was voided or amended',
  data: z.object({
    orgId: Id,
    action: CorrectionAction,
    source: z.string(),
    id: z.string(),
    meter: MeterKey,
    time: Timestamp,
    before: Figure,
    quantity: Figure,
    by: z.string(),
    reason: z.string(),
  }),
  aggregate: (corrected) => corrected.orgId,
});
