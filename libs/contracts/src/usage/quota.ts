import { z } from 'zod';
import { event } from '../kernel/event.ts';
import { Id, Timestamp } from '../kernel/types.ts';
import { MeterKey } from './event.ts';
import { Figure } from './quantity.ts';

export const QuotaReached = z.object({
  orgId: Id,
  meter: MeterKey,
  meterName: z.string().optional().meta({ description: 'Absent of what versions before this field emitted' }),
  limit: Figure.min(0).meta({ description: 'With the prepaid units that were drawn, and those that are left' }),
  used: Figure,
  /** The threshold that was reached, not the exact share. */
  percent: z.union([z.literal(50), z.literal(80), z.literal(100)]),
  periodStart: Timestamp,
  periodEnd: Timestamp.nullable().meta({ description: 'null: the limit applies to all use there has been' }),
});
export type QuotaReached = z.infer<typeof QuotaReached>;

export const quotaReached = event({
  service: 'usage',
  name: 'quota.reached.v1',
  summary: 'A share of a metered quota is used, by more use or by a lower limit; once per meter, threshold and window',
  data: QuotaReached,
  aggregate: (reached) => reached.orgId,
});
