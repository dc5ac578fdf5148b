import { z } from 'zod';
import { needsLevel } from '../billing/needs.ts';
import { operation } from '../kernel/operation.ts';
import { Id, Timestamp } from '../kernel/types.ts';
import { Range, rangeQuery } from './range.ts';
import { statementFigures } from './statement.ts';

export const MAX_SERIES_POINTS = 1_500;

export const StatementPoint = z
  .object({
    at: Timestamp.meta({ description: 'Start of the step; steps start at multiples of their length' }),
    coveredSeconds: z.number().min(0).meta({
      description: 'Time that the snapshots of this step covered: more than the step after a pause of the collection',
    }),
    gap: z.boolean().meta({ description: 'Another server answered: figures are not compared across this' }),
    partial: z.boolean().meta({ description: 'The counters were reset in the step' }),
    figures: z.object(statementFigures).nullable().meta({
      description: 'Sums of the step; null when nothing was collected, zeros when the statement was not called',
    }),
  })
  .meta({ id: 'StatementPoint' });
export type StatementPoint = z.infer<typeof StatementPoint>;

export const StatementId = z
  .string()
  .regex(/^\d{1,15}$/, 'a statement id')
  .meta({ description: 'The statement', examples: ['42'] });

export const showStatementSeries = operation({
  service: 'monitor-agent',
  name: 'servers.statement-series',
  needs: needsLevel('metrics', 'premium'),
  http: ['GET', '/api/v1/servers/{serverId}/statements/{statementId}/series'],
  scope: 'servers:read',
  summary: 'One statement over time',
  description:
    'At the resolution of the snapshots (a minute) for as long as the plan keeps history. A step becomes as long as ' +
    `needed for at most ${MAX_SERIES_POINTS.toLocaleString('en')} points.`,
  input: z.strictObject({
    serverId: Id,
    statementId: StatementId,
    ...rangeQuery,
    step: z
      .int()
      .min(1)
      .max(31 * 86_400)
      .optional()
      .meta({ description: 'Minimum seconds per point; by default as few as the number of points allows' }),
  }),
  output: z.object({
    range: Range,
    step: z.int().min(1).meta({ description: 'Seconds that one point sums up' }),
    points: z.array(StatementPoint),
  }),
});
