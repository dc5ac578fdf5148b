import { z } from 'zod';
import { operation } from '../kernel/operation.ts';
import { notFound } from '../kernel/problem.ts';
import { Decimal, Id, Timestamp } from '../kernel/types.ts';
import { CandleSource } from './markets.ts';
import { BotSettings, Direction } from './settings.ts';

export const BacktestTrade = z
  .object({
    number: z.int(),
    direction: Direction,
    openedAt: Timestamp,
    closedAt: Timestamp.nullable(),
    averagingFills: z.int(),
    averagePrice: Decimal,
    cost: Decimal,
    fees: Decimal,
    profit: Decimal.nullable(),
  })
  .meta({ id: 'BacktestTrade' });

export const Backtest = z
  .object({
    id: Id,
    settings: BotSettings,
    source: CandleSource,
    candles: z.int(),
    from: Timestamp,
    to: Timestamp,
    closedTrades: z.int(),
    profit: Decimal,
    fees: Decimal,
    maxCapital: Decimal.meta({ description: 'Most capital that was in a trade at once' }),
    maxDrawdown: Decimal.meta({ description: 'Deepest fall of realised plus open profit from its height' }),
    trades: z.array(BacktestTrade),
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
  input: z.strictObject({
    settings: BotSettings,
    source: CandleSource.default('bundled'),
    from: Timestamp.optional(),
    to: Timestamp.optional(),
  }),
  output: Backtest,
  errors: [notFound],
  limit: 'backtest_runs',
  deadlineMs: 30_000,
});

export const getBacktest = operation({
  service: 'bot-executor',
  name: 'backtests.get',
  http: ['GET', '/api/v1/backtests/{backtestId}'],
  scope: 'bots:read',
  summary: 'A backtest that was run before',
  input: z.strictObject({ backtestId: Id }),
  output: Backtest,
  errors: [notFound],
});
