import { z } from 'zod';
import { operation } from '../kernel/operation.ts';
import { notFound, problem } from '../kernel/problem.ts';
import { Decimal, Id } from '../kernel/types.ts';
import { Backtest, BacktestStatus } from './backtests.ts';

const ComparedValue = z.union([z.string(), z.number(), z.boolean(), z.null()]);

export const backtestNotDone = problem(
  'backtest_not_done',
  409,
  'The backtest has no result',
  z.object({ backtestId: Id, state: BacktestStatus }),
);

export const compareBacktests = operation({
  service: 'bot-executor',
  name: 'backtests.compare',
  http: ['GET', '/api/v1/backtests/{backtestId}/comparison'],
  scope: 'bots:read',
  summary: 'Two backtests side by side: the settings in which they differ, and the exact differences of their figures',
  input: z.strictObject({ backtestId: Id, with: Id.meta({ description: 'The other backtest' }) }),
  output: z.object({
    first: Backtest,
    second: Backtest,
    sameCandles: z.boolean().meta({ description: 'Of one market, source and interval, over the same time' }),
    settings: z
      .array(z.object({ setting: z.string(), first: ComparedValue, second: ComparedValue }))
      .meta({ description: 'Those that differ, by path; null: not set' }),
    figures: z
      .array(
        z.object({
          figure: z.enum([
            'profit',
            'openProfit',
            'fees',
            'funding',
            'maxCapital',
            'maxDrawdown',
            'closedTrades',
            'winningTrades',
            'fills',
            'liquidations',
          ]),
          first: Decimal,
          second: Decimal,
          difference: Decimal.nullable().meta({ description: 'second − first; null between two currencies' }),
        }),
      )
      .meta({ description: 'Figures of both' }),
  }),
  errors: [notFound, backtestNotDone],
});
