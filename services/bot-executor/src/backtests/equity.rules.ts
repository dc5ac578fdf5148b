import type { PriceRange } from '../kernel/candle-series.rules.ts';
import { type TradeSummary, worthAt } from '../trades/trade-summary.rules.ts';

const highest = (a: bigint, b: bigint): bigint => (a > b ? a : b);

/**
 * Realised plus open profit at every close, and its deepest fall from its highest value, in money units. While a position
 * does not change, its value is linear in the price. So of a whole range of closes only the extremes and the deepest move
 * against the position count, and the result equals that of every single close to the last digit.
 */
export class Equity {
  realised = 0n;
  openProfit = 0n;
  maxDrawdown = 0n;
  private peak = 0n;
  private readonly long: boolean;
  private readonly feePpm: number;

  constructor(long: boolean, feePpm: number) {
    this.long = long;
    this.feePpm = feePpm;
  }

  /** One close. `open` is the trade that is open after it, if any. */
  mark(open: TradeSummary | undefined, close: number): void {
    this.openProfit = open ? this.worth(open, close) : 0n;
    this.note(this.realised + this.openProfit, this.realised + this.openProfit);
  }

  /** A range of closes during which nothing was filled, ending in `last`. */
  markRange(open: TradeSummary | undefined, { min, max, fall, rise }: PriceRange, last: number): void {
    if (!open) {
      this.mark(undefined, last);
      return;
    }
    const [best, worst] = this.long ? [max, min] : [min, max];
    const against = this.long ? fall : rise;
    const move = this.worth(open, max) - this.worth(open, max - against);
    this.maxDrawdown = highest(this.maxDrawdown, move < 0n ? -move : move);
    this.note(this.realised + this.worth(open, best), this.realised + this.worth(open, worst));
    this.openProfit = this.worth(open, last);
  }

  /** Realised and open profit at a close. */
  at(open: TradeSummary | undefined, close: number): bigint {
    return this.realised + (open ? this.worth(open, close) : 0n);
  }

  private worth(open: TradeSummary, ticks: number): bigint {
    return worthAt(open, BigInt(ticks), this.long, this.feePpm);
  }

  private note(best: bigint, worst: bigint): void {
    // Either the peak came before this range, or the deepest move within the range is already recorded.
    this.maxDrawdown = highest(this.maxDrawdown, this.peak - worst);
    this.peak = highest(this.peak, best);
  }
}
