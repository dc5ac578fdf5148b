import { z } from 'zod';
import { operation } from '../kernel/operation.ts';
import { notFound } from '../kernel/problem.ts';
import { Decimal, Id, Instant, page, pageQuery, Timestamp } from '../kernel/types.ts';
import { candleSeries } from './candles.ts';
import { BotSettings, Direction } from './settings.ts';
import { ClosedBy, OrderKind, OrderSide } from './trades.ts';

/** The candles of a backtest: `from` is in it, `to` is not. */
export const BacktestFeed = z
  .strictObject({ ...candleSeries, from: Instant.optional(), to: Instant.optional() })
  .meta({ id: 'BacktestFeed' });
export type BacktestFeed = z.output<typeof BacktestFeed>;

export const BacktestTrade = z
  .object({
    number: z.int(),
    direction: Direction,
    openedAt: Timestamp,
    closedAt: Timestamp.nullable(),
    closedBy: ClosedBy.nullable(),
    averagingFills: z.int(),
    averagePrice: Decimal,
    exitPrice: Decimal.nullable(),
    quantity: Decimal,
    cost: Decimal,
    fees: Decimal,
    funding: Decimal,
    profit: Decimal.nullable(),
    profitPercent: Decimal.nullable(),
  })
  .meta({ id: 'BacktestTrade' });
export type BacktestTrade = z.infer<typeof BacktestTrade>;

export const BacktestFill = z
  .object({
    trade: z.int(),
    orderKey: z.string(),
    kind: OrderKind,
    side: OrderSide,
    price: Decimal,
    quantity: Decimal,
    value: Decimal,
    fee: Decimal,
    at: Timestamp,
  })
  .meta({ id: 'BacktestFill' });
export type BacktestFill = z.infer<typeof BacktestFill>;

export const Backtest = z
  .object({
    id: Id,
    settings: BotSettings,
    feed: BacktestFeed,
    currency: z.string(),
    engineVersion: z.int(),
    fingerprint: z.string().meta({
      description: 'SHA-256 of candles, settings, market rules and engine version: equal means equal results',
    }),
    candles: z.int(),
    from: Timestamp,
    to: Timestamp,
    closedTrades: z.int(),
    winningTrades: z.int(),
    fills: z.int(),
    profit: Decimal.meta({ description: 'Of closed trades, after fees' }),
    profitRounded: Decimal.meta({ description: 'The profit to the cent, half away from zero' }),
    openProfit: Decimal.meta({ description: 'Of the trade still open, if closed at the last close, after all fees' }),
    fees: Decimal.meta({ description: 'Of all fills' }),
    funding: Decimal.meta({ description: 'Received (above zero) or paid (below) for holding futures' }),
    liquidations: z.int(),
    wallet: z
      .array(z.object({ currency: z.string(), change: Decimal }))
      .meta({ description: 'What the wallet has gained or lost of each currency, the open trade included' }),
    timeInTradePercent: Decimal.meta({ description: 'Of all candles, two decimals, cut off' }),
    maxCapital: Decimal.meta({ description: 'Most money that was in a trade at once, fees of entry included' }),
    maxDrawdown: Decimal.meta({ description: 'Deepest fall of realised plus open profit from its height' }),
    createdAt: Timestamp,
  })
  .meta({ id: 'Backtest' });
export type Backtest = z.infer<typeof Backtest>;

export const createBacktest = operation({
  service: 'bot-executor',
  name: 'backtests.create',
  http: ['POST', '/api/v1/backtests'],
  scope: 'bots:write',
  summary: 'Run settings over stored candles with the very code that trades on paper',
  description:
    'At most 600,000 candles, more than a year of minutes. The answer sums up; its trades and fills are read in pages.',
  input: z.strictObject({ settings: BotSettings, feed: BacktestFeed.prefault({}) }),
  output: Backtest,
  errors: [notFound],
  limit: 'backtest_runs',
  deadlineMs: 30_000,
});

export const listBacktests = operation({
  service: 'bot-executor',
  name: 'backtests.list',
  http: ['GET', '/api/v1/backtests'],
  scope: 'bots:read',
  summary: 'Backtests that were run before, newest first',
  input: z.strictObject(pageQuery),
  output: page(Backtest),
});

const byId = { backtestId: Id };

export const getBacktest = operation({
  service: 'bot-executor',
  name: 'backtests.get',
  http: ['GET', '/api/v1/backtests/{backtestId}'],
  scope: 'bots:read',
  summary: 'A backtest that was run before',
  input: z.strictObject(byId),
  output: Backtest,
  errors: [notFound],
});

export const listBacktestTrades = operation({
  service: 'bot-executor',
  name: 'backtests.trades',
  http: ['GET', '/api/v1/backtests/{backtestId}/trades'],
  scope: 'bots:read',
  summary: 'Trades of a backtest, oldest first',
  input: z.strictObject({ ...byId, ...pageQuery }),
  output: page(BacktestTrade),
  errors: [notFound],
});

export const listBacktestFills = operation({
  service: 'bot-executor',
  name: 'backtests.fills',
  http: ['GET', '/api/v1/backtests/{backtestId}/fills'],
  scope: 'bots:read',
  summary: 'Fills of a backtest, oldest first',
  input: z.strictObject({ ...byId, ...pageQuery }),
  output: page(BacktestFill),
  errors: [notFound],
});

export const EquityPoint = z
  .object({
    at: Timestamp,
    equity: Decimal.meta({ description: 'Profit of closed trades and open profit at this close' }),
  })
  .meta({ id: 'EquityPoint' });
export type EquityPoint = z.infer<typeof EquityPoint>;

export const showEquity = operation({
  service: 'bot-executor',
  name: 'backtests.equity',
  http: ['GET', '/api/v1/backtests/{backtestId}/equity'],
  scope: 'bots:read',
  summary: 'The equity curve of a backtest: at most 500 closes, evenly spread',
  input: z.strictObject(byId),
  output: z.object({ items: z.array(EquityPoint) }),
  errors: [notFound],
});
