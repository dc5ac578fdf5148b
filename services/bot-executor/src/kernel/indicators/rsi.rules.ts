import { newSmoothed, nextSmoothed, type Smoothed } from './wilder.rules.ts';

/**
 * Relative strength index, 0 to 100: 100 - 100 / (1 + gains / losses), both smoothed as Wilder does. Prices that do not
 * move at all are neither strong nor weak: 50.
 */
export interface Rsi {
  last: number | undefined;
  gains: Smoothed;
  losses: Smoothed;
}

export const newRsi = (period: number): Rsi => ({
  last: undefined,
  gains: newSmoothed(period),
  losses: newSmoothed(period),
});

export function nextRsi({ last, gains, losses }: Rsi, price: number): Rsi {
  if (last === undefined) return { last: price, gains, losses };
  const move = price - last;
  return {
    last: price,
    gains: nextSmoothed(gains, Math.max(0, move)),
    losses: nextSmoothed(losses, Math.max(0, -move)),
  };
}

export function rsiValue({ gains, losses }: Rsi): number | undefined {
  if (gains.value === undefined || losses.value === undefined) return undefined;
  const both = gains.value + losses.value;
  return both === 0 ? 50 : (100 * gains.value) / both;
}
