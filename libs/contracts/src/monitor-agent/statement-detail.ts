import { z } from 'zod';
import { needsLevel } from '../billing/needs.ts';
import { operation } from '../kernel/operation.ts';
import { Id, Timestamp } from '../kernel/types.ts';
import { WaitShare } from './blocking.ts';
import { IndexFinding } from './index-findings.ts';
import { Range, rangeQuery } from './range.ts';
import { ListedStatement } from './statement.ts';
import { StatementId } from './statement-series.ts';

const sessions = z.number().min(0).meta({ description: 'Average number of concurrent sessions' });

export const StatementFinding = z
  .object({
    kind: z.enum(['regressed', 'temp_files', 'cache', 'planning', 'many_rows']),
    severity: z.enum(['warning', 'info']),
    what: z.string().meta({ description: 'What was seen, and what to look at' }),
  })
  .meta({ id: 'StatementFinding' });
export type StatementFinding = z.infer<typeof StatementFinding>;

export const showStatement = operation({
  service: 'monitor-agent',
  name: 'servers.statement',
  needs: needsLevel('metrics', 'premium'),
  http: ['GET', '/api/v1/servers/{serverId}/statements/{statementId}'],
  scope: 'servers:read',
  summary: 'One statement: its text, figures, tables, who runs it, what it waits for, and what could be better',
  input: z.strictObject({ serverId: Id, statementId: StatementId, ...rangeQuery }),
  output: z.object({
    range: Range,
    statement: ListedStatement.meta({
      description: 'With the period before; zeros when it was not called in the range',
    }),
    tables: z
      .array(z.object({ schema: z.string(), name: z.string(), totalBytes: z.number().nullable() }))
      .meta({ description: 'Tables of its database that its text names, at most 50' }),
    users: z.array(z.object({ role: z.string().nullable(), application: z.string(), sessions })).meta({
      description: 'Who was seen running it in up to 500 snapshots of the range; short calls are seldom seen',
    }),
    waits: z.array(WaitShare).meta({ description: 'What its sessions were doing' }),
    waitSeries: z
      .array(z.object({ at: Timestamp, waits: z.array(WaitShare) }))
      .meta({ description: 'At most 120 slices; slices without a snapshot are left out' }),
    findings: z.array(StatementFinding),
    indexFindings: z.array(IndexFinding).meta({ description: 'Of the indexes of its tables' }),
  }),
});
