import { z } from 'zod';
import { needsLevel } from '../billing/needs.ts';
import { operation } from '../kernel/operation.ts';
import { nextCursor, Timestamp } from '../kernel/types.ts';
import { Count, Range, rankQuery, serverRange } from './range.ts';
import { ServerCheck } from './server-check.ts';

const Milliseconds = z.number().min(0);

/** Counters of a statement; spread into models that add where and when. */
export const statementFigures = {
  calls: Count,
  rows: Count,
  totalMs: Milliseconds,
  meanMs: Milliseconds,
  planMs: Milliseconds,
  sharedBlocksHit: Count,
  sharedBlocksRead: Count,
  sharedBlocksDirtied: Count,
  sharedBlocksWritten: Count,
  tempBlocksRead: Count,
  tempBlocksWritten: Count,
  ioReadMs: Milliseconds,
  ioWriteMs: Milliseconds,
  walBytes: Count,
};

export const Statement = z
  .object({
    statementId: z.string(),
    database: z.string(),
    role: z.string(),
    queryId: z.string().meta({ description: 'PostgreSQL’s own id of the statement, as text' }),
    queryKey: z
      .string()
      .nullable()
      .meta({
        description:
          'Our own name of the query: the same for every database, role and spelling, and after its tables were made ' +
          'anew; null where the text is not known, not whole, or not one that PostgreSQL 18 takes',
      }),
    toplevel: z.boolean().meta({ description: 'false: called from within a function' }),
    text: z
      .string()
      .nullable()
      .meta({ description: 'Constants are parameters, comments removed; null until it has been read' }),
    textTruncated: z.boolean(),
    ...statementFigures,
    partial: z.boolean().meta({ description: 'Reset in the range, or possibly evicted: some work may be missing' }),
    firstSeenAt: Timestamp,
    lastSeenAt: Timestamp,
  })
  .meta({ id: 'Statement' });
export type Statement = z.infer<typeof Statement>;

/** What PostgreSQL itself lost or did not record, so that totals can be judged. */
export const StatementCompleteness = z
  .object({
    resets: Count.meta({ description: 'How often all counters were reset (by hand or by a crash)' }),
    evictions: Count.meta({ description: 'How often PostgreSQL evicted statements to make room' }),
    evictionsPerMinute: z.number().min(0).meta({ description: 'Share of the observed time' }),
    gaps: Count.meta({ description: 'How often another server answered at the address' }),
    lostSeconds: z.number().min(0).meta({ description: 'Time before resets whose work is unknown' }),
    coverage: z.number().min(0).nullable().meta({
      description: 'Time of the statements / time that sessions were active; null where PostgreSQL does not say',
    }),
    warnings: z.array(ServerCheck).meta({ description: 'What makes the totals too low, and how to fix it' }),
  })
  .meta({ id: 'StatementCompleteness' });
export type StatementCompleteness = z.infer<typeof StatementCompleteness>;

export const StatementSort = z.enum(['totalMs', 'calls', 'meanMs', 'rows', 'ioReadMs', 'walBytes']).meta({
  id: 'StatementSort',
  description: 'By what the list is ordered, most first',
});
export type StatementSort = z.infer<typeof StatementSort>;

export const StatementChange = z.enum(['new', 'regressed', 'improved']).meta({
  id: 'StatementChange',
  description:
    'new: first seen in the range; regressed: a call takes at least half as long again as in the period before; ' +
    'improved: it takes at most two thirds of it. Neither is said below 10 calls in one of the periods',
});

/** What is asked for besides the figures; each costs a little more. */
export const ListedStatement = Statement.extend({
  share: z
    .number()
    .min(0)
    .nullable()
    .meta({ description: 'Of the total time of the list, 0 to 1; null: there was none' }),
  spark: z.array(Milliseconds).nullable().meta({
    description: 'Time spent, by equal parts of the range of `sparkStep` seconds; null unless `spark` asks for it',
  }),
  previous: z
    .object({ calls: Count, totalMs: Milliseconds, meanMs: Milliseconds })
    .nullable()
    .meta({ description: 'In the period of the same length before; null: not called then, or not asked for' }),
  change: StatementChange.nullable(),
}).meta({ id: 'ListedStatement' });
export type ListedStatement = z.infer<typeof ListedStatement>;

const Facet = z.object({ name: z.string(), statements: Count, totalMs: Milliseconds });

export const topStatements = operation({
  service: 'monitor-agent',
  name: 'servers.statements',
  needs: needsLevel('metrics', 'basic'),
  http: ['GET', '/api/v1/servers/{serverId}/statements'],
  scope: 'servers:read',
  summary: 'Top statements of a range, with exact counts',
  description:
    'Each series is one statement of one database and role, apart by whether it was called from within a function. ' +
    '`total` sums up all series, not only those shown.',
  input: z.strictObject({
    ...serverRange,
    sort: StatementSort.default('totalMs'),
    ...rankQuery,
    database: z.string().max(63).optional().meta({ description: 'Only of this database' }),
    role: z.string().max(63).optional().meta({ description: 'Only of this role' }),
    search: z.string().min(1).max(200).optional().meta({ description: 'Part of the text, in any case' }),
    compare: z
      .enum(['previous'])
      .optional()
      .meta({ description: 'previous: each with its figures in the period of the same length before' }),
    spark: z.boolean().default(false).meta({ description: 'true: each with its time over the range' }),
    facets: z
      .boolean()
      .default(false)
      .meta({ description: 'true: also how the time is divided among databases and roles' }),
  }),
  output: z.object({
    range: Range,
    completeness: StatementCompleteness,
    total: z.object({ statements: Count, calls: Count, rows: Count, totalMs: Milliseconds }),
    sparkStep: z.int().min(60).nullable().meta({ description: 'Seconds of one part of `spark`' }),
    facets: z
      .object({ databases: z.array(Facet), roles: z.array(Facet) })
      .nullable()
      .meta({
        description: 'Of all statements of the range, whatever is filtered; those with most time first, at most 20',
      }),
    items: z.array(ListedStatement),
    nextCursor,
  }),
});
