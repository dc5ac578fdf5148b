import type { Payment } from '../engine/funding.rules.ts';
import { type ExchangeFill } from '../engine/step.rules.ts';
import { add, div, type Fraction, millionths, mul, whole } from '../kernel/exact.rules.ts';
import { type MarketRules, moneyOf } from '../markets/markets.rules.ts';

/*
 * What fills, funding and transfers do to a wallet of several currencies. A purchase takes quote and brings base, a sale
 * does the reverse; a fee takes what the market takes it from. The sum of all entries is the change of the wallet, in
 * every currency and at every step. Source: trading.md 3.8.
 */
export interface WalletEntry {
  kind: 'buy' | 'sell' | 'fee' | 'funding' | 'transfer';
  currency: string;
  amount: Fraction;
}

export function entriesOf(market: MarketRules, fill: ExchangeFill): WalletEntry[] {
  const kind = fill.order.side;
  const [value, quantity] = [moneyOf(market, fill.value), mul(whole(fill.lots), market.lot)];
  const [paid, got] = kind === 'buy' ? [negative(value), quantity] : [value, negative(quantity)];
  return [
    { kind, currency: market.quote, amount: paid },
    { kind, currency: market.base, amount: got },
    feeOf(market, fill),
  ];
}

function feeOf(market: MarketRules, { fee, heldBack }: ExchangeFill): WalletEntry {
  if (heldBack > 0n) {
    const amount = negative(mul(millionths(heldBack), market.lot));
    return { kind: 'fee', currency: market.base, amount };
  }
  const value = negative(moneyOf(market, fee));
  if (typeof market.feeFrom === 'string') return { kind: 'fee', currency: market.quote, amount: value };
  return { kind: 'fee', currency: market.feeFrom.currency, amount: div(value, market.feeFrom.price) };
}

export const entryOfPayment = (market: MarketRules, { amount }: Payment): WalletEntry => ({
  kind: 'funding',
  currency: market.quote,
  amount: moneyOf(market, amount),
});

const negative = (value: Fraction): Fraction => ({ n: -value.n, d: value.d });

export class Wallet {
  private readonly balances = new Map<string, Fraction>();

  add({ currency, amount }: WalletEntry): void {
    this.balances.set(currency, add(this.of(currency), amount));
  }

  of(currency: string): Fraction {
    return this.balances.get(currency) ?? whole(0);
  }

  /** All currencies that ever moved, by name. */
  changes(): [currency: string, amount: Fraction][] {
    return [...this.balances].sort(([a], [b]) => a.localeCompare(b));
  }

  /** Everything at prices in one currency; what has no price is worth nothing. */
  worth(prices: ReadonlyMap<string, Fraction>): Fraction {
    return this.changes().reduce(
      (sum, [currency, amount]) => add(sum, mul(amount, prices.get(currency) ?? whole(0))),
      whole(0),
    );
  }
}
