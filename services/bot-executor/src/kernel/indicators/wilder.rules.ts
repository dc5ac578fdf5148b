/**
 * Wilder's smoothing: value = before + (given - before) / period, begun with the simple average of the first `period`.
 * Source: J. W. Wilder, New Concepts in Technical Trading Systems (1978), where RSI and ATR come from.
 */
export interface Smoothed {
  period: number;
  seen: number;
  sum: number;
  value: number | undefined;
}

export const newSmoothed = (period: number): Smoothed => ({ period, seen: 0, sum: 0, value: undefined });

export function nextSmoothed(smoothed: Smoothed, given: number): Smoothed {
  const { period, value } = smoothed;
  const seen = smoothed.seen + 1;
  if (value !== undefined) return { ...smoothed, seen, value: value + (given - value) / period };
  const sum = smoothed.sum + given;
  return { ...smoothed, seen, sum, value: seen === period ? sum / period : undefined };
}
