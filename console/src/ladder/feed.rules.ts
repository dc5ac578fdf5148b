import type { BacktestFeed, CandleSeries, Feed } from '@tidegate/client';
import { INTERVAL_MS } from '@tidegate/contracts/bot-executor/candle-intervals';

/** Candles as a form has them: which, and of which days; an empty day is no bound. */
export interface FeedForm {
  series: string;
  from: string;
  to: string;
}

export const ALL_CANDLES: FeedForm = { series: '', from: '', to: '' };

export const seriesKey = ({ source, interval }: Pick<CandleSeries, 'source' | 'interval'>): string =>
  `${source} ${interval}`;

/** The series that was chosen, or else the first that the market has. */
export const seriesOf = (chosen: string, market: string, all: readonly CandleSeries[]): CandleSeries | undefined => {
  const there = all.filter((one) => one.market === market);
  return there.find((one) => seriesKey(one) === chosen) ?? there[0];
};

const DAY_MS = INTERVAL_MS['1d'];

/** Both days are included. They are days of UTC, as candles are: the same range in every browser. */
export function rangeOf({ from, to }: Pick<FeedForm, 'from' | 'to'>): Pick<BacktestFeed, 'from' | 'to'> {
  const [begin, last] = [from, to].map((day) => Date.parse(`${day}T00:00:00Z`));
  return {
    ...(from && begin !== undefined && !Number.isNaN(begin) ? { from: new Date(begin).toISOString() } : {}),
    ...(to && last !== undefined && !Number.isNaN(last) ? { to: new Date(last + DAY_MS).toISOString() } : {}),
  };
}

/** As the API has them, without what it would have set. */
export const plainFeed = ({ source = 'bundled', interval = '5m' }: Pick<Feed, 'source' | 'interval'>) => ({
  source,
  interval,
});
