import type { BacktestFeed } from '@tidegate/contracts/bot-executor/backtests';
import { invalid } from '@tidegate/contracts/kernel/problem';
import type { Tx } from '@tidegate/database/tx';
import { type Measured, measureSeries, readStored } from '../candles/series.rows.ts';
import { decodeSeries, MAX_CANDLES, type StoredSeries } from '../candles/stored-series.ts';
import type { CandleSeries } from '../kernel/candle-series.rules.ts';
import type { MarketRules } from '../markets/markets.rules.ts';

export interface RequestedSeries {
  market: MarketRules;
  feed: BacktestFeed;
}

/** Measures the requested candles before any are read. Refuses none at all, and too many. */
export async function measuredSeries(tx: Tx, requested: RequestedSeries): Promise<Measured> {
  const measured = await measureSeries(tx, seriesOf(requested), rangeOf(requested), MAX_CANDLES);
  if (!measured) throw noCandles(requested);
  if (measured.tooManyFrom !== undefined) throw tooMany(measured.tooManyFrom);
  return measured;
}

/** The candles as they are stored, for the thread that runs over them. */
export const storedSeries = (tx: Tx, requested: RequestedSeries): Promise<StoredSeries> =>
  readStored(tx, seriesOf(requested), { ...rangeOf(requested), limit: MAX_CANDLES });

/** In that thread. The candles may have changed since they were measured. */
export function decodeRequested(stored: StoredSeries, requested: RequestedSeries): CandleSeries {
  const series = decodeSeries(stored);
  if (series.at.length === 0) throw noCandles(requested);
  if (series.at.length > MAX_CANDLES) throw tooMany(series.at[MAX_CANDLES] as number);
  return series;
}

const seriesOf = ({ market, feed: { source, interval } }: RequestedSeries) => ({ source, market, interval });

const rangeOf = ({ feed }: RequestedSeries) => ({
  from: feed.from ? new Date(feed.from) : undefined,
  until: feed.to ? new Date(feed.to) : undefined,
});

function noCandles({ market, feed: { source, interval } }: RequestedSeries): Error {
  const text =
    'There are no {source} candles of {market} in steps of {interval} in this range. GET /api/v1/candles shows what there is.';
  return invalid('/feed', 'no_candles', text, { source, market: market.market, interval });
}

function tooMany(at: number): Error {
  const end = new Date(at).toISOString();
  return invalid('/feed/to', 'range_too_long', 'At most {candles} candles: end at {end} or before.', {
    candles: MAX_CANDLES,
    end,
  });
}
