import type { Indicator } from '@tidegate/contracts/bot-executor/candles';
import type { Columns } from '../kernel/candle-series.rules.ts';
import { newAtr, nextAtr } from '../kernel/indicators/atr.rules.ts';
import { bollinger } from '../kernel/indicators/bollinger.rules.ts';
import { newEma, nextEma } from '../kernel/indicators/ema.rules.ts';
import { macdLine, newMacd, nextMacd } from '../kernel/indicators/macd.rules.ts';
import { newRsi, nextRsi, rsiValue } from '../kernel/indicators/rsi.rules.ts';

type Values = Record<string, number>;
/** Takes the next candle; undefined until there are enough, and may be where nobody wants the value. Prices in ticks. */
type Follow = (high: number, low: number, close: number, wanted: boolean) => Values | undefined;

const DEVIATIONS = 2;

const one = (name: string, value: number | undefined) => (value === undefined ? undefined : { [name]: value });

const FOLLOW: Record<Indicator, (period: number) => Follow> = {
  ema: (period) => {
    let ema = newEma(period);
    return (_high, _low, close) => {
      ema = nextEma(ema, close);
      return one('ema', ema.value);
    };
  },
  rsi: (period) => {
    let rsi = newRsi(period);
    return (_high, _low, close) => {
      rsi = nextRsi(rsi, close);
      return one('rsi', rsiValue(rsi));
    };
  },
  atr: (period) => {
    let atr = newAtr(period);
    return (high, low, close) => {
      atr = nextAtr(atr, { high, low, close });
      return one('atr', atr.range.value);
    };
  },
  bollinger: (period) => {
    const closes: number[] = [];
    return (_high, _low, close, wanted) => {
      closes.push(close);
      if (closes.length > period) closes.shift();
      if (closes.length < period || !wanted) return undefined;
      const { upper, middle, lower } = bollinger(closes, DEVIATIONS);
      return { upper, middle, lower };
    };
  },
  macd: () => {
    let macd = newMacd(12, 26, 9);
    return (_high, _low, close) => {
      macd = nextMacd(macd, close);
      const line = macdLine(macd);
      const signal = macd.signal.value;
      return line === undefined || signal === undefined ? undefined : { macd: line, signal, histogram: line - signal };
    };
  },
};

/** Values of the candles from `from` on, at most so many; all candles before are counted in. */
export function indicatorOver(
  { at, high, low, close }: Columns,
  wanted: { indicator: Indicator; period: number; from: number; limit: number },
): { at: number; values: Values }[] {
  const follow = FOLLOW[wanted.indicator](wanted.period);
  const points: { at: number; values: Values }[] = [];
  for (let i = 0; i < at.length && points.length < wanted.limit; i += 1) {
    const isWanted = (at[i] as number) >= wanted.from;
    const values = follow(high[i] as number, low[i] as number, close[i] as number, isWanted);
    if (values && isWanted) points.push({ at: at[i] as number, values });
  }
  return points;
}
