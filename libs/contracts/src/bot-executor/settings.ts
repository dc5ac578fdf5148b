import { z } from 'zod';
import { PositiveDecimal } from '../kernel/types.ts';

/* Bounded, so that two hundred powers of a scale stay numbers of a reasonable length. */
const decimal = (integers: number, decimals: number) =>
  PositiveDecimal.regex(
    new RegExp(`^\\d{1,${integers}}(\\.\\d{1,${decimals}})?$`),
    `at most ${integers} digits before the point and ${decimals} after it`,
  );

const Amount = decimal(12, 8).meta({ examples: ['100'] });
export const MarketName = z
  .string()
  .min(1)
  .max(20)
  .meta({ description: 'One of GET /api/v1/markets', examples: ['BTC-USDT'] });
const Percent = decimal(4, 6)
  .refine((text) => Number(text) <= 1_000, { error: 'at most 1000 percent' })
  .meta({ examples: ['1.5'] });
const Scale = decimal(2, 6)
  .refine((text) => Number(text) >= 0.1 && Number(text) <= 10, { error: 'from 0.1 to 10' })
  .meta({ examples: ['1.5'] });

export const Direction = z
  .enum(['long', 'short'])
  .meta({ id: 'Direction', description: 'long earns when the price rises, short when it falls' });
export type Direction = z.infer<typeof Direction>;

const Share = decimal(2, 2).meta({ examples: ['50'] });
const Seconds = z
  .int()
  .min(1)
  .max(30 * 86_400);
const Leverage = decimal(3, 2).refine((text) => Number(text) >= 1 && Number(text) <= 125, { error: 'from 1 to 125' });
const FundingRate = z.string().regex(/^-?\d(\.\d{1,4})?$/, 'a percentage with at most 4 decimals, between -10 and 10');

const TakeProfit = z.strictObject({
  percent: Percent.meta({ description: 'Where the whole position, or what earlier steps left of it, is closed' }),
  basis: z
    .enum(['average', 'base'])
    .default('average')
    .meta({ description: 'Of the whole position’s cost, or of the base order’s size' }),
  includeFees: z.boolean().default(false).meta({ description: 'The percentage is what is left after both fees' }),
  steps: z
    .array(
      z.strictObject({
        percent: Percent.meta({ description: 'How far in profit this step is' }),
        sharePercent: Share.meta({ description: 'Part of the position that this step closes' }),
      }),
    )
    .max(3)
    .optional()
    .meta({ description: 'Partial exits before the last one, nearest first; with it that makes up to four' }),
  trailingPercent: Percent.optional().meta({
    description: 'Trailing: at `percent` nothing is sold yet; the exit follows this far behind the best price',
  }),
});

const StopLoss = z.strictObject({
  percent: Percent.meta({ description: 'How far in loss the trade ends' }),
  basis: z
    .enum(['base', 'average', 'lastFill'])
    .meta({ description: 'What the distance is measured from: the base order, the average, or the last entry' }),
  breakEvenAtPercent: Percent.optional().meta({
    description: 'Once the price is this far in profit the stop moves to where both fees are paid',
  }),
  timeoutSeconds: Seconds.optional().meta({ description: 'How long the price must stay beyond the stop' }),
});

const Futures = z.strictObject({
  leverage: Leverage.meta({ description: 'From 1 to 125: margin is the value divided by it', examples: ['5'] }),
  fundingRatePercent: FundingRate.default('0').meta({
    description: 'Assumed rate of each funding: a long pays it when it is above zero, a short receives it',
  }),
  fundingEveryHours: z
    .union([z.literal(1), z.literal(2), z.literal(4), z.literal(8)])
    .default(8)
    .meta({
      description: 'Hours between fundings',
    }),
});

const DCA_EXAMPLE = {
  strategy: 'dca',
  market: 'BTC-USDT',
  direction: 'long',
  baseOrder: '100',
  averagingOrders: {
    count: 5,
    size: '100',
    deviationPercent: '1.5',
    stepScale: '1.2',
    volumeScale: '1.5',
    deviationFrom: 'base',
  },
  takeProfit: { percent: '1.5', basis: 'average', includeFees: true },
};

/**
 * A DCA bot: a base order, averaging orders below it (above it for short), take profit in up to four steps, and limits
 * on when it may trade and how much it may lose.
 */
export const DcaSettings = z
  .strictObject({
    strategy: z.literal('dca').optional().meta({ description: 'Optional' }),
    market: MarketName,
    direction: Direction,
    baseOrder: Amount.meta({ description: 'Size of the base order in the quote currency' }),
    averagingOrders: z
      .strictObject({
        count: z
          .int()
          .min(0)
          .max(200)
          .meta({ description: 'How many averaging orders follow the base order', examples: [5] }),
        size: Amount.meta({ description: 'Size of the first averaging order in the quote currency' }),
        deviationPercent: Percent.meta({ description: 'Distance of the first averaging order' }),
        stepScale: Scale.default('1').meta({ description: 'Each step is this many times the step before' }),
        volumeScale: Scale.default('1').meta({ description: 'Each order is this many times the order before' }),
        deviationFrom: z
          .enum(['base', 'lastFill'])
          .default('base')
          .meta({ description: 'What the distance is measured from: the base order’s price, or the fill before' }),
        activeLimit: z
          .int()
          .min(1)
          .max(200)
          .optional()
          .meta({ description: 'How many wait on the exchange at once; by default all', examples: [3] }),
      })
      .meta({ description: 'Orders that buy more (sell more for short) when the price goes the wrong way' }),
    takeProfit: TakeProfit.meta({ description: 'When a trade ends with a profit' }),
    stopLoss: StopLoss.optional().meta({ description: 'When a trade ends with a loss; absent: never' }),
    cooldownSeconds: Seconds.optional().meta({ description: 'Between the end of a trade and the next one' }),
    maxTrades: z.int().min(1).max(1_000_000).optional().meta({ description: 'The most trades that the bot opens' }),
    minPrice: Amount.optional().meta({ description: 'No trade is opened below this price' }),
    maxPrice: Amount.optional().meta({ description: 'No trade is opened above this price' }),
    futures: Futures.optional().meta({
      description: 'Isolated margin with leverage. Absent: nothing is borrowed and nothing can be liquidated',
    }),
  })
  .meta({
    id: 'DcaSettings',
    description: 'Of a bot that averages down: base order, averaging orders, take profit, limits',
    examples: [DCA_EXAMPLE],
  });
export type DcaSettings = z.output<typeof DcaSettings>;

/**
 * Adds to a losing position in proportion to its loss and takes profit from a winning one in parts, guided by moving
 * averages: it opens with the hourly trend, adds in calm markets, and waits in a crash.
 */
export const MartingaleEmaSettings = z
  .strictObject({
    strategy: z.literal('martingale-ema').meta({ description: 'Names the strategy of these settings' }),
    market: MarketName,
    direction: Direction,
    balance: Amount.meta({ description: 'What the bot may risk, in the quote currency; its profits are added to it' }),
    futures: Futures.meta({ description: 'Isolated margin with leverage' }),
    openPercent: Percent.default('0.6').meta({ description: 'Margin of the first order, of the balance' }),
    maxMarginPercent: Percent.default('50').meta({
      description:
        'No order raises the margin above this part of the balance; from 70 % of it on, orders become smaller',
    }),
    closeAtReturnPercent: Percent.default('10').meta({ description: 'Profit over margin at which all is closed' }),
  })
  .meta({
    id: 'MartingaleEmaSettings',
    description: 'Of a bot that adds in proportion to its loss, guided by moving averages',
  });
export type MartingaleEmaSettings = z.output<typeof MartingaleEmaSettings>;

export const BotSettings = z.discriminatedUnion('strategy', [DcaSettings, MartingaleEmaSettings]).meta({
  id: 'BotSettings',
  description: 'Without `strategy` those of a DCA bot',
});
export type BotSettings = z.output<typeof BotSettings>;
