import { z } from 'zod';
import { operation } from '../kernel/operation.ts';
import { notFound } from '../kernel/problem.ts';
import { Decimal, PositiveDecimal, Timestamp } from '../kernel/types.ts';

export const Market = z
  .object({
    market: z.string(),
    base: z.string(),
    quote: z.string(),
    tickSize: Decimal,
    lotSize: Decimal,
    minQuantity: Decimal,
    minNotional: Decimal,
    feePercent: Decimal,
  })
  .meta({ id: 'Market' });

export const Candle = z
  .object({ at: Timestamp, open: Decimal, high: Decimal, low: Decimal, close: Decimal })
  .meta({ id: 'Candle' });
export type Candle = z.infer<typeof Candle>;

/** `bundled`: shipped with Tidegate, SYNTHETIC. `imported`: what your organisation brought. */
export const CandleSource = z.enum(['bundled', 'imported']).meta({ id: 'CandleSource' });

export const listMarkets = operation({
  service: 'bot-executor',
  name: 'markets.list',
  http: ['GET', '/api/v1/markets'],
  scope: 'bots:read',
  summary: 'Pairs of the paper exchange with their steps, minimums and fees',
  input: z.strictObject({}),
  output: z.object({ items: z.array(Market) }),
});

export const listCandles = operation({
  service: 'bot-executor',
  name: 'candles.list',
  http: ['GET', '/api/v1/candles'],
  scope: 'bots:read',
  summary: 'Candles of a market, oldest first',
  description: 'The bundled candles are synthetic: made by a seeded random walk, not by any exchange.',
  input: z.strictObject({
    market: z.string().max(20),
    source: CandleSource.default('bundled'),
    from: Timestamp.optional(),
    limit: z.int().min(1).max(5_000).default(500),
  }),
  output: z.object({ market: z.string(), source: CandleSource, synthetic: z.boolean(), items: z.array(Candle) }),
  errors: [notFound],
});

export const importCandles = operation({
  service: 'bot-executor',
  name: 'candles.import',
  http: ['POST', '/api/v1/candles/imports'],
  scope: 'bots:write',
  summary: 'Import candles from CSV: time,open,high,low,close with an optional header',
  description:
    'Time is an ISO instant or epoch seconds or milliseconds. Prices must be whole ticks of the market. The import is ' +
    'all or nothing; the same time again replaces the candle. Send long histories in parts of up to 800 kB.',
  input: z.strictObject({ market: z.string().max(20), csv: z.string().min(1).max(850_000) }),
  output: z.object({ market: z.string(), imported: z.int(), from: Timestamp, to: Timestamp }),
  errors: [notFound],
  deadlineMs: 30_000,
});

export const LadderLevel = z
  .object({
    index: z.int().meta({ description: '0 is the base order' }),
    deviationPercent: Decimal,
    price: Decimal,
    size: Decimal.meta({ description: 'In the quote currency, after rounding' }),
    quantity: Decimal,
    totalQuantity: Decimal,
    totalSize: Decimal,
    averagePrice: Decimal,
    takeProfitPrice: Decimal,
  })
  .meta({ id: 'LadderLevel' });
export type LadderLevel = z.infer<typeof LadderLevel>;

export const PriceAt = PositiveDecimal;
