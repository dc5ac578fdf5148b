import { z } from 'zod';
import { needsFeature } from '../billing/needs.ts';
import { ActorKind, FieldChange, ThingKind } from '../kernel/action-done.ts';
import { INTERNAL } from '../kernel/audit.ts';
import { operation } from '../kernel/operation.ts';
import { featureNotIncluded } from '../kernel/problem.ts';
import { Empty, Id, Instant, PLAIN_TEXT, page, pageQuery, sortQuery, Timestamp } from '../kernel/types.ts';

/** Of an organisation; beyond it the oldest go first. */
export const MOST_AUDIT_ENTRIES = 200_000;
/** So that what nobody could do never displaces what was done. */
export const MOST_REFUSED_ENTRIES = 5_000;

export const AuditEntry = z
  .object({
    id: Id,
    at: Timestamp,
    action: z.string().meta({ description: 'The operation, as in `operationId`s: `bots.update`' }),
    actor: z.object({
      kind: ActorKind,
      userId: Id.nullable().meta({ description: 'The person, or who made the key; null for support and platform' }),
      name: z.string().nullable().meta({ description: 'As they were called then; null once their account is gone' }),
      keyId: z.string().nullable().meta({ description: 'The API key, by the id with which it begins' }),
      keyName: z.string().nullable(),
      sessionId: z.string().nullable(),
      address: z.string().nullable().meta({ description: 'The network address; null for support and platform' }),
    }),
    thing: z.object({
      kind: ThingKind,
      id: z.string().nullable(),
      name: z.string().nullable().meta({ description: 'As it was called then' }),
    }),
    changes: z.array(FieldChange).meta({ description: 'At most 40 fields, each value cut at 300 characters' }),
    refused: z.boolean().meta({
      description:
        'true: it was tried and not done, for want of the right or of the password. Once an hour for each person or key and action',
    }),
    missingScope: z.string().nullable().meta({
      description:
        'The scope for whose want it was refused: `bots:write`; null where it was done, or refused for another reason',
    }),
  })
  .meta({ id: 'AuditEntry' });
export type AuditEntry = z.infer<typeof AuditEntry>;

const word = z.string().min(1).max(200).regex(PLAIN_TEXT);

export const listAudit = operation({
  service: 'identity',
  name: 'audit.list',
  http: ['GET', '/api/v1/organisation/audit'],
  scope: 'audit:read',
  summary: 'Who changed what in the organisation, or tried to, newest first or oldest first',
  description:
    'Everything is recorded whatever the plan; reading takes the plan’s `audit_log`, which then shows what happened before ' +
    'as well. Entries appear a moment after the change, are kept for `AUDIT_KEEP_DAYS` and at most 200,000 of an ' +
    'organisation, and never contain secrets.',
  needs: needsFeature('audit_log'),
  input: z.strictObject({
    ...pageQuery,
    ...sortQuery(['at'], '-at'),
    means: ActorKind.optional().meta({ description: 'Only what was done by these means' }),
    userId: Id.optional().meta({ description: 'Only what this person did, or a key that they made' }),
    keyId: z
      .string()
      .max(40)
      .regex(PLAIN_TEXT)
      .optional()
      .meta({ description: 'Only what this API key did', examples: ['4f0KZ2xq9B'] }),
    action: z
      .string()
      .max(100)
      .regex(/^[a-z-]+(\.[a-z-]+)*$/)
      .optional()
      .meta({ description: 'Only this operation, or all of a kind: `bots.update`, `bots`', examples: ['bots.update'] }),
    thing: ThingKind.optional().meta({ description: 'Only what was done to things of this kind' }),
    thingId: word.optional().meta({ description: 'Only what was done to this thing', examples: ['4f0KZ2xq9B'] }),
    outcome: z
      .enum(['done', 'refused', 'all'])
      .default('done')
      .meta({
        description: '`refused`: what was tried and refused for want of the right, or of the password',
        examples: ['all'],
      }),
    from: Instant.optional().meta({ description: 'Included' }),
    to: Instant.optional().meta({ description: 'Not included' }),
  }),
  output: page(AuditEntry).meta({ id: 'AuditEntries' }),
  errors: [featureNotIncluded],
});

/** From a gateway, which refuses before any service is asked. Lost while identity is away: the logs have it. */
export const noteRefused = operation({
  service: 'identity',
  name: 'audit.note-refused',
  scope: 'service',
  summary: 'Somebody of the organisation tried what they have no right to',
  audit: INTERNAL,
  input: z.strictObject({
    action: z.string().max(100),
    actor: z.strictObject({
      kind: ActorKind,
      userId: Id.optional(),
      keyId: z.string().max(100).optional(),
      sessionId: z.string().max(100).optional(),
      address: z.string().max(100).optional(),
    }),
    thing: z.strictObject({ kind: ThingKind, id: z.string().max(100).nullable() }),
    missingScope: z.string().max(100).optional(),
  }),
  output: Empty,
});
