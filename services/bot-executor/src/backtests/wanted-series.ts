import type { BacktestFeed } from '@tidegate/contracts/bot-executor/backtests';
import type { BotSettings } from '@tidegate/contracts/bot-executor/settings';
import { invalid } from '@tidegate/contracts/kernel/problem';
import type { Tx } from '@tidegate/database/tx';
import { readSeries } from '../candles/candle.rows.ts';
import type { CandleSeries } from '../candles/candle-series.rules.ts';
import { marketOf } from '../ladder/check-settings.rules.ts';

/** More than a year of minutes. */
export const MAX_CANDLES = 600_000;

interface Wanted {
  settings: BotSettings;
  feed: BacktestFeed;
}

/** The candles that a backtest asks for, at least one; else a refusal that names the field. */
export async function wantedSeries(tx: Tx, { settings, feed }: Wanted): Promise<CandleSeries> {
  const { source, interval } = feed;
  const [from, until] = [feed.from, feed.to].map((text) => (text ? new Date(text) : undefined));
  const market = marketOf(settings);
  const series = await readSeries(tx, { source, market, interval }, { from, until, limit: MAX_CANDLES });
  const candles = series.at.length;
  if (candles === 0) {
    const what = `${source} candles of ${settings.market} in steps of ${interval}`;
    throw invalid(
      '/feed',
      'no_candles',
      `There are no ${what} in this range. GET /api/v1/candles shows what there is.`,
    );
  }
  if (candles <= MAX_CANDLES) return series;
  const end = new Date(series.at[MAX_CANDLES] as number).toISOString();
  throw invalid('/feed/to', 'range_too_long', `At most ${MAX_CANDLES} candles: end at ${end} or before.`);
}
