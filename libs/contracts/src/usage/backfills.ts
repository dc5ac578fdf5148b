import { z } from 'zod';
import { Currency } from '../billing/currencies.ts';
import { CHANGES_NOTHING } from '../kernel/audit.ts';
import { event } from '../kernel/event.ts';
import { operation } from '../kernel/operation.ts';
import { notFound, problem } from '../kernel/problem.ts';
import { Id, Instant, page, pageQuery, Timestamp } from '../kernel/types.ts';
import { EventId, MeterKey, ReportedSource, UniqueValue } from './event.ts';
import { unknownMeter } from './leases.ts';
import { Figure, Quantity } from './quantity.ts';

/* What was reported wrongly, or not at all, for a time that is over: shown first, then applied, and taken back exactly. */

export const MAX_BACKFILL_EVENTS = 5_000;
export const MAX_BACKFILL_DAYS = 62;

export const BackfillMode = z.enum(['add', 'replace']).meta({
  id: 'BackfillMode',
  description:
    'add: events that were not counted are counted. replace: the events of the source in the time become exactly these',
});

export const BackfillState = z.enum(['previewed', 'applied', 'reverted']).meta({ id: 'BackfillState' });

export const BackfillPreview = z
  .object({
    added: z.int().meta({ description: 'Events that are counted' }),
    changed: z.int().meta({ description: 'Events that get another quantity or value' }),
    removed: z.int().meta({ description: 'Events that count nothing any more' }),
    unchanged: z.int(),
    balances: z
      .array(z.object({ periodStart: Timestamp, periodEnd: Timestamp, before: Figure, after: Figure }))
      .meta({ description: 'Of each month of the meter that changes' }),
    charges: z
      .array(
        z.object({
          product: z.string(),
          currency: Currency,
          periodStart: Timestamp,
          periodEnd: Timestamp,
          amountMinor: z.int().meta({ description: 'Charged with the next window; negative: credited' }),
        }),
      )
      .meta({ description: 'Of windows of the meter that were over, and what they owe more or less' }),
  })
  .meta({ id: 'BackfillPreview' });
export type BackfillPreview = z.infer<typeof BackfillPreview>;

export const Backfill = z
  .object({
    id: Id,
    meter: MeterKey,
    source: z.string(),
    from: Timestamp,
    to: Timestamp,
    mode: BackfillMode,
    state: BackfillState,
    reason: z.string(),
    by: z.string(),
    createdAt: Timestamp,
    appliedAt: Timestamp.nullable(),
    appliedBy: z.string().nullable(),
    revertedAt: Timestamp.nullable(),
    revertedBy: z.string().nullable(),
    preview: BackfillPreview.meta({
      description: 'As it was when it was asked for, and when it was applied as it was then',
    }),
  })
  .meta({ id: 'Backfill' });
export type Backfill = z.infer<typeof Backfill>;

const Reason = z
  .string()
  .trim()
  .min(1)
  .max(500)
  .meta({ description: 'For whoever asks later', examples: ['Logs of node 3'] });
const backfillId = Id.meta({ description: 'The backfill' });

export const backfillOver = problem(
  'backfill_over',
  409,
  'The backfill cannot go there any more',
  z.object({ state: BackfillState }),
);

export const previewBackfill = operation({
  service: 'usage',
  name: 'backfills.preview',
  http: ['POST', '/api/v1/usage/backfills'],
  scope: 'usage:write',
  summary: 'Show what adding or replacing the events of a time would change',
  description:
    'With a service key. Nothing is counted yet: apply it. The events are those that service keys reported or should have ' +
    'reported under the source, of any meter that is not weighted by time, in a time that is over and for which single events ' +
    `are stored. At most ${MAX_BACKFILL_EVENTS} events and ${MAX_BACKFILL_DAYS} days at once. One event that cannot be ` +
    'counted refuses all of them.',
  audit: CHANGES_NOTHING,
  input: z.strictObject({
    meter: MeterKey,
    source: ReportedSource.default('default'),
    from: Instant.meta({ description: 'Included' }),
    to: Instant.meta({ description: 'Excluded; not in the future' }),
    mode: BackfillMode,
    events: z
      .array(
        z.strictObject({
          id: EventId,
          quantity: Quantity.default(1).meta({
            description: 'Of meters of the largest or newest value that value, which may be 0',
          }),
          value: UniqueValue.optional().meta({
            description: 'Only for meters that count unique values, and required there: the value',
          }),
          time: Instant.meta({ description: 'When it happened' }),
          dimensions: z
            .record(z.string().max(31), z.unknown())
            .optional()
            .meta({
              description: 'As of other events',
              examples: [{ model: 'small' }],
            }),
        }),
      )
      .max(MAX_BACKFILL_EVENTS)
      .meta({ description: 'All events of the source in the time, or those to add; none to replace them by nothing' }),
    reason: Reason,
  }),
  output: Backfill,
  errors: [unknownMeter],
});

const actions = { output: Backfill, errors: [notFound, backfillOver, unknownMeter], status: 200 } as const;

export const applyBackfill = operation({
  service: 'usage',
  name: 'backfills.apply',
  http: ['POST', '/api/v1/usage/backfills/{backfillId}/apply'],
  scope: 'usage:write',
  summary: 'Count a backfill',
  description:
    'In one step, against what is counted by then: `preview` says what it changed. Applied again it changes nothing. What ' +
    'windows owe that were charged is charged or credited with the next one.',
  audit: { thing: 'backfill', id: 'backfillId', name: 'meter', shows: ['state', 'source', 'from', 'to'] },
  input: z.strictObject({ backfillId }),
  ...actions,
});

export const revertBackfill = operation({
  service: 'usage',
  name: 'backfills.revert',
  http: ['POST', '/api/v1/usage/backfills/{backfillId}/revert'],
  scope: 'usage:write',
  summary: 'Take a backfill back: every event counts what it counted before',
  description: 'Events that others reported since stay. Reverted again it changes nothing.',
  audit: { thing: 'backfill', id: 'backfillId', name: 'meter', shows: ['state', 'reason'] },
  input: z.strictObject({ backfillId, reason: Reason }),
  ...actions,
});

export const getBackfill = operation({
  service: 'usage',
  name: 'backfills.get',
  http: ['GET', '/api/v1/usage/backfills/{backfillId}'],
  scope: 'usage:read',
  summary: 'A backfill',
  input: z.strictObject({ backfillId }),
  output: Backfill,
  errors: [notFound],
});

export const listBackfills = operation({
  service: 'usage',
  name: 'backfills.list',
  http: ['GET', '/api/v1/usage/backfills'],
  scope: 'usage:read',
  summary: 'Backfills, the newest first',
  input: z.strictObject({ ...pageQuery }),
  output: page(Backfill),
});

export const usageBackfilled = event({
  service: 'usage',
  name: 'usage.backfilled.v1',
  summary: 'What was counted of a meter in a time that is over has changed',
  data: z.object({
    orgId: Id,
    meter: MeterKey,
    from: Timestamp,
    to: Timestamp,
    /** From before they were told: absent. */
    done: z
      .object({ action: z.enum(['applied', 'reverted']), backfillId: Id, by: z.string(), reason: z.string() })
      .optional(),
  }),
  aggregate: (changed) => changed.orgId,
});
