import { z } from 'zod';
import { needsFeature } from '../billing/needs.ts';
import { Name } from '../kernel/name.ts';
import { operation } from '../kernel/operation.ts';
import { Empty, Id, nextCursor, Timestamp } from '../kernel/types.ts';
import { Count, rankQuery } from './range.ts';

export const IndexFinding = z
  .object({
    kind: z.enum(['invalid', 'duplicate', 'redundant', 'unused']).meta({
      description:
        'invalid: a build failed, and it slows down writes without being used; duplicate: another index is the same; redundant: ' +
        'another index starts with its columns; unused: not read for at least 35 days',
    }),
    database: z.string(),
    schema: z.string(),
    table: z.string(),
    index: z.string(),
    columns: z.array(z.string()),
    method: z.string().nullable(),
    bytes: Count.nullable().meta({ description: 'null: not measured yet' }),
    coveredBy: z.array(z.string()).meta({
      description: 'Indexes of the same table that replace it; the first is not itself recommended for dropping',
    }),
    unusedSince: Timestamp.nullable(),
    what: z.string(),
    evidence: z.array(z.string()).meta({ description: 'The evidence, and what to consider' }),
    sql: z
      .string()
      .nullable()
      .meta({ description: 'To be run in `database`; null: keep the index until the advice is followed' }),
  })
  .meta({ id: 'IndexFinding' });
export type IndexFinding = z.infer<typeof IndexFinding>;

const Finding = z
  .string()
  .min(1)
  .max(300)
  .meta({ description: 'The finding’s `id`', examples: ['unused:shop.public.orders_note'] });

export const ListedFinding = IndexFinding.extend({
  id: z.string().meta({ description: 'The same whenever the same is found of the same index' }),
  dismissed: z
    .object({ reason: z.string(), at: Timestamp, personId: Id.nullable() })
    .nullable()
    .meta({ description: 'Who looked at it and decided to leave it, and why; null: nobody did' }),
}).meta({ id: 'ListedFinding' });
export type ListedFinding = z.infer<typeof ListedFinding>;

export const listIndexFindings = operation({
  service: 'monitor-agent',
  name: 'servers.index-findings',
  needs: needsFeature('index_analysis'),
  http: ['GET', '/api/v1/servers/{serverId}/index-findings'],
  scope: 'servers:read',
  summary:
    'Indexes that are invalid, duplicate, redundant or unused, the largest first, each with the SQL that drops it',
  input: z.strictObject({
    serverId: Id,
    ...rankQuery,
    database: z.string().max(63).optional().meta({ description: 'Only of this database' }),
    table: z.string().max(63).optional().meta({ description: 'Only of tables with this name' }),
    dismissed: z
      .boolean()
      .default(false)
      .meta({ description: 'true: those that were dismissed instead of those that were not' }),
  }),
  output: z.object({
    items: z.array(ListedFinding),
    nextCursor,
    total: Count,
    dismissed: Count.meta({ description: 'How many were dismissed' }),
    bytes: Count.meta({ description: 'Of all findings whose SQL drops an index' }),
    judged: Count.meta({ description: 'Indexes that were judged' }),
    known: Count.meta({ description: 'Known indexes; more than were judged when there are very many' }),
    databases: z.array(
      z.object({
        database: z.string(),
        countingSince: Timestamp.nullable().meta({
          description: 'Since when scans are counted without a reset; a reset or a crash of the server starts again',
        }),
        observedDays: z.number().min(0).meta({ description: 'How much of the time since was actually observed' }),
        judgesUnused: z.boolean().meta({ description: 'Whether that is long enough to call an index unused' }),
      }),
    ),
  }),
});

export const dismissFinding = operation({
  service: 'monitor-agent',
  name: 'servers.findings.dismiss',
  http: ['POST', '/api/v1/servers/{serverId}/dismissed-findings'],
  scope: 'servers:write',
  summary: 'Leave a finding as it is, and say why: it is not shown among the open ones any more',
  audit: { thing: 'finding', id: 'finding', name: 'finding', shows: ['serverId', 'reason'] },
  input: z.strictObject({
    serverId: Id,
    finding: Finding,
    reason: Name.meta({ description: 'Why it stays', examples: ['Used by the yearly report'] }),
  }),
  output: Empty,
  status: 204,
});

export const restoreFinding = operation({
  service: 'monitor-agent',
  name: 'servers.findings.restore',
  http: ['DELETE', '/api/v1/servers/{serverId}/dismissed-findings'],
  scope: 'servers:write',
  summary: 'Show a dismissed finding again',
  audit: { thing: 'finding', id: 'finding', name: 'finding', shows: ['serverId'] },
  input: z.strictObject({ serverId: Id, finding: Finding }),
  output: Empty,
  status: 204,
});
