import { z } from 'zod';
import { Limit } from '../billing/features.ts';
import { operation } from '../kernel/operation.ts';
import { Timestamp } from '../kernel/types.ts';
import { MeterKey } from './event.ts';
import { Figure } from './quantity.ts';

export const EstimateMethod = z.enum(['last_7_days', 'straight_line', 'too_early']).meta({
  id: 'EstimateMethod',
  description:
    'last_7_days: what is left of the period is used as the same hours of the last seven days were. straight_line: what is ' +
    'left is used as fast as the period so far; while there are not seven days of history. ' +
    'too_early: the period is less than a day old and there is no history',
});
export type EstimateMethod = z.infer<typeof EstimateMethod>;

export const UsageEstimate = z
  .object({
    meter: MeterKey,
    periodStart: Timestamp,
    periodEnd: Timestamp,
    used: Figure.meta({ description: 'Until now' }),
    estimate: Figure.nullable().meta({ description: 'At the end of the period, by `method`; null: too early' }),
    method: EstimateMethod,
    straightLine: Figure.nullable().meta({
      description: 'By the pace of the period so far; null: it is less than a day old',
    }),
    lastSevenDays: Figure.nullable().meta({ description: 'By the last seven days; null: there are fewer' }),
    limit: Limit.meta({ description: 'For this period; null: unlimited, or a limit of another window' }),
    reachesLimitAt: Timestamp.nullable().meta({ description: 'By `method`; null: not in this period' }),
  })
  .meta({ id: 'UsageEstimate' });
export type UsageEstimate = z.infer<typeof UsageEstimate>;

export const estimateUsage = operation({
  service: 'usage',
  name: 'usage.estimate',
  http: ['GET', '/api/v1/usage/estimate'],
  scope: 'usage:read',
  summary: 'What every meter will have used at the end of its period',
  description:
    'For the month of the meter, or for what is paid at a time where its limit applies to that. It says how each figure was ' +
    'computed. Costs are not estimated here.',
  input: z.strictObject({}),
  output: z.object({ items: z.array(UsageEstimate) }),
});
