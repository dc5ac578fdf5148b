import { newSmoothed, nextSmoothed, type Smoothed } from './wilder.rules.ts';

/** Average true range: how far prices go in a candle, gaps from the close before included, smoothed as Wilder does. */
export interface Atr {
  lastClose: number | undefined;
  range: Smoothed;
}

export interface Bar {
  high: number;
  low: number;
  close: number;
}

export const newAtr = (period: number): Atr => ({ lastClose: undefined, range: newSmoothed(period) });

export function nextAtr({ lastClose, range }: Atr, { high, low, close }: Bar): Atr {
  const top = lastClose === undefined ? high : Math.max(high, lastClose);
  const bottom = lastClose === undefined ? low : Math.min(low, lastClose);
  return { lastClose: close, range: nextSmoothed(range, top - bottom) };
}
