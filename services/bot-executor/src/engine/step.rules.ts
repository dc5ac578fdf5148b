import type { Fraction } from '../kernel/exact.rules.ts';
import type { Payment } from './funding.rules.ts';
import type { Intent, PlacedOrder, State } from './state.rules.ts';

/* What a candle does to a bot, as the paper exchange says it. */

export interface ExchangeFill {
  trade: number;
  order: PlacedOrder;
  /** Of this fill, as the exchange names it. */
  id: string;
  at: number;
  ticks: bigint;
  lots: bigint;
  /** Money units: see markets.rules.ts. */
  value: bigint;
  fee: bigint;
  /** Of the fee, in millionths of a lot, where it is taken from the purchase. */
  heldBack: bigint;
  /** Lots that are open after it, and what they cost, in tick × lots. */
  open: bigint;
  cost: Fraction;
}

export interface Step {
  at: number;
  state: State;
  intents: Intent[];
  payments: Payment[];
  fills: ExchangeFill[];
  /** Keys of orders that were refused; paper refuses none. */
  rejected?: readonly string[];
  /** The bot asks to be halted: its runner must do so and ask it nothing more. */
  halt?: Extract<Intent, { type: 'halt' }> | undefined;
}

export interface Around {
  /** Length of the candle. */
  intervalMs: number;
  /** Whether a new trade may begin; it may when not given. */
  mayOpen?: boolean;
  /** Begin of the candle before. */
  before?: number | undefined;
}
