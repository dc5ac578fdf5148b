import { NEVER_ABOVE, NEVER_BELOW } from '../candles/candle-series.rules.ts';
import type { State } from './decide.rules.ts';

/** Ticks: a candle that stays above `below` and below `above` changes nothing. */
export interface Quiet {
  below: number;
  above: number;
}

/**
 * How far prices may go before the decision function has anything to do: up to the nearest limit order on either side.
 * Undefined when every candle matters: nothing is open, or a market order waits for the next one.
 */
export function quietOf({ orders }: State): Quiet | undefined {
  if (orders.length === 0) return undefined;
  let [below, above] = [NEVER_BELOW, NEVER_ABOVE];
  for (const { type, side, ticks } of orders) {
    if (type === 'market') return undefined;
    if (side === 'buy') below = Math.max(below, Number(ticks));
    // A price beyond what a candle can hold is never reached.
    else above = Math.min(above, Number(ticks));
  }
  return { below, above };
}
