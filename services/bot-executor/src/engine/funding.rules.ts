import { ceil, mul, whole } from '../kernel/exact.rules.ts';
import { isOpen, type State } from './state.rules.ts';
import { marginLeft, type TradePlan } from './trade-plan.rules.ts';

/*
 * Funding of futures: at every stamp (whole multiples of its interval in UTC) whoever is long pays rate × value to
 * whoever is short, cash = -s × quantity × mark × rate, for each stamp at which the position is open. The mark is the
 * open of the candle that follows the stamp. Isolated margin: what is paid comes out of the trade's margin and brings
 * its liquidation nearer, and more than is left of it cannot be paid. Source: trading.md 3.5 and 3.6.
 */
export interface Payment {
  trade: number;
  at: number;
  /** What the wallet gains, in money units. */
  amount: bigint;
}

const MILLION = whole(1_000_000);

/** Begin of the first candle span that a stamp falls into, after the candle that began at `before`. */
export const nextFunding = ({ everyMs }: NonNullable<TradePlan['funding']>, before: number): number =>
  (Math.floor(before / everyMs) + 1) * everyMs;

/** Of one stamp, at this mark; nothing while nothing is open. */
export function paymentAt(state: State, plan: TradePlan, ticks: bigint): bigint {
  const { funding, long } = plan;
  if (!funding || !isOpen(state)) return 0n;
  const amount = (long ? -1n : 1n) * ticks * state.position.lots * funding.ppm;
  if (amount >= 0n) return amount;
  const left = ceil(mul(marginLeft(plan, state.position, ticks), MILLION));
  return left <= 0n ? 0n : -amount > left ? -left : amount;
}
