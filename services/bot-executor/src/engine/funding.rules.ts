import { isOpen, type State } from './state.rules.ts';
import type { TradePlan } from './trade-plan.rules.ts';

/*
 * Funding of futures: at every stamp (whole multiples of its interval in UTC) whoever is long pays rate × value to
 * whoever is short, cash = -s × quantity × mark × rate, for each stamp at which the position is open. The mark is the
 * open of the candle that follows the stamp. Source: trading.md 3.6.
 */
export interface Payment {
  trade: number;
  at: number;
  /** What the wallet gains, in money units. */
  amount: bigint;
}

/** Begin of the first candle span that a stamp falls into, after the candle that began at `before`. */
export const nextFunding = ({ everyMs }: NonNullable<TradePlan['funding']>, before: number): number =>
  (Math.floor(before / everyMs) + 1) * everyMs;

/** Stamps after the candle before began and up to the begin of this one. */
export function fundingBetween(
  state: State,
  { funding, long }: TradePlan,
  { before, at, ticks }: { before: number; at: number; ticks: bigint },
): Payment[] {
  if (!funding || !isOpen(state)) return [];
  const payments: Payment[] = [];
  const amount = (long ? -1n : 1n) * ticks * state.position.lots * funding.ppm;
  for (let stamp = nextFunding(funding, before); stamp <= at; stamp += funding.everyMs)
    payments.push({ trade: state.trade, at: stamp, amount });
  return payments;
}
