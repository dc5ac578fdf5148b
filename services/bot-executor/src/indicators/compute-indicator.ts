import type { Indicator, IndicatorPoint } from '@tidegate/contracts/bot-executor/candles';
import { decodeSeries, type StoredSeries } from '../candles/stored-series.ts';
import { threadTask } from '../threads/thread-task.ts';
import { indicatorOver } from './over-series.rules.ts';

export interface IndicatorTask {
  stored: StoredSeries;
  wanted: { indicator: Indicator; period: number; from: number; limit: number };
  /** Of a price. */
  tick: number;
}

/** Strength is a percentage; everything else is a price. */
export const computeIndicator = threadTask('indicator', ({ stored, wanted, tick }: IndicatorTask): IndicatorPoint[] => {
  const scale = wanted.indicator === 'rsi' ? 1 : tick;
  return indicatorOver(decodeSeries(stored), wanted).map(({ at, values }) => ({
    at: new Date(at).toISOString(),
    values: Object.fromEntries(Object.entries(values).map(([name, value]) => [name, value * scale])),
  }));
});
