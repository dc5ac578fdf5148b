import { z } from 'zod';
import { PositiveDecimal } from '../kernel/types.ts';

/* Bounded, so that two hundred powers of a scale stay numbers of a sensible length. */
const decimal = (integers: number, decimals: number) =>
  PositiveDecimal.regex(
    new RegExp(`^\\d{1,${integers}}(\\.\\d{1,${decimals}})?$`),
    `at most ${integers} digits before the point and ${decimals} after it`,
  );

const Amount = decimal(12, 8);
const Percent = decimal(4, 6).refine((text) => Number(text) <= 1_000, { error: 'at most 1000 percent' });
const Scale = decimal(2, 6).refine((text) => Number(text) >= 0.1 && Number(text) <= 10, { error: 'from 0.1 to 10' });

export const Direction = z.enum(['long', 'short']).meta({ id: 'Direction' });
export type Direction = z.infer<typeof Direction>;

/** A DCA bot: a base order, averaging orders below it (above it for short), one take profit for the whole position. */
export const BotSettings = z
  .strictObject({
    market: z.string().min(1).max(20),
    direction: Direction,
    baseOrder: Amount.meta({ description: 'Size of the base order in the quote currency' }),
    averagingOrders: z.strictObject({
      count: z.int().min(0).max(200),
      size: Amount.meta({ description: 'Size of the first averaging order in the quote currency' }),
      deviationPercent: Percent.meta({ description: 'Distance of the first averaging order' }),
      stepScale: Scale.default('1').meta({ description: 'Each step is this many times the step before' }),
      volumeScale: Scale.default('1').meta({ description: 'Each order is this many times the order before' }),
      deviationFrom: z
        .enum(['base', 'lastFill'])
        .default('base')
        .meta({ description: 'What the distance is measured from: the base order’s price, or the fill before' }),
    }),
    takeProfit: z.strictObject({
      percent: Percent,
      basis: z
        .enum(['average', 'base'])
        .default('average')
        .meta({ description: 'Of the whole position’s cost, or of the base order’s size' }),
      includeFees: z.boolean().default(false).meta({ description: 'The percentage is what is left after both fees' }),
    }),
  })
  .meta({ id: 'BotSettings' });
export type BotSettings = z.output<typeof BotSettings>;
