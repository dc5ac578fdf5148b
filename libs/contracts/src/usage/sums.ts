import { z } from 'zod';
import { INTERNAL } from '../kernel/audit.ts';
import { operation } from '../kernel/operation.ts';
import { Timestamp } from '../kernel/types.ts';
import { MeterKey } from './event.ts';

/** A quantity that is not counted, in the smallest steps of its meter. */
export const UsageChange = z.strictObject({ at: Timestamp, quantity: z.int() });
export type UsageChange = z.infer<typeof UsageChange>;

/** In the smallest steps of a meter. */
export const Covered = z.object({
  used: z.int().meta({ description: 'Everything that was used' }),
  rollover: z.int().meta({ description: 'Of it, paid by what was left of earlier windows' }),
  credits: z.int().meta({ description: 'Of it, paid by prepaid units' }),
});
export type Covered = z.infer<typeof Covered>;

/**
 * For services: how much was used. A time begins and ends with an hour (UTC) or with a period of the organisation: within
 * an hour nothing is divided.
 */
export const sumUsage = operation({
  service: 'usage',
  name: 'usage.sum',
  scope: 'service',
  summary: 'Usage of meters in given times',
  description:
    'Without what prepaid units, or units of earlier windows, paid for. The organisation is the one of the call; what is not counted yet is in later answers.',
  audit: INTERNAL,
  input: z.strictObject({
    spans: z
      .array(
        z.strictObject({
          meter: MeterKey,
          from: Timestamp,
          to: Timestamp,
          beyond: z
            .strictObject({ limit: z.int().min(0), per: z.enum(['hour', 'day']) })
            .optional()
            .meta({ description: 'Only what is beyond the limit in each hour (UTC) or day (of the organisation)' }),
        }),
      )
      .max(200),
    changes: z
      .array(UsageChange)
      .max(6_500)
      .optional()
      .meta({ description: 'What to add to each span in which it lies, as if it were counted' }),
    covered: z.boolean().optional().meta({ description: 'Answer as well what paid for the use of each span' }),
  }),
  output: z.object({
    sums: z.array(z.int()).meta({ description: 'In the order of the spans, in the smallest steps of each meter' }),
    decimals: z.array(z.int()).meta({ description: 'In the same order: digits of each meter behind the point' }),
    covered: z.array(Covered).optional(),
  }),
});
