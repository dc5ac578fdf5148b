import { z } from 'zod';
import { operation } from '../kernel/operation.ts';
import { Timestamp } from '../kernel/types.ts';
import { CandleInterval, CandleSource } from './candles.ts';

export const CandleSeries = z
  .object({
    market: z.string(),
    source: CandleSource,
    interval: CandleInterval,
    candles: z.int().meta({ description: 'How many there are' }),
    from: Timestamp.meta({ description: 'Start of the first candle' }),
    to: Timestamp.meta({ description: 'Start of the last candle' }),
  })
  .meta({ id: 'CandleSeries', description: 'All candles of a market, source and interval' });
export type CandleSeries = z.infer<typeof CandleSeries>;

export const listCandleSeries = operation({
  service: 'bot-executor',
  name: 'candles.list-series',
  http: ['GET', '/api/v1/candles/series'],
  scope: 'bots:read',
  summary: 'Which candles there are: of each market, source and interval how many, and from when to when',
  description: 'Whatever is listed can be the `feed` of a bot, a backtest or a sweep, and of the preview of a ladder.',
  input: z.strictObject({}),
  output: z.object({ items: z.array(CandleSeries) }),
});
