import { z } from 'zod';
import { PositiveDecimal } from '../kernel/types.ts';

const Percent = PositiveDecimal.refine((text) => Number(text) <= 1_000, { error: 'at most 1000 percent' });
const Scale = PositiveDecimal.refine((text) => Number(text) >= 0.1 && Number(text) <= 10, { error: 'from 0.1 to 10' });
const Short = (schema: typeof PositiveDecimal) =>
  schema.refine((text) => text.length <= 20, { error: 'at most 20 characters' });

export const Direction = z.enum(['long', 'short']).meta({ id: 'Direction' });

/** A DCA bot: a base order, averaging orders below it (above it for short), one take profit for the whole position. */
export const BotSettings = z
  .strictObject({
    market: z.string().min(1).max(20),
    direction: Direction,
    baseOrder: Short(PositiveDecimal).meta({ description: 'Size of the base order in the quote currency' }),
    averagingOrders: z.strictObject({
      count: z.int().min(0).max(200),
      size: Short(PositiveDecimal).meta({ description: 'Size of the first averaging order in the quote currency' }),
      deviationPercent: Short(Percent).meta({ description: 'Distance of the first averaging order' }),
      stepScale: Short(Scale).default('1').meta({ description: 'Each step is this many times the step before' }),
      volumeScale: Short(Scale).default('1').meta({ description: 'Each order is this many times the order before' }),
      deviationFrom: z.enum(['base', 'lastFill']).default('base'),
    }),
    takeProfit: z.strictObject({
      percent: Short(Percent),
      basis: z
        .enum(['average', 'base'])
        .default('average')
        .meta({ description: 'Of the whole position’s cost, or of the base order’s size' }),
      includeFees: z.boolean().default(false).meta({ description: 'The percentage is what is left after both fees' }),
    }),
  })
  .meta({ id: 'BotSettings' });
export type BotSettings = z.output<typeof BotSettings>;
