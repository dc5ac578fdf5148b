import { z } from 'zod';
import { operation } from '../kernel/operation.ts';
import { Id, nextCursor, Timestamp } from '../kernel/types.ts';
import { Count, rankQuery } from './range.ts';

export const IndexFinding = z
  .object({
    kind: z.enum(['invalid', 'duplicate', 'redundant', 'unused']).meta({
      description:
        'invalid: a build failed, it costs writes and serves nobody; duplicate: another index is the same; redundant: ' +
        'another index begins with its columns; unused: nobody has read it for at least 35 days',
    }),
    database: z.string(),
    schema: z.string(),
    table: z.string(),
    index: z.string(),
    columns: z.array(z.string()),
    method: z.string().nullable(),
    bytes: Count.nullable().meta({ description: 'null: not measured yet' }),
    coveredBy: z.array(z.string()).meta({
      description: 'Indexes of the same table that do its work; the first is not advised to be dropped itself',
    }),
    unusedSince: Timestamp.nullable(),
    what: z.string(),
    evidence: z.array(z.string()).meta({ description: 'What was seen that speaks for it, and what to mind' }),
    sql: z
      .string()
      .nullable()
      .meta({ description: 'To be run in `database`; null: keep it until what is said is done' }),
  })
  .meta({ id: 'IndexFinding' });
export type IndexFinding = z.infer<typeof IndexFinding>;

export const listIndexFindings = operation({
  service: 'monitor-agent',
  name: 'servers.index-findings',
  http: ['GET', '/api/v1/servers/{serverId}/index-findings'],
  scope: 'servers:read',
  summary: 'Indexes that are invalid, doubled or unused, the largest first, each with the SQL that ends it',
  input: z.strictObject({
    serverId: Id,
    ...rankQuery,
    database: z.string().max(63).optional().meta({ description: 'Only of this database' }),
  }),
  output: z.object({
    items: z.array(IndexFinding),
    nextCursor,
    total: Count,
    bytes: Count.meta({ description: 'Of all findings whose SQL drops an index' }),
    judged: Count.meta({ description: 'Indexes that were judged' }),
    known: Count.meta({ description: 'Indexes that are known; more than were judged when there are very many' }),
    databases: z.array(
      z.object({
        database: z.string(),
        countingSince: Timestamp.nullable().meta({
          description: 'Since when scans are counted without a reset; a reset or a crash of the server starts again',
        }),
        observedDays: z.number().min(0).meta({ description: 'How much of the time since was really observed' }),
        judgesUnused: z.boolean().meta({ description: 'Whether that is long enough to call an index unused' }),
      }),
    ),
  }),
});
