import { type Atr, type Bar, newAtr, nextAtr } from '../kernel/indicators/atr.rules.ts';
import { bollinger, spread } from '../kernel/indicators/bollinger.rules.ts';
import { type Ema, newEma, nextEma } from '../kernel/indicators/ema.rules.ts';

/*
 * What the candles say, carried on from candle to candle: trends by moving averages, how wild prices are, and how fast
 * they run against the position. All of it is ratios that are compared with thresholds; no price or quantity of an
 * order is ever worked out from these numbers. Source: trading.md 3.9; moves for a short are mirrored, which the
 * original lacked.
 */
export interface Signals {
  fast: Ema;
  slow: Ema;
  /** Of the closes of whole hours. */
  hourly: Ema;
  hour: { number: number; close: number } | undefined;
  atr: Atr;
  /** The last ranges and closes, oldest first. */
  ranges: readonly number[];
  closes: readonly number[];
}

const RANGES = 50;
const CLOSES = 21;
const HOUR_MS = 3_600_000;

export const NO_SIGNALS: Signals = {
  fast: newEma(50),
  slow: newEma(200),
  hourly: newEma(100),
  hour: undefined,
  atr: newAtr(14),
  ranges: [],
  closes: [],
};

export function nextSignals(signals: Signals, at: number, bar: Bar): Signals {
  const number = Math.floor(at / HOUR_MS);
  const { hour } = signals;
  const atr = nextAtr(signals.atr, bar);
  return {
    fast: nextEma(signals.fast, bar.close),
    slow: nextEma(signals.slow, bar.close),
    hourly: hour && hour.number !== number ? nextEma(signals.hourly, hour.close) : signals.hourly,
    hour: { number, close: bar.close },
    atr,
    ranges: atr.range.value === undefined ? signals.ranges : [...signals.ranges, atr.range.value].slice(-RANGES),
    closes: [...signals.closes, bar.close].slice(-CLOSES),
  };
}

export type Decline = 'slow' | 'moderate' | 'fast' | 'crash';

export interface Mood {
  wild: boolean;
  decline: Decline;
}

/** Undefined until enough was seen. */
export function moodOf({ ranges, closes }: Signals, long: boolean): Mood | undefined {
  const range = ranges.at(-1);
  if (range === undefined || ranges.length < RANGES || closes.length < CLOSES) return undefined;
  const ratio = range / (ranges.reduce((sum, one) => sum + one, 0) / ranges.length);
  return { wild: isWild(ratio, closes), decline: declineOf(ratio, closes, long) };
}

function isWild(rangeRatio: number, closes: readonly number[]): boolean {
  const returns = closes.slice(1).map((close, index) => close / (closes[index] as number) - 1);
  return rangeRatio > 1.5 || bollinger(closes.slice(-20), 2).width > 0.08 || spread(returns).deviation > 0.05;
}

function declineOf(rangeRatio: number, closes: readonly number[], long: boolean): Decline {
  const against = (candles: number) => {
    const change = 100 * ((closes.at(-1) as number) / (closes.at(-1 - candles) as number) - 1);
    return long ? change : -change;
  };
  const [five, fifteen] = [against(5), against(15)];
  // A long move that came to nothing says nothing about a short one.
  const hurry = fifteen === 0 ? 0 : Math.abs(five / fifteen);
  const score =
    points(-five, [5, 40], [3, 25], [1, 10]) +
    points(hurry, [2.5, 30], [1.5, 15]) +
    points(rangeRatio, [3, 30], [2, 15]);
  if (score >= 70) return 'crash';
  if (score >= 40) return 'fast';
  return score >= 20 ? 'moderate' : 'slow';
}

/** Of the first threshold that is passed. */
const points = (value: number, ...scale: [above: number, points: number][]): number =>
  scale.find(([above]) => value > above)?.[1] ?? 0;
