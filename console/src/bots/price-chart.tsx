import type { Feed } from '@tidegate/client';
import { CandlestickSeries, createChart, type UTCTimestamp } from 'lightweight-charts';
import { useEffect, useRef } from 'react';
import { useRead } from '../kernel/api.ts';
import { clock, day } from '../kernel/format.ts';
import { Reading } from '../kernel/reading.tsx';
import { t } from '../kernel/strings.ts';
import { useNow } from '../kernel/use-now.ts';

interface Line {
  price: string;
  title: string;
  color: string;
}

interface Props {
  market: string;
  feed: Pick<Feed, 'source' | 'interval'>;
  /** Levels such as the orders of a ladder. */
  lines?: readonly Line[];
}

const CANDLES = 300;
const NO_LINES: readonly Line[] = [];

/** The last candles of a market. Falling ones are filled and rising ones hollow, besides their colours. */
export function PriceChart({ market, feed: { source, interval }, lines = NO_LINES }: Props) {
  const before = new Date(Math.ceil(useNow(60_000) / 60_000) * 60_000).toISOString();
  const candles = useRead('candlesList', { market, source, interval, before, limit: CANDLES });
  const place = useRef<HTMLDivElement>(null);
  const items = candles.data?.items;
  useEffect(() => {
    const element = place.current;
    if (!element || !items) return;
    const style = getComputedStyle(document.documentElement);
    const color = (token: string) => style.getPropertyValue(token).trim();
    const chart = createChart(element, {
      autoSize: true,
      layout: { background: { color: color('--page') }, textColor: color('--text-2'), attributionLogo: false },
      grid: { vertLines: { color: color('--hairline') }, horzLines: { color: color('--hairline') } },
      localization: { timeFormatter: (at: number) => `${day(at * 1_000)} ${clock(at * 1_000)}` },
      timeScale: {
        timeVisible: true,
        tickMarkFormatter: (at: number) => (interval === '1d' ? day(at * 1_000) : clock(at * 1_000)),
      },
    });
    const series = chart.addSeries(CandlestickSeries, {
      upColor: color('--page'),
      borderUpColor: color('--gain'),
      wickUpColor: color('--gain'),
      downColor: color('--loss'),
      borderDownColor: color('--loss'),
      wickDownColor: color('--loss'),
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
    for (const { price, title, color: token } of lines) {
      series.createPriceLine({
        price: Number(price),
        title,
        color: color(token),
        lineWidth: 1,
        lineStyle: 2,
        axisLabelVisible: true,
      });
    }
    chart.timeScale().fitContent();
    return () => chart.remove();
  }, [items, lines, interval]);
  return (
    <Reading of={candles}>
      {({ synthetic }) => (
        <figure className="chart">
          <figcaption>
            {market} {interval} {synthetic ? `· ${t('synthetic candles')}` : ''} ·{' '}
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
