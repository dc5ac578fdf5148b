import type { CandleSeries, Range } from '../kernel/candle-series.rules.ts';

/** In money units, after the close of the candle that begins at `at`. */
export interface EquityPoint {
  at: number;
  equity: bigint;
}

/** Equity at so many closes, evenly spread over a range; the last candle is always one of them. */
export class EquityCurve {
  readonly points: EquityPoint[] = [];
  private readonly series: CandleSeries;
  private readonly last: number;
  private readonly every: number;
  private next: number;

  constructor(series: CandleSeries, { from, to }: Range, most: number) {
    this.series = series;
    this.last = to - 1;
    this.every = Math.max(1, Math.ceil((to - from) / most));
    this.next = Math.min(from + this.every, to) - 1;
  }

  /** Candles before `to` are done; `equityAt` gives the equity at their closes. */
  pass(to: number, equityAt: (close: number) => bigint): void {
    const { at, close } = this.series;
    while (this.next < to && this.next <= this.last) {
      this.points.push({ at: at[this.next] as number, equity: equityAt(close[this.next] as number) });
      this.next = this.next === this.last ? this.last + 1 : Math.min(this.next + this.every, this.last);
    }
  }
}
