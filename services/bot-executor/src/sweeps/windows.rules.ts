import type { Range } from '../kernel/candle-series.rules.ts';

/*
 * Walk-forward: values are chosen on one range of candles and tested on the range after it, which they have not seen; then
 * both move on by the length of the test, so that the tests follow each other without a gap.
 */
export interface Window {
  train: Range;
  test: Range;
}

export const countWindows = (candles: number, { trainCandles, testCandles }: WindowLengths): number =>
  Math.max(0, Math.floor((candles - trainCandles) / testCandles));

export function windowsOf(candles: number, { trainCandles, testCandles }: WindowLengths): Window[] {
  const windows: Window[] = [];
  for (let at = trainCandles; at + testCandles <= candles; at += testCandles)
    windows.push({ train: { from: at - trainCandles, to: at }, test: { from: at, to: at + testCandles } });
  return windows;
}

export interface WindowLengths {
  trainCandles: number;
  testCandles: number;
}
