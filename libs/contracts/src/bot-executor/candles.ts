import { z } from 'zod';
import { operation } from '../kernel/operation.ts';
import { notFound, problem } from '../kernel/problem.ts';
import { Decimal, Empty, Instant, Timestamp } from '../kernel/types.ts';
import { MarketName } from './settings.ts';

/** `bundled`: shipped with Tidegate, SYNTHETIC. `imported`: what your organisation brought. */
export const CandleSource = z.enum(['bundled', 'imported']).meta({
  id: 'CandleSource',
  description: 'bundled: shipped with Tidegate, synthetic; imported: what your organisation brought',
});
export type CandleSource = z.infer<typeof CandleSource>;

export const CANDLE_INTERVALS = ['1m', '5m', '15m', '30m', '1h', '4h', '1d'] as const;
export const CandleInterval = z
  .enum(CANDLE_INTERVALS)
  .meta({ id: 'CandleInterval', description: 'How long one candle is' });
export type CandleInterval = z.infer<typeof CandleInterval>;

export const Candle = z
  .object({
    at: Timestamp.meta({ description: 'When the candle begins' }),
    open: Decimal,
    high: Decimal,
    low: Decimal,
    close: Decimal,
  })
  .meta({ id: 'Candle' });
export type Candle = z.infer<typeof Candle>;

/** One series of candles: those of a market are kept apart by source and interval. */
export const candleSeries = {
  source: CandleSource.default('bundled'),
  interval: CandleInterval.default('5m'),
};

export const listCandles = operation({
  service: 'bot-executor',
  name: 'candles.list',
  http: ['GET', '/api/v1/candles'],
  scope: 'bots:read',
  summary: 'Candles of a market, oldest first',
  description:
    'The bundled candles (interval 5m) are synthetic: made by a seeded random walk, not by any exchange. ' +
    'For the next page send `from` = the last candle’s `at` plus one interval.',
  input: z.strictObject({
    market: MarketName,
    ...candleSeries,
    from: Instant.optional().meta({ description: 'First candle; by default the oldest' }),
    limit: z.int().min(1).max(5_000).default(500).meta({ description: 'At most so many' }),
  }),
  output: z.object({
    market: z.string(),
    source: CandleSource,
    interval: CandleInterval,
    synthetic: z.boolean(),
    items: z.array(Candle),
  }),
  errors: [notFound],
});

export const candlesFull = problem(
  'candles_full',
  409,
  'No more candles can be stored',
  z.object({ candles: z.int(), limit: z.int() }),
);

export const importCandles = operation({
  service: 'bot-executor',
  name: 'candles.import',
  http: ['POST', '/api/v1/candles/imports'],
  scope: 'bots:write',
  summary: 'Import candles from CSV: time,open,high,low,close with an optional header',
  description:
    'Time is when the candle begins: an ISO instant in UTC, or epoch seconds, milliseconds or microseconds; further ' +
    'columns are ignored. Prices must be whole ticks of the market. An import is all or nothing; the same time again ' +
    'replaces the candle. Send long histories in parts of up to 800 kB and 20,000 candles; an organisation keeps up to ' +
    '5,000,000. Bots that wait for candles of this series trade on them at once.',
  input: z.strictObject({
    market: MarketName,
    interval: CandleInterval,
    csv: z
      .string()
      .min(1)
      .max(850_000)
      .meta({
        description: 'One candle a line, oldest first',
        examples: ['time,open,high,low,close\n2026-03-01T00:00:00Z,60000,60100,59900,60050\n'],
      }),
  }),
  output: z.object({
    market: z.string(),
    interval: CandleInterval,
    imported: z.int(),
    gaps: z.int().meta({ description: 'Places within the import where candles are missing' }),
    from: Timestamp,
    to: Timestamp,
  }),
  errors: [notFound, candlesFull],
  deadlineMs: 30_000,
});

export const deleteCandles = operation({
  service: 'bot-executor',
  name: 'candles.delete',
  http: ['DELETE', '/api/v1/candles/imports'],
  scope: 'bots:write',
  summary: 'Delete the imported candles of a market and interval',
  description: 'Bots over them keep what they did and wait for new candles; results of backtests stay.',
  input: z.strictObject({ market: MarketName, interval: CandleInterval }),
  output: Empty,
  errors: [notFound],
});

export const Indicator = z
  .enum(['ema', 'rsi', 'atr', 'bollinger', 'macd'])
  .meta({ id: 'Indicator', description: 'Which indicator' });
export type Indicator = z.infer<typeof Indicator>;

export const IndicatorPoint = z
  .object({
    at: Timestamp.meta({ description: 'When the candle begins; the value is of its close' }),
    values: z.record(z.string(), z.number()).meta({
      description:
        'ema, rsi, atr; upper, middle, lower of bollinger (2 standard deviations); macd, signal, histogram of macd (12, 26, 9)',
    }),
  })
  .meta({ id: 'IndicatorPoint' });
export type IndicatorPoint = z.infer<typeof IndicatorPoint>;

export const showIndicator = operation({
  service: 'bot-executor',
  name: 'candles.indicator',
  http: ['GET', '/api/v1/candles/indicators/{indicator}'],
  scope: 'bots:read',
  summary: 'An indicator over the candles of a market, oldest first',
  description:
    'Worked out over all stored candles, so that a value does not depend on where one begins to look. Candles before ' +
    'the indicator has seen enough have no value and are left out.',
  input: z.strictObject({
    indicator: Indicator,
    market: MarketName,
    ...candleSeries,
    period: z
      .int()
      .min(2)
      .max(500)
      .default(20)
      .meta({ description: 'In candles; macd has its own', examples: [20] }),
    from: Instant.optional().meta({ description: 'First candle; by default the oldest' }),
    limit: z.int().min(1).max(5_000).default(500).meta({ description: 'At most so many' }),
  }),
  output: z.object({
    market: z.string(),
    interval: CandleInterval,
    synthetic: z.boolean(),
    items: z.array(IndicatorPoint),
  }),
  errors: [notFound],
});
