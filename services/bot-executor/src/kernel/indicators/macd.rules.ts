import { type Ema, newEma, nextEma } from './ema.rules.ts';

/** Moving average convergence divergence: short less long average, and the average of that as its signal. */
export interface Macd {
  short: Ema;
  long: Ema;
  signal: Ema;
}

export const newMacd = (short: number, long: number, signal: number): Macd => ({
  short: newEma(short),
  long: newEma(long),
  signal: newEma(signal),
});

export function nextMacd(macd: Macd, price: number): Macd {
  const next = { ...macd, short: nextEma(macd.short, price), long: nextEma(macd.long, price) };
  const line = macdLine(next);
  return line === undefined ? next : { ...next, signal: nextEma(macd.signal, line) };
}

export const macdLine = ({ short, long }: Macd): number | undefined =>
  short.value === undefined || long.value === undefined ? undefined : short.value - long.value;
