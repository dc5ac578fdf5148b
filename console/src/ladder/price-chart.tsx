import type { Feed } from '@tidegate/client';
import {
  type AutoscaleInfo,
  CandlestickSeries,
  createChart,
  createSeriesMarkers,
  type SeriesMarker,
  type TickMarkType,
  type UTCTimestamp,
} from 'lightweight-charts';
import { useEffect, useRef } from 'react';
import { useRead } from '../kernel/api.ts';
import { clock, day, decimal, zoneName } from '../kernel/format.ts';
import { Reading } from '../kernel/reading.tsx';
import { t } from '../kernel/strings.ts';
import { useNow } from '../kernel/use-now.ts';
import { type DrawnFill, decimalsOf, fillsByCandle } from './price-marks.rules.ts';

export interface Line {
  price: string;
  title: string;
  color: string;
  /** Solid: it stands at the exchange; dashed: it is planned. */
  solid?: boolean;
}

interface Props {
  market: string;
  feed: Pick<Feed, 'source' | 'interval'>;
  /** Levels such as the orders of a ladder. */
  lines?: readonly Line[];
  fills?: readonly DrawnFill[];
  /** The candles before this instant; by default the newest. */
  before?: string | undefined;
}

const CANDLES = 300;
/** Of the kinds of ticks: those before it are where a year, a month or a day begins (a `const enum`, which only types know). */
const FIRST_OF_TIMES = 3;
const NO_LINES: readonly Line[] = [];
const NO_FILLS: readonly DrawnFill[] = [];

/** The range of the candles, widened to hold these prices. */
function withPrices(info: AutoscaleInfo | null, prices: readonly number[]): AutoscaleInfo | null {
  if (!info?.priceRange || prices.length === 0) return info;
  const { minValue, maxValue } = info.priceRange;
  return { ...info, priceRange: { minValue: Math.min(minValue, ...prices), maxValue: Math.max(maxValue, ...prices) } };
}

/** The last candles of a market. Falling ones are filled and rising ones hollow, besides their colours. */
export function PriceChart({
  market,
  feed: { source, interval },
  lines = NO_LINES,
  fills = NO_FILLS,
  before: until,
}: Props) {
  const now = new Date(Math.ceil(useNow(60_000) / 60_000) * 60_000).toISOString();
  const candles = useRead('candlesList', { market, source, interval, before: until ?? now, limit: CANDLES });
  const tickSize = useRead('marketsList', {}).data?.items.find((one) => one.market === market)?.tickSize;
  const place = useRef<HTMLDivElement>(null);
  const items = candles.data?.items;
  useEffect(() => {
    const element = place.current;
    if (!element || !items) return;
    const style = getComputedStyle(document.documentElement);
    const color = (token: string) => style.getPropertyValue(token).trim();
    const prices = lines.map(({ price }) => Number(price));
    const chart = createChart(element, {
      autoSize: true,
      layout: { background: { color: color('--page') }, textColor: color('--text-2'), attributionLogo: false },
      grid: { vertLines: { color: color('--hairline') }, horzLines: { color: color('--hairline') } },
      localization: {
        timeFormatter: (at: number) => `${day(at * 1_000)} ${clock(at * 1_000)}`,
        ...(tickSize ? { priceFormatter: (price: number) => decimal(price.toFixed(decimalsOf(tickSize))) } : {}),
      },
      timeScale: {
        timeVisible: true,
        tickMarkFormatter: (at: number, kind: TickMarkType) =>
          interval === '1d' || kind < FIRST_OF_TIMES ? day(at * 1_000) : clock(at * 1_000),
      },
    });
    const series = chart.addSeries(CandlestickSeries, {
      upColor: color('--page'),
      borderUpColor: color('--gain'),
      wickUpColor: color('--gain'),
      downColor: color('--loss'),
      borderDownColor: color('--loss'),
      wickDownColor: color('--loss'),
      // Levels are seen as well, however far away they are.
      autoscaleInfoProvider: (own: () => AutoscaleInfo | null) => withPrices(own(), prices),
      ...(tickSize
        ? { priceFormat: { type: 'price', precision: decimalsOf(tickSize), minMove: Number(tickSize) } }
        : {}),
    });
    series.setData(
      items.map(({ at, open, high, low, close }) => ({
        time: (Date.parse(at) / 1_000) as UTCTimestamp,
        open: Number(open),
        high: Number(high),
        low: Number(low),
        close: Number(close),
      })),
    );
    for (const { price, title, color: token, solid } of lines) {
      series.createPriceLine({
        price: Number(price),
        title,
        color: color(token),
        lineWidth: 1,
        lineStyle: solid ? 0 : 2,
        axisLabelVisible: true,
      });
    }
    const marks = fillsByCandle(
      fills,
      items.map(({ at }) => Date.parse(at)),
    ).map(
      ({ at, side, count }): SeriesMarker<UTCTimestamp> => ({
        time: (at / 1_000) as UTCTimestamp,
        position: side === 'buy' ? 'belowBar' : 'aboveBar',
        shape: side === 'buy' ? 'arrowUp' : 'arrowDown',
        color: color(side === 'buy' ? '--series-1' : '--series-2'),
        text: count > 1 ? `${count}` : '',
      }),
    );
    createSeriesMarkers(series, marks);
    chart.timeScale().fitContent();
    return () => chart.remove();
  }, [items, lines, fills, interval, tickSize]);
  return (
    <Reading of={candles}>
      {({ synthetic }) => (
        <figure className="chart">
          <figcaption>
            {market} {interval} {synthetic ? `· ${t('synthetic candles')}` : ''} · {zoneName()}
            {fills.length > 0 ? ` · ▲ ${t('bought')} ▼ ${t('sold')}` : ''} ·{' '}
            <a href="https://www.tradingview.com" rel="noreferrer">
              {t('drawn by TradingView Lightweight Charts')}
            </a>
          </figcaption>
          <div ref={place} role="img" aria-label={t('Prices of {market}', { market })} style={{ height: 320 }} />
        </figure>
      )}
    </Reading>
  );
}
