import type { Gaps } from '@tidegate/contracts/bot-executor/candles';

/** How many of the longest are listed one by one. */
const LISTED = 20;

interface Gap {
  from: number;
  count: number;
}

/** Counts where candles are missing between others, which come in ascending times. */
export class GapCounter {
  private readonly intervalMs: number;
  private places = 0;
  private missing = 0;
  private longest: Gap[] = [];
  private last: number | undefined;

  constructor(intervalMs: number) {
    this.intervalMs = intervalMs;
  }

  /** The next candle. */
  next(at: number): void {
    const { last, intervalMs } = this;
    if (last !== undefined && at - last > intervalMs) this.gap(last + intervalMs, at);
    this.last = at;
  }

  /** The next candles, none of which is missing from the first to the last of them. */
  run(first: number, last: number): void {
    this.next(first);
    this.last = last;
  }

  gaps(): Gaps {
    return {
      places: this.places,
      missing: this.missing,
      longest: shortened(this.longest)
        .sort((a, b) => a.from - b.from)
        .map(({ from, count }) => ({
          from: new Date(from).toISOString(),
          to: new Date(from + (count - 1) * this.intervalMs).toISOString(),
          missing: count,
        })),
    };
  }

  private gap(from: number, to: number): void {
    const count = Math.round((to - from) / this.intervalMs);
    this.places += 1;
    this.missing += count;
    this.longest.push({ from, count });
    // Twice as many as are listed, then only those: a file full of gaps takes no more memory than that.
    if (this.longest.length >= 2 * LISTED) this.longest = shortened(this.longest);
  }
}

const shortened = (gaps: readonly Gap[]): Gap[] =>
  gaps.toSorted((a, b) => b.count - a.count || a.from - b.from).slice(0, LISTED);

export function gapsOf(at: Float64Array, intervalMs: number): Gaps {
  const counter = new GapCounter(intervalMs);
  for (let i = 0; i < at.length; i += 1) counter.next(at[i] as number);
  return counter.gaps();
}
