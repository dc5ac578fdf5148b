import { z } from 'zod';
import { live } from '../kernel/live.ts';
import { operation } from '../kernel/operation.ts';
import { notFound, problem } from '../kernel/problem.ts';
import { Decimal, Empty, Id, page, pageQuery, Timestamp } from '../kernel/types.ts';
import { BacktestFeed } from './backtests.ts';
import { Gaps } from './candles.ts';
import { count, countsOf } from './list-query.ts';
import { DcaSettings, MarketName } from './settings.ts';

const MAX_COMBINATIONS = 1_000;

/** One setting, by its path, and the values that are tried. */
export const SweptSetting = z
  .strictObject({
    setting: z
      .enum([
        'direction',
        'baseOrder',
        'averagingOrders.count',
        'averagingOrders.size',
        'averagingOrders.deviationPercent',
        'averagingOrders.stepScale',
        'averagingOrders.volumeScale',
        'averagingOrders.deviationFrom',
        'takeProfit.percent',
        'takeProfit.basis',
        'takeProfit.trailingPercent',
        'stopLoss.percent',
        'stopLoss.basis',
        'stopLoss.breakEvenAtPercent',
        'stopLoss.timeoutSeconds',
        'futures.leverage',
        'cooldownSeconds',
      ])
      .meta({ description: 'Path of the setting' }),
    values: z
      .array(z.union([z.string().max(30), z.number()]))
      .min(1)
      .max(200)
      .meta({ description: 'Values that are tried' }),
  })
  .meta({ id: 'SweptSetting', examples: [{ setting: 'takeProfit.percent', values: ['1', '1.5', '2'] }] });
export type SweptSetting = z.infer<typeof SweptSetting>;

export const SweepRank = z.enum(['profit', 'profitToCapital', 'profitToDrawdown']).meta({
  id: 'SweepRank',
  description: 'Closed and open profit together; as it is, per most money in a trade, or per deepest drawdown',
});
export type SweepRank = z.infer<typeof SweepRank>;

export const SweepStatus = z.enum(['waiting', 'running', 'done', 'cancelled', 'failed']).meta({ id: 'SweepStatus' });
export type SweepStatus = z.infer<typeof SweepStatus>;

/** The result of a run over some candles. */
export const SweepFigures = z
  .object({
    closedTrades: z.int(),
    winningTrades: z.int(),
    fills: z.int(),
    liquidations: z.int(),
    profit: Decimal,
    openProfit: Decimal,
    fees: Decimal,
    funding: Decimal,
    maxCapital: Decimal.meta({ description: 'Most money in a trade at once; with leverage its whole value' }),
    maxMargin: Decimal.optional().meta({
      description: 'The same without borrowed money; absent in older sweeps',
    }),
    maxDrawdown: Decimal,
  })
  .meta({ id: 'SweepFigures' });
export type SweepFigures = z.infer<typeof SweepFigures>;

const Values = z
  .record(z.string(), z.union([z.string(), z.number()]))
  .meta({ id: 'SweptValues', examples: [{ 'takeProfit.percent': '1.5' }] });

export const SweepResult = SweepFigures.extend({
  rank: z.int(),
  values: Values.meta({ description: 'Of the swept settings, by path' }),
}).meta({ id: 'SweepResult' });
export type SweepResult = z.infer<typeof SweepResult>;

const Span = z.object({ from: Timestamp, to: Timestamp.meta({ description: 'Start of the last candle' }) });

/** The best values of one range of candles, and their result in the range after it. */
export const WalkForwardWindow = z
  .object({
    train: Span,
    test: Span,
    values: Values,
    trained: SweepFigures,
    tested: SweepFigures,
  })
  .meta({ id: 'WalkForwardWindow' });
export type WalkForwardWindow = z.infer<typeof WalkForwardWindow>;

export const Sweep = z
  .object({
    id: Id,
    status: SweepStatus,
    settings: DcaSettings,
    marketVersion: z.int().meta({ description: 'Version of the market’s rules that it used' }),
    vary: z.array(SweptSetting),
    feed: BacktestFeed,
    rankBy: SweepRank,
    walkForward: z.object({ trainCandles: z.int(), testCandles: z.int() }).nullable(),
    combinations: z.int().meta({ description: 'Valid combinations' }),
    refused: z.int().meta({ description: 'Combinations that cannot work and were left out' }),
    runs: z.int().meta({ description: 'Backtests in all' }),
    done: z.int().meta({ description: 'Backtests run so far' }),
    contentHash: z
      .string()
      .nullable()
      .meta({ description: 'Of candles, settings and engine: equal means equal results' }),
    failure: z.string().nullable(),
    createdAt: Timestamp,
    finishedAt: Timestamp.nullable(),
  })
  .meta({ id: 'Sweep' });
export type Sweep = z.infer<typeof Sweep>;

export const SweepDetail = Sweep.extend({
  results: z.array(SweepResult).meta({ description: 'Best first, at most 50; empty for a walk-forward' }),
  gaps: Gaps.nullable().meta({ description: 'Where candles were missing' }),
  windows: z.array(WalkForwardWindow),
  outOfSample: z
    .object({ closedTrades: z.int(), profit: Decimal, fees: Decimal, funding: Decimal })
    .nullable()
    .meta({ description: 'All test windows of a walk-forward together; open trades count at the last close' }),
}).meta({ id: 'SweepDetail' });
export type SweepDetail = z.infer<typeof SweepDetail>;

export const tooManySweeps = problem(
  'too_many_sweeps',
  409,
  'Too many sweeps are waiting',
  z.object({ waiting: z.int() }),
);

const shared = { service: 'bot-executor', errors: [notFound] } as const;

export const createSweep = operation({
  ...shared,
  name: 'sweeps.create',
  http: ['POST', '/api/v1/sweeps'],
  scope: 'bots:write',
  summary: 'Backtest many settings over the same candles, or walk forward through them',
  description:
    `Every combination of the given values is tried, at most ${MAX_COMBINATIONS}; those that cannot work are left ` +
    'out. With walkForward the best values of each training range are tested on the range after it. The sweep ' +
    'runs in the background: follow `done` of `runs`. All of its runs are counted when it is created. An organisation ' +
    'keeps its newest 100 sweeps.',
  audit: { thing: 'sweep', shows: ['settings', 'vary', 'feed', 'rankBy'], ignores: ['walkForward'] },
  input: z.strictObject({
    settings: DcaSettings,
    vary: z
      .array(SweptSetting)
      .min(1)
      .max(4)
      .meta({ description: 'The settings to vary, in every combination of values' }),
    feed: BacktestFeed.prefault({}),
    rankBy: SweepRank.default('profit'),
    walkForward: z
      .strictObject({
        trainCandles: z.int().min(10).max(600_000).meta({ description: 'Length of a training range' }),
        testCandles: z.int().min(10).max(600_000).meta({ description: 'Length of the test range after it' }),
      })
      .optional()
      .meta({ description: 'Test the best of each range on the next one, instead of ranking over all candles' }),
  }),
  output: Sweep,
  errors: [notFound, tooManySweeps],
  limit: 'sweep_runs',
  status: 202,
  deadlineMs: 30_000,
});

export const listSweeps = operation({
  ...shared,
  name: 'sweeps.list',
  http: ['GET', '/api/v1/sweeps'],
  scope: 'bots:read',
  summary: 'Sweeps, newest first',
  input: z.strictObject({
    status: SweepStatus.optional().meta({ description: 'Only those in this state' }),
    market: MarketName.optional().meta({ description: 'Only those of this market', examples: ['BTC-USDT'] }),
    count,
    ...pageQuery,
  }),
  output: page(Sweep).extend({ counts: countsOf(SweepStatus, 'Of those of `market`, in whatever state') }),
});

const byId = z.strictObject({ sweepId: Id });

export const getSweep = operation({
  ...shared,
  name: 'sweeps.get',
  http: ['GET', '/api/v1/sweeps/{sweepId}'],
  scope: 'bots:read',
  summary: 'A sweep: its progress, and its best results once it is done',
  input: byId,
  output: SweepDetail,
});

export const SweepSort = z.enum(['rank', 'profit', 'drawdown', 'capital', 'trades']).meta({
  id: 'SweepSort',
  description:
    'rank: as the sweep ranks; profit: highest first; drawdown and capital: lowest first; trades: most first',
});
export type SweepSort = z.infer<typeof SweepSort>;

export const listSweepResults = operation({
  ...shared,
  name: 'sweeps.results',
  http: ['GET', '/api/v1/sweeps/{sweepId}/results'],
  scope: 'bots:read',
  summary: 'All results of a sweep, page by page',
  description:
    'Of sweeps that ended before results were all stored there are the best 50. A walk-forward has none: its windows are ' +
    'in the sweep. Empty until it is done.',
  input: z.strictObject({ ...byId.shape, sort: SweepSort.default('rank'), ...pageQuery }),
  output: page(SweepResult),
});

export const SweepProgress = z
  .object({ sweepId: Id, done: z.int().meta({ description: 'Backtests run so far' }), ended: z.boolean() })
  .meta({ id: 'SweepProgress' });
export type SweepProgress = z.infer<typeof SweepProgress>;

export const sweepProgress = live({
  topic: 'sweeps',
  summary: 'A sweep has come further, or has ended; at most once a second',
  data: SweepProgress,
  about: 'sweepId',
  refreshes: ['/api/v1/sweeps'],
});

export const cancelSweep = operation({
  ...shared,
  name: 'sweeps.cancel',
  http: ['POST', '/api/v1/sweeps/{sweepId}/cancel'],
  scope: 'bots:write',
  summary: 'Cancel a sweep; one that has ended stays as it is',
  audit: { thing: 'sweep', id: 'sweepId' },
  input: byId,
  output: Sweep,
  status: 200,
});

export const deleteSweep = operation({
  ...shared,
  name: 'sweeps.delete',
  http: ['DELETE', '/api/v1/sweeps/{sweepId}'],
  scope: 'bots:write',
  summary: 'Delete a sweep with its results; a running one is cancelled',
  audit: { thing: 'sweep', id: 'sweepId' },
  input: byId,
  output: Empty,
});
