import { z } from 'zod';
import { event } from '../kernel/event.ts';
import { operation } from '../kernel/operation.ts';
import { Id } from '../kernel/types.ts';
import { MeterKey } from './event.ts';
import { Figure } from './quantity.ts';

/** What can be used of a meter, for whoever buys more when it runs low. */
export const remainingUnits = operation({
  service: 'usage',
  name: 'usage.remaining',
  scope: 'service',
  summary: 'What is left of a meter, of the limit and of prepaid units together',
  description: 'The organisation is the one of the call. All of one moment.',
  input: z.strictObject({ meter: MeterKey }),
  output: z.object({
    remaining: Figure.min(0)
      .nullable()
      .meta({ description: 'null: without limit, or nothing of it is refused or charged' }),
    known: z.array(Id).meta({ description: 'Prepaid units of the last two days that it received' }),
  }),
  readonly: true,
});

export const runsLow = event({
  service: 'usage',
  name: 'quota.low.v1',
  summary:
    'No more is left of a meter than somebody wants to be notified of; once in each window until there is more again',
  data: z.object({ orgId: Id, meter: MeterKey, remaining: Figure.min(0) }),
  aggregate: ({ orgId }) => orgId,
});
