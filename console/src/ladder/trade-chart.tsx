import type { CandleSeries } from '@tidegate/client';
import { INTERVAL_MS } from '@tidegate/contracts/bot-executor/candle-intervals';
import { PriceChart } from './price-chart.tsx';
import type { DrawnFill } from './price-marks.rules.ts';

/** Candles that are shown after the last fill. */
const AFTER = 30;

interface Props {
  market: string;
  feed: Pick<CandleSeries, 'source' | 'interval'>;
  /** Oldest first. */
  fills: readonly DrawnFill[];
}

/** The prices around a trade, with its fills. */
export function TradeChart({ market, feed, fills }: Props) {
  const last = fills.at(-1);
  if (!last) return null;
  const before = new Date(Date.parse(last.at) + AFTER * INTERVAL_MS[feed.interval]).toISOString();
  return <PriceChart market={market} feed={feed} fills={fills} before={before} />;
}
