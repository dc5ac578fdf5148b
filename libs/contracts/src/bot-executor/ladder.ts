import { z } from 'zod';
import { operation } from '../kernel/operation.ts';
import { Decimal, PositiveDecimal } from '../kernel/types.ts';
import { candleSeries } from './candles.ts';
import { DcaSettings } from './settings.ts';

export const LadderLevel = z
  .object({
    index: z.int().meta({ description: '0 is the base order' }),
    deviationPercent: Decimal.meta({ description: 'Distance from the base order’s price' }),
    price: Decimal,
    size: Decimal.meta({ description: 'In the quote currency, after rounding' }),
    quantity: Decimal,
    totalQuantity: Decimal.meta({ description: 'When this and every order before it are filled' }),
    totalSize: Decimal,
    averagePrice: Decimal.meta({ description: 'Truncated to twelve decimals' }),
    breakEvenPrice: Decimal.meta({ description: 'First price at which closing pays both fees' }),
    takeProfitPrice: Decimal,
    stopLossPrice: Decimal.nullable().meta({ description: 'null: no stop loss is set' }),
    liquidationPrice: Decimal.nullable().meta({ description: 'null: not traded with futures' }),
    reboundPercent: Decimal.meta({ description: 'From this price to the take profit, truncated to six decimals' }),
  })
  .meta({ id: 'LadderLevel' });
export type LadderLevel = z.infer<typeof LadderLevel>;

export const Ladder = z
  .object({
    market: z.string(),
    currency: z.string(),
    price: Decimal.meta({ description: 'Of the base order' }),
    levels: z.array(LadderLevel),
    capital: Decimal.meta({ description: 'Needed when every averaging order fills, entry fees included' }),
    fees: Decimal.meta({ description: 'The part of the capital that is fees' }),
    margin: Decimal.meta({
      description: 'What the wallet must hold for all of it: capital ÷ leverage, plus the fees',
    }),
    worstLoss: Decimal.nullable().meta({
      description:
        'Loss of a trade that fills every order and ends at its stop loss, or else is liquidated; null: with neither, only the capital bounds it',
    }),
  })
  .meta({ id: 'Ladder' });
export type Ladder = z.infer<typeof Ladder>;

export const previewLadder = operation({
  service: 'bot-executor',
  name: 'bots.preview-ladder',
  http: ['POST', '/api/v1/bots/ladder-preview'],
  scope: 'bots:read',
  summary: 'The exact ladder of some settings at a price, before a bot is created',
  input: z.strictObject({
    settings: DcaSettings,
    price: PositiveDecimal.optional().meta({ description: 'By default the close of the newest candle of `feed`' }),
    feed: z.strictObject(candleSeries).prefault({}).meta({ description: 'Which candles, where no price is given' }),
  }),
  output: Ladder,
  readonly: true,
  status: 200,
});
