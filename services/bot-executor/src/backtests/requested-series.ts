import type { BacktestFeed } from '@tidegate/contracts/bot-executor/backtests';
import { invalid } from '@tidegate/contracts/kernel/problem';
import type { Tx } from '@tidegate/database/tx';
import { type Measured, measureSeries, readStored } from '../candles/series.rows.ts';
import { MAX_CANDLES, type StoredSeries, unpackSeries } from '../candles/stored-series.rules.ts';
import type { CandleSeries } from '../kernel/candle-series.rules.ts';
import type { MarketRules } from '../markets/markets.rules.ts';

export interface Wanted {
  market: MarketRules;
  feed: BacktestFeed;
}

/** What a backtest asks for, before anything is read: at least one candle and not too many; else a refusal. */
export async function measuredSeries(tx: Tx, wanted: Wanted): Promise<Measured> {
  const measured = await measureSeries(tx, seriesOf(wanted), rangeOf(wanted), MAX_CANDLES);
  if (!measured) throw noCandles(wanted);
  if (measured.tooManyFrom !== undefined) throw tooMany(measured.tooManyFrom);
  return measured;
}

/** The candles as they are stored, for the thread that runs over them. */
export const storedSeries = (tx: Tx, wanted: Wanted): Promise<StoredSeries> =>
  readStored(tx, seriesOf(wanted), { ...rangeOf(wanted), limit: MAX_CANDLES });

/** In that thread. They may have changed since they were measured. */
export function unpackWanted(stored: StoredSeries, wanted: Wanted): CandleSeries {
  const series = unpackSeries(stored);
  if (series.at.length === 0) throw noCandles(wanted);
  if (series.at.length > MAX_CANDLES) throw tooMany(series.at[MAX_CANDLES] as number);
  return series;
}

const seriesOf = ({ market, feed: { source, interval } }: Wanted) => ({ source, market, interval });

const rangeOf = ({ feed }: Wanted) => ({
  from: feed.from ? new Date(feed.from) : undefined,
  until: feed.to ? new Date(feed.to) : undefined,
});

function noCandles({ market, feed: { source, interval } }: Wanted): Error {
  const what = `${source} candles of ${market.market} in steps of ${interval}`;
  const message = `There are no ${what} in this range. GET /api/v1/candles shows what there is.`;
  return invalid('/feed', 'no_candles', message);
}

function tooMany(at: number): Error {
  const end = new Date(at).toISOString();
  return invalid('/feed/to', 'range_too_long', `At most ${MAX_CANDLES} candles: end at ${end} or before.`);
}
