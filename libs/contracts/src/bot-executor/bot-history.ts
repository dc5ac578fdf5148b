import { z } from 'zod';
import { operation } from '../kernel/operation.ts';
import { notFound } from '../kernel/problem.ts';
import { Decimal, Id, Instant, Timestamp } from '../kernel/types.ts';
import { Fill, Order, OrderKind, OrderSide } from './trades.ts';

const TradeNumber = z.int().meta({ description: 'Number of its trade' });
const range = {
  from: Instant.optional().meta({ description: 'Included; by default the first' }),
  to: Instant.optional().meta({ description: 'Excluded; by default up to the newest' }),
};

export const BotOrder = Order.extend({ tradeId: Id, trade: TradeNumber }).meta({ id: 'BotOrder' });
export type BotOrder = z.infer<typeof BotOrder>;
export const BotFill = Fill.extend({ tradeId: Id, trade: TradeNumber, kind: OrderKind, side: OrderSide }).meta({
  id: 'BotFill',
});
export type BotFill = z.infer<typeof BotFill>;

export const listActivity = operation({
  service: 'bot-executor',
  name: 'bots.activity',
  http: ['GET', '/api/v1/bots/{botId}/activity'],
  scope: 'bots:read',
  summary: 'Orders and fills of a bot in a range of time, over all of its trades',
  description:
    'The newest of the range, oldest first. Where there were more than `limit` of either, `complete` is false.',
  input: z.strictObject({
    botId: Id,
    ...range,
    limit: z.int().min(1).max(1_000).default(500).meta({ description: 'At most so many orders, and so many fills' }),
  }),
  output: z.object({ orders: z.array(BotOrder), fills: z.array(BotFill), complete: z.boolean() }),
  errors: [notFound],
});

export const NextLevel = z
  .object({
    index: z.int().meta({ description: '0 is the base order' }),
    kind: OrderKind,
    side: OrderSide,
    state: z.enum(['filled', 'waiting', 'planned']).meta({
      description: 'waiting: at the exchange; planned: placed later, or when the next trade is opened',
    }),
    price: Decimal,
    quantity: Decimal.meta({ description: 'Of all of the order' }),
    distancePercent: Decimal.nullable().meta({
      description: 'From the last price, two decimals; above zero: the price has to rise. null where no price is known',
    }),
  })
  .meta({ id: 'NextLevel' });
export type NextLevel = z.infer<typeof NextLevel>;

export const showLevels = operation({
  service: 'bot-executor',
  name: 'bots.levels',
  http: ['GET', '/api/v1/bots/{botId}/levels'],
  scope: 'bots:read',
  summary: 'The levels of a bot’s open trade: filled, waiting and still to come; without one, those of the next trade',
  description:
    'Without an open trade the ladder is drawn from the last price: the next trade begins at another one. A ' +
    'martingale-ema bot decides each level anew, so only orders that wait are listed.',
  input: z.strictObject({ botId: Id }),
  output: z.object({
    tradeId: Id.nullable(),
    currency: z.string(),
    lastPrice: Decimal.nullable(),
    levels: z.array(NextLevel),
    takeProfitPrice: Decimal.nullable(),
    stopLossPrice: Decimal.nullable(),
    liquidationPrice: Decimal.nullable(),
    capital: Decimal.nullable().meta({ description: 'Needed when every level fills, entry fees included' }),
    worstLoss: Decimal.nullable().meta({
      description: 'Loss of a trade that fills every level and ends at its stop loss; null: only the capital bounds it',
    }),
    atRisk: Decimal.meta({ description: 'Money in the open trade: value of its entries that are not closed' }),
  }),
  errors: [notFound],
});

export const BotEquityPoint = z
  .object({
    at: Timestamp.meta({ description: 'Start of the candle; the value is at its close' }),
    equity: Decimal.meta({ description: 'Closed and open profit at this close; closing fees are not taken off' }),
    drawdown: Decimal.meta({ description: 'Below the highest equity of the points so far: 0 or less' }),
  })
  .meta({ id: 'BotEquityPoint' });
export type BotEquityPoint = z.infer<typeof BotEquityPoint>;

export const showBotEquity = operation({
  service: 'bot-executor',
  name: 'bots.equity',
  http: ['GET', '/api/v1/bots/{botId}/equity'],
  scope: 'bots:read',
  summary: 'Equity of a bot and its drawdown: at most 500 closes, evenly spread over the range',
  description: 'From the stored ledger and fills; before the oldest of them there are no points.',
  input: z.strictObject({ botId: Id, ...range }),
  output: z.object({
    currency: z.string(),
    items: z.array(BotEquityPoint),
    maxDrawdown: Decimal.meta({ description: 'The deepest of the points, as a number of 0 or more' }),
  }),
  errors: [notFound],
});
