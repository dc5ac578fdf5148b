import { z } from 'zod';
import { live } from '../kernel/live.ts';
import { Name } from '../kernel/name.ts';
import { operation } from '../kernel/operation.ts';
import { notFound, problem } from '../kernel/problem.ts';
import { Decimal, Empty, Id, Instant, page, pageQuery, Timestamp } from '../kernel/types.ts';
import { candleSeries, Gaps } from './candles.ts';
import { count, countsOf, searchedName } from './list-query.ts';
import { BotSettings, Direction, MarketName } from './settings.ts';
import { ClosedBy, OrderKind, OrderSide } from './trades.ts';

/** The candles of a backtest: `from` is included, `to` is not. */
export const BacktestFeed = z
  .strictObject({
    ...candleSeries,
    from: Instant.optional().meta({ description: 'Included; by default the oldest candle' }),
    to: Instant.optional().meta({ description: 'Excluded; by default after the newest candle' }),
  })
  .meta({ id: 'BacktestFeed', description: 'Which candles' });
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

export const BacktestStatus = z
  .enum(['queued', 'running', 'done', 'failed', 'cancelled'])
  .meta({ id: 'BacktestStatus' });
export type BacktestStatus = z.infer<typeof BacktestStatus>;

export const Backtest = z
  .object({
    id: Id,
    name: z.string().nullable().meta({ description: 'What somebody called it' }),
    status: BacktestStatus.meta({ description: 'The figures are null until it is done' }),
    settings: BotSettings,
    marketVersion: z.int().meta({ description: 'Version of the market’s rules that it used' }),
    feed: BacktestFeed,
    currency: z.string(),
    engineVersion: z.int(),
    contentHash: z.string().nullable().meta({
      description: 'SHA-256 of candles, settings, market rules and engine version: equal means equal results',
    }),
    candles: z.int(),
    candlesDone: z.int().meta({ description: 'Candles done so far' }),
    from: Timestamp,
    to: Timestamp.meta({
      description: 'Start of the last candle; `feed.to`, which is excluded, is one interval later',
    }),
    gaps: Gaps.nullable().meta({ description: 'Where candles were missing' }),
    closedTrades: z.int().nullable(),
    winningTrades: z.int().nullable(),
    fills: z.int().nullable(),
    profit: Decimal.nullable().meta({ description: 'Of closed trades, after fees' }),
    profitRounded: Decimal.nullable().meta({ description: 'The profit to the cent, half away from zero' }),
    openProfit: Decimal.nullable().meta({
      description: 'Of the trade still open, if closed at the last close, after all fees',
    }),
    fees: Decimal.nullable().meta({ description: 'Of all fills' }),
    funding: Decimal.nullable().meta({ description: 'Received (above zero) or paid (below) for holding futures' }),
    liquidations: z.int().nullable(),
    wallet: z
      .array(z.object({ currency: z.string(), change: Decimal }))
      .nullable()
      .meta({ description: 'Change of the wallet in each currency, the open trade included' }),
    timeInTradePercent: Decimal.nullable().meta({ description: 'Of all candles, truncated to two decimals' }),
    maxCapital: Decimal.nullable().meta({
      description: 'Most money that was in a trade at once, entry fees included; with leverage its whole value',
    }),
    maxMargin: Decimal.nullable().meta({
      description: 'The same without borrowed money: margin and entry fees; null for older runs',
    }),
    maxDrawdown: Decimal.nullable().meta({
      description: 'Deepest fall of realised plus open profit from its highest value',
    }),
    stored: z.object({ trades: z.int(), fills: z.int() }).meta({
      description: 'How many trades and fills are stored, the first ones; the figures cover all',
    }),
    failure: z.string().nullable().meta({ description: 'Why it failed' }),
    createdAt: Timestamp,
    finishedAt: Timestamp.nullable(),
  })
  .meta({ id: 'Backtest' });
export type Backtest = z.infer<typeof Backtest>;

export const tooManyBacktests = problem(
  'too_many_backtests',
  409,
  'Too many backtests are waiting',
  z.object({ waiting: z.int() }),
);

export const createBacktest = operation({
  service: 'bot-executor',
  name: 'backtests.create',
  http: ['POST', '/api/v1/backtests'],
  scope: 'bots:write',
  summary: 'Run settings over stored candles with the code that trades on paper',
  description:
    'At most 600,000 candles, more than a year of minutes. The answer is the result when it is ready within ' +
    'some seconds; otherwise the status is `queued` or `running`: read it again until it is `done`. Trades (the first ' +
    '10,000) and fills (the first 20,000) are read in pages. The run is counted when it is created. The newest 200 ' +
    'backtests of an organisation are stored.',
  audit: { thing: 'backtest', shows: ['settings', 'feed'] },
  input: z.strictObject({ settings: BotSettings, feed: BacktestFeed.prefault({}) }),
  output: Backtest,
  errors: [notFound, tooManyBacktests],
  limit: 'backtest_runs',
  deadlineMs: 30_000,
});

export const BacktestSort = z.enum(['newest', 'name', 'profit', 'drawdown', 'trades']).meta({
  id: 'BacktestSort',
  description:
    'newest: created last; name: from a to z, those without one last; profit: of closed trades, highest first; drawdown: ' +
    'lowest first; trades: most closed first. What has no figures yet comes last',
});
export type BacktestSort = z.infer<typeof BacktestSort>;

export const listBacktests = operation({
  service: 'bot-executor',
  name: 'backtests.list',
  http: ['GET', '/api/v1/backtests'],
  scope: 'bots:read',
  summary: 'Backtests, newest first or by their figures',
  input: z.strictObject({
    status: BacktestStatus.optional().meta({ description: 'Only those in this state' }),
    market: MarketName.optional().meta({ description: 'Only those of this market', examples: ['BTC-USDT'] }),
    search: searchedName,
    sort: BacktestSort.default('newest'),
    count,
    ...pageQuery,
  }),
  output: page(Backtest).extend({
    counts: countsOf(BacktestStatus, 'Of those that `market` and `search` find, in whatever state'),
  }),
});

const byId = { backtestId: Id };

export const getBacktest = operation({
  service: 'bot-executor',
  name: 'backtests.get',
  http: ['GET', '/api/v1/backtests/{backtestId}'],
  scope: 'bots:read',
  summary: 'A backtest: its progress, and its result once it is done',
  input: z.strictObject(byId),
  output: Backtest,
  errors: [notFound],
});

export const renameBacktest = operation({
  service: 'bot-executor',
  name: 'backtests.rename',
  http: ['PATCH', '/api/v1/backtests/{backtestId}'],
  scope: 'bots:write',
  summary: 'Give a backtest a name',
  audit: { thing: 'backtest', id: 'backtestId', shows: ['name'], before: () => getBacktest },
  input: z.strictObject({ ...byId, name: Name }),
  output: Backtest,
  errors: [notFound],
});

export const BacktestProgress = z
  .object({ backtestId: Id, done: z.int().meta({ description: 'Candles done so far' }), ended: z.boolean() })
  .meta({ id: 'BacktestProgress' });
export type BacktestProgress = z.infer<typeof BacktestProgress>;

export const backtestProgress = live({
  topic: 'backtests',
  summary: 'A backtest has come further, or has ended; at most once a second',
  data: BacktestProgress,
  about: 'backtestId',
  refreshes: ['/api/v1/backtests'],
});

export const cancelBacktest = operation({
  service: 'bot-executor',
  name: 'backtests.cancel',
  http: ['POST', '/api/v1/backtests/{backtestId}/cancel'],
  scope: 'bots:write',
  summary: 'Cancel a backtest; one that has ended stays as it is',
  audit: { thing: 'backtest', id: 'backtestId' },
  input: z.strictObject(byId),
  output: Backtest,
  errors: [notFound],
  status: 200,
});

export const deleteBacktest = operation({
  service: 'bot-executor',
  name: 'backtests.delete',
  http: ['DELETE', '/api/v1/backtests/{backtestId}'],
  scope: 'bots:write',
  summary: 'Delete a backtest with its trades and fills; a running one is cancelled',
  audit: { thing: 'backtest', id: 'backtestId', before: () => getBacktest },
  input: z.strictObject(byId),
  output: Empty,
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
  summary: 'Fills of a backtest, or of one of its trades, oldest first',
  input: z.strictObject({
    ...byId,
    trade: z
      .int()
      .min(1)
      .max(2_147_483_647)
      .optional()
      .meta({ description: 'Number of a trade, whose fills are listed alone', examples: [1] }),
    ...pageQuery,
  }),
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
