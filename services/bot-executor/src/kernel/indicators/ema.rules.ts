/**
 * Exponential moving average: value = before + 2 / (period + 1) × (price - before). It starts with the simple average
 * of the first `period` prices and has no value before: started with a single price, it would depend on that one for
 * long.
 */
export interface Ema {
  period: number;
  seen: number;
  /** Of the first prices, while there are too few. */
  sum: number;
  value: number | undefined;
}

export const newEma = (period: number): Ema => ({ period, seen: 0, sum: 0, value: undefined });

export function nextEma(ema: Ema, price: number): Ema {
  const seen = ema.seen + 1;
  if (ema.value !== undefined) return { ...ema, seen, value: ema.value + (2 / (ema.period + 1)) * (price - ema.value) };
  const sum = ema.sum + price;
  return { ...ema, seen, sum, value: seen === ema.period ? sum / ema.period : undefined };
}
