import { z } from 'zod';
import { operation } from '../kernel/operation.ts';
import { Instant, page, pageQuery, Timestamp } from '../kernel/types.ts';
import { CorrectionAction } from './corrections.ts';
import { Dimensions, filter } from './dimensions.ts';
import { MeterKey } from './event.ts';
import { unknownMeter } from './leases.ts';
import { Figure } from './quantity.ts';

export const RecordedEvent = z
  .object({
    id: z.string(),
    source: z.string().meta({
      description:
        '`api:…` for what was sent to POST /api/v1/usage/events, `service:…` with a service key; `hold` for holds; ' +
        '`correction` for the difference that a correction makes',
    }),
    meter: MeterKey,
    quantity: Figure.meta({ description: 'What it adds to its meter; negative for corrections' }),
    time: Timestamp.meta({ description: 'When it happened' }),
    receivedAt: Timestamp,
    apiKey: z.string().nullable().optional().meta({
      description:
        'For callers with the scope `keys:read`: the id of the API key that used, or that reported it; null: none',
    }),
    dimensions: Dimensions.optional().meta({ description: 'Of meters that have some: how it was counted' }),
    value: Figure.optional().meta({ description: 'Of meters that are weighted by time: the value that held' }),
    series: z.string().optional().meta({ description: 'Of meters that are weighted by time: whose value it is' }),
    until: Timestamp.nullable().optional().meta({ description: 'When the value ends if no other one comes before' }),
    corrects: z
      .object({
        source: z.string(),
        id: z.string(),
        action: CorrectionAction,
        quantity: Figure.meta({ description: 'What the corrected event counts as after this' }),
        reason: z.string(),
        by: z.string().meta({ description: 'The service key that made it' }),
      })
      .nullable()
      .meta({ description: 'Of a correction: the event, and why; null for everything else' }),
  })
  .meta({ id: 'RecordedEvent' });
export type RecordedEvent = z.infer<typeof RecordedEvent>;

export const listUsageEvents = operation({
  service: 'usage',
  name: 'usage.events',
  http: ['GET', '/api/v1/usage/events'],
  scope: 'usage:read',
  summary: 'The events behind a figure: what was counted of one meter, newest first',
  description:
    'From `from` to `to`, half-open, as the steps of the history and the periods are: the quantities of a period’s events ' +
    'add up to its balance. Of meters that are weighted by time: the values that held in it, also those from before it, each ' +
    'with what it adds to it. Single events are stored for as long as the operator says (400 days by default).',
  input: z.strictObject({
    meter: MeterKey,
    from: Instant.optional().meta({ description: 'Included; default 30 days before `to`' }),
    to: Instant.optional().meta({ description: 'Excluded; default now' }),
    filter,
    key: z
      .string()
      .regex(/^[0-9A-Za-z]{10}$/, 'the id of an API key')
      .optional()
      .meta({ description: 'Only what this API key used; needs the scope `keys:read`', examples: ['4f0KZ2xq9B'] }),
    source: z
      .string()
      .min(1)
      .max(300)
      .optional()
      .meta({
        description: 'Only what counts as of this source, as the history names it',
        examples: ['api:shop'],
      }),
    ...pageQuery,
  }),
  output: page(RecordedEvent),
  errors: [unknownMeter],
});
