import type { Payment } from '../engine/funding.rules.ts';
import { type ExchangeFill } from '../engine/step.rules.ts';

/*
 * The ledger of a bot's paper wallet. Buying takes money, selling brings it, fees take it, funding does either; the sum of all entries is
 * what the wallet has changed by. Money units: see markets.rules.ts. Source: trading.md 3.8.
 */
export interface LedgerChange {
  kind: 'buy' | 'sell' | 'fee' | 'funding';
  amount: bigint;
}

/** The change of the wallet by a fill, without its fee. */
export const cashFlow = ({ order, value }: ExchangeFill): bigint => (order.side === 'buy' ? -value : value);

export const ledgerChanges = (fill: ExchangeFill): LedgerChange[] => [
  { kind: fill.order.side, amount: cashFlow(fill) },
  { kind: 'fee', amount: -fill.fee },
];

export const paymentChange = ({ amount }: Payment): LedgerChange => ({ kind: 'funding', amount });
