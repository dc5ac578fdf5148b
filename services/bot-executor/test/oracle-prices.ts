import type { DcaSettings } from '@tidegate/contracts/bot-executor/settings';
import { type Exact, exact, less, minus, ONE, of, over, percent, plus, times, toStep, ZERO } from './oracle-numbers.ts';

export interface OracleMarket {
  tick: string;
  lot: string;
  minQuantity: string;
  minNotional: string;
  feePpm: number;
  /** A purchase's fee is taken from what was bought. */
  feeFromPurchase: boolean;
  maintenancePpm: number;
}

/** Prices and sizes of the oracle's orders, as the settings say them. */
export class Prices {
  constructor(
    protected readonly settings: DcaSettings,
    protected readonly market: OracleMarket,
  ) {}

  protected get long() {
    return this.settings.direction === 'long';
  }
  protected get fee() {
    return of(this.market.feePpm, 1_000_000);
  }

  /** For whoever holds the position. */
  protected worse(price: Exact, than: Exact) {
    return this.long ? less(price, than) : less(than, price);
  }
  /** Away from a price towards the losing side (or, with a negative part, towards profit). */
  protected away(price: Exact, part: Exact) {
    return times(price, this.long ? minus(ONE, part) : plus(ONE, part));
  }
  protected tick(price: Exact, up: boolean) {
    return price.n < 0n ? price : toStep(price, exact(this.market.tick), up);
  }

  protected order(quote: Exact, price: Exact) {
    const quantity = price.n <= 0n ? ZERO : toStep(over(quote, price), exact(this.market.lot), false);
    return { price, quantity, allowed: this.allowed(price, quantity) };
  }
  protected allowed(price: Exact, quantity: Exact) {
    const { minQuantity, minNotional } = this.market;
    return !less(quantity, exact(minQuantity)) && !less(times(price, quantity), exact(minNotional));
  }

  /** Not when the whole of it would be below the market's minimum at its exit or at its stop. */
  protected couldBeClosed(price: Exact, bought: Exact): boolean {
    const { takeProfit, stopLoss } = this.settings;
    if (this.long && !stopLoss) return true;
    const lot = exact(this.market.lot);
    const feeHere = this.market.feeFromPurchase && this.long ? toStep(times(bought, this.fee), lot, true) : ZERO;
    const held = minus(bought, feeHere);
    const cost = times(price, bought);
    const exit = this.behind(this.targetOf(takeProfit.percent, { cost, held, open: ONE }));
    const stop = stopLoss
      ? this.tick(this.away(this.basisPrice(price, cost, held), percent(stopLoss.percent)), this.long)
      : ZERO;
    return this.allowed(exit, held) && (stop.n <= 0n || this.allowed(stop, held));
  }
  /** Of a trade that has its base order only. */
  protected basisPrice(price: Exact, cost: Exact, held: Exact): Exact {
    return this.settings.stopLoss?.basis === 'average' ? over(cost, held) : price;
  }
  /** Where a trailing exit that begins here stands; here, when there is none. */
  protected behind(price: Exact): Exact {
    const { trailingPercent } = this.settings.takeProfit;
    if (trailingPercent === undefined) return price;
    const tick = exact(this.market.tick);
    const away = this.tick(this.away(price, percent(trailingPercent)), this.long);
    const nearest = this.long ? minus(price, tick) : plus(price, tick);
    return this.worse(away, nearest) ? away : nearest;
  }

  protected targetOf(profit: string, { cost, held, open }: { cost: Exact; held: Exact; open: Exact }): Exact {
    const { basis, includeFees } = this.settings.takeProfit;
    const fee = includeFees ? this.fee : ZERO;
    const of_ = basis === 'average' ? cost : times(exact(this.settings.baseOrder), open);
    const entryFee = this.market.feeFromPurchase ? ZERO : fee;
    const gain = plus(times(of_, percent(profit)), times(cost, entryFee));
    const price = this.long
      ? over(plus(cost, gain), times(held, minus(ONE, fee)))
      : over(minus(cost, gain), times(held, plus(ONE, fee)));
    // A short cannot be bought back below zero: such an order never fills.
    return this.tick(price, this.long);
  }
}
