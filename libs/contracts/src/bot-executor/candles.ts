import { z } from 'zod';
import { operation } from '../kernel/operation.ts';
import { notFound, problem } from '../kernel/problem.ts';
import { Decimal, Empty, Instant, Timestamp } from '../kernel/types.ts';
import { MarketName } from './settings.ts';

/** `bundled`: shipped with Tidegate, SYNTHETIC. `imported`: files of your organisation. */
export const CandleSource = z.enum(['bundled', 'imported']).meta({
  id: 'CandleSource',
  description: 'bundled: shipped with Tidegate, synthetic; imported: from files of your organisation',
});
export type CandleSource = z.infer<typeof CandleSource>;

export const CANDLE_INTERVALS = ['1m', '5m', '15m', '30m', '1h', '4h', '1d'] as const;
export const CandleInterval = z
  .enum(CANDLE_INTERVALS)
  .meta({ id: 'CandleInterval', description: 'How long one candle is' });
export type CandleInterval = z.infer<typeof CandleInterval>;

export const Candle = z
  .object({
    at: Timestamp.meta({ description: 'Start of the candle' }),
    open: Decimal,
    high: Decimal,
    low: Decimal,
    close: Decimal,
  })
  .meta({ id: 'Candle' });
export type Candle = z.infer<typeof Candle>;

/** One series of candles: a market has one for each source and interval. */
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
    'The bundled candles (interval 5m) are synthetic: from a seeded random walk, not from an exchange. ' +
    'For the next page send `from` = the last candle’s `at` plus one interval. The newest ones: `before` = now.',
  input: z.strictObject({
    market: MarketName,
    ...candleSeries,
    from: Instant.optional().meta({ description: 'First candle; by default the oldest. Not with `before`' }),
    before: Instant.optional().meta({ description: 'The last candles before it instead of the first ones' }),
    limit: z.int().min(1).max(5_000).default(500).meta({ description: 'At most so many items' }),
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

export const candlesScattered = problem(
  'candles_scattered',
  409,
  'The stored candles lie too far apart',
  z.object({ stretches: z.int(), limit: z.int() }),
);

export const TimeFormat = z
  .enum(['seconds', 'milliseconds', 'microseconds', 'nanoseconds', 'iso'])
  .meta({ id: 'TimeFormat', description: 'Epochs by their unit, or written dates' });
export type TimeFormat = z.infer<typeof TimeFormat>;

/** How to read a file where it does not say so itself. */
export const importOptions = {
  duplicates: z.enum(['identical', 'refuse']).default('identical').meta({
    description:
      'identical: a candle may be repeated if it is the same; refuse: each once. Different candles of one time are always refused',
  }),
  rounding: z
    .enum(['refuse', 'nearest'])
    .default('refuse')
    .meta({ description: 'Of prices between two ticks of the market; nearest: round to the nearer tick' }),
  wrongRows: z
    .enum(['refuse', 'skip'])
    .default('refuse')
    .meta({ description: 'refuse: one wrong row refuses the file; skip: the other rows are imported' }),
  zone: z
    .string()
    .regex(/^(Z|UTC|[+-](0\d|1[0-4]):?[0-5]\d)$/, 'Z or an offset such as +02:00')
    .optional()
    .meta({ description: 'Time zone of times without one', examples: ['Z'] }),
  decimalMark: z
    .enum(['auto', 'point', 'comma'])
    .default('auto')
    .meta({ description: 'Needed when commas may also separate thousands' }),
  sparse: z.boolean().default(false).meta({
    description:
      'Most candles are missing on purpose; by default times that all lie further apart than the interval are refused',
  }),
};
const ImportOptions = z.object(importOptions);
export type ImportOptions = z.output<typeof ImportOptions>;

export const Gaps = z
  .object({
    places: z.int().meta({ description: 'Number of gaps' }),
    missing: z.int().meta({ description: 'Missing candles in all gaps' }),
    longest: z
      .array(
        z.object({
          from: Timestamp.meta({ description: 'First missing candle' }),
          to: Timestamp.meta({ description: 'Last missing candle' }),
          missing: z.int(),
        }),
      )
      .meta({ description: 'The 20 longest gaps, oldest first' }),
  })
  .meta({ id: 'CandleGaps' });
export type Gaps = z.infer<typeof Gaps>;

export const CandleReport = z
  .object({
    understood: z.object({
      compressed: z.boolean(),
      separator: z.enum(['comma', 'semicolon', 'tab', 'pipe']),
      header: z.boolean(),
      columns: z
        .object({ time: z.string(), open: z.string(), high: z.string(), low: z.string(), close: z.string() })
        .nullable()
        .meta({ description: 'The column of each value: its name in the header, or its number' }),
      decimalMark: z.enum(['point', 'comma']),
      timeFormats: z.array(TimeFormat),
      zone: z.string().nullable().meta({ description: 'As given, for times without one' }),
      stepSeconds: z.number().nullable().meta({ description: 'The longest step of which all distances are multiples' }),
    }),
    rows: z.int().meta({ description: 'Rows of data, refused ones included' }),
    candles: z.int().meta({ description: 'Different candles in the file' }),
    from: Timestamp.nullable(),
    to: Timestamp.nullable().meta({ description: 'Start of the last candle' }),
    gaps: Gaps.meta({ description: 'Within the file, and to what was stored before and after it' }),
    duplicates: z.int().meta({ description: 'Repeated rows with the same prices' }),
    rounded: z.int().meta({ description: 'Candles with a price that was rounded to a tick' }),
    skippedLines: z.int().meta({ description: 'Comments, lines before the header, repeated headers' }),
    refusedRows: z.int(),
    refused: z
      .array(z.object({ line: z.int(), message: z.string() }))
      .meta({ description: 'The first 20 refused rows' }),
  })
  .meta({ id: 'CandleReport', description: 'How a file was understood' });
export type CandleReport = z.infer<typeof CandleReport>;

const READ =
  'A header is read by its names, in any order; without one the columns are time, open, high, low, close. Times are ISO ' +
  'instants (with an offset, or in `zone`) or epochs of seconds, milliseconds, microseconds or nanoseconds, and say when ' +
  'the candle begins. Prices are exact: those between two ticks are refused unless they are to be rounded. The same time ' +
  'again replaces the stored candle. Bots that wait for candles of this series trade on them at once.';

export const importCandles = operation({
  service: 'bot-executor',
  name: 'candles.import',
  http: ['POST', '/api/v1/candles/imports'],
  scope: 'bots:write',
  summary: 'Import up to 20,000 candles from the text of a CSV file',
  description:
    `${READ} An import is all or nothing. For more candles or a compressed file: POST /candles/uploads. An ` +
    'organisation keeps up to 5,000,000.',
  audit: {
    thing: 'candles',
    id: 'market',
    name: 'market',
    shows: ['interval', 'imported', 'added', 'replaced', 'from', 'to'],
    ignores: ['csv', 'duplicates', 'rounding', 'wrongRows', 'zone', 'decimalMark', 'sparse'],
  },
  input: z.strictObject({
    market: MarketName,
    interval: CandleInterval,
    csv: z
      .string()
      .min(1)
      .max(850_000)
      .meta({
        description: 'One candle a line',
        examples: ['time,open,high,low,close\n2026-03-01T00:00:00Z,60000,60100,59900,60050\n'],
      }),
    ...importOptions,
  }),
  output: z.object({
    market: z.string(),
    interval: CandleInterval,
    imported: z.int(),
    added: z.int().meta({ description: 'Candles that were not stored before' }),
    replaced: z.int().meta({ description: 'Candles that were stored with other prices' }),
    gaps: z.int().meta({ description: 'Number of gaps, those to stored candles included' }),
    from: Timestamp,
    to: Timestamp,
    report: CandleReport,
  }),
  errors: [notFound, candlesScattered],
  limit: 'candles',
  deadlineMs: 30_000,
});

export const deleteCandles = operation({
  service: 'bot-executor',
  name: 'candles.delete',
  http: ['DELETE', '/api/v1/candles/imports'],
  scope: 'bots:write',
  summary: 'Delete the imported candles of a market and interval',
  description: 'Bots over them keep their history and wait for new candles; results of backtests stay.',
  audit: { thing: 'candles', id: 'market', name: 'market', shows: ['interval'] },
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
    at: Timestamp.meta({ description: 'Start of the candle; the value is at its close' }),
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
    limit: z.int().min(1).max(5_000).default(500).meta({ description: 'At most so many items' }),
  }),
  output: z.object({
    market: z.string(),
    interval: CandleInterval,
    synthetic: z.boolean(),
    items: z.array(IndicatorPoint),
  }),
  errors: [notFound],
});
