import { NEVER_ABOVE, NEVER_BELOW } from '../kernel/candle-series.rules.ts';
import { isOpen, type State } from './state.rules.ts';
import { liquidationTicks, type TradePlan } from './trade-plan.rules.ts';

/** Ticks: a candle that stays above `below` and below `above` changes nothing. */
export interface TriggerBounds {
  below: number;
  above: number;
}

/**
 * How far prices may go before the decision function has anything to do: up to the nearest price on either side that an
 * order, a watch or the exchange waits for. Undefined when every candle matters: nothing is open, a market order waits
 * for the next one, or a patient stop counts the time.
 */
export function triggerBounds(state: State, plan: TradePlan): TriggerBounds | undefined {
  const { orders, watch } = state;
  if (!isOpen(state) || watch.beyondSince !== undefined) return undefined;
  const range = { below: NEVER_BELOW, above: NEVER_ABOVE };
  for (const { type, side, ticks } of orders) {
    if (type === 'market') return undefined;
    narrow(range, ticks, (side === 'buy') === (type === 'limit'));
  }
  narrow(range, liquidationTicks(plan, state.position), plan.long);
  narrow(range, watch.patientStop, plan.long);
  narrow(range, state.entryFrom, plan.long);
  narrow(range, watch.breakEvenFrom, !plan.long);
  // Once followed, only a price that is better than the best so far changes anything.
  const next = watch.best === undefined ? watch.trailFrom : watch.best + (plan.long ? 1n : -1n);
  narrow(range, next, !plan.long);
  return range;
}

/** A price beyond what a candle can hold is never reached. */
function narrow(range: TriggerBounds, ticks: bigint | undefined, isBelow: boolean): void {
  if (ticks === undefined) return;
  if (isBelow) range.below = Math.max(range.below, Number(ticks));
  else range.above = Math.min(range.above, Number(ticks));
}
