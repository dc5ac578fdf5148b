import { z } from 'zod';
import { Timestamp } from '../kernel/types.ts';

/* What a bot reports about itself besides its trades. */

export const WaitingReason = z
  .enum(['maxTrades', 'cooldown', 'priceRange', 'belowMinimum', 'noSignal', 'refused'])
  .meta({ id: 'WaitingReason' });
export type WaitingReason = z.infer<typeof WaitingReason>;

/** Why a running bot opens no trade. */
export const Waiting = z
  .object({
    reason: WaitingReason,
    message: z.string(),
    since: Timestamp.meta({ description: 'The first candle for which this was observed' }),
  })
  .meta({ id: 'Waiting' });
export type Waiting = z.infer<typeof Waiting>;

/** Why a bot was halted. */
export const Halt = z
  .object({
    reason: z.enum(['contradictoryReports', 'ordersRejected', 'positionChanged', 'cannotRun', 'moved']),
    message: z.string(),
    at: Timestamp,
  })
  .meta({ id: 'Halt' });
export type Halt = z.infer<typeof Halt>;

/** How a bot was started last. */
export const Resumed = z
  .object({
    mode: z.enum(['beginning', 'fromNow', 'catchUp']).meta({
      description:
        'beginning: for the first time; fromNow: candles that arrived while it was stopped are not traded; catchUp: they are',
    }),
    after: Timestamp.nullable().meta({ description: 'Candles after this one are traded; null: from the first one' }),
    at: Timestamp,
  })
  .meta({ id: 'Resumed' });
export type Resumed = z.infer<typeof Resumed>;
