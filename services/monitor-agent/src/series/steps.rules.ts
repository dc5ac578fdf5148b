import { MAX_SERIES_POINTS, type StatementPoint } from '@tidegate/contracts/monitor-agent/statement-series';
import { toFigures } from '../statements/figures.rules.ts';
import { STATEMENT_COUNTERS } from '../statements/statement-deltas.rules.ts';
import type { TimeRange } from '../storage/samples.ts';

/** Lengths that people read easily; two weeks is enough for sixty years. */
const MINUTES = [1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1_440, 2_880, 10_080, 20_160];

/** The length that was asked for, or the next one of which not too many are in the range. In seconds. */
export function stepFor(range: TimeRange, wanted?: number): number {
  const lengths = [...(wanted === undefined ? [] : [wanted]), ...MINUTES.map((minutes) => minutes * 60)];
  const fitting = lengths.filter((step) => step >= (wanted ?? 0) && stepCount(range, step) <= MAX_SERIES_POINTS);
  return Math.min(...fitting);
}

function stepCount({ from, to }: TimeRange, step: number): number {
  return Math.ceil(to.getTime() / (step * 1_000)) - Math.floor(from.getTime() / (step * 1_000));
}

/** One statement's looks summed up by steps. A look belongs to the step in which it ended. */
export class StepSums {
  readonly step: number;
  private readonly range: TimeRange;
  private readonly first: number;
  private readonly looks: Int32Array;
  private readonly spanUs: Float64Array;
  private readonly gap: Uint8Array;
  private readonly partial: Uint8Array;
  private readonly counters: Float64Array[];

  constructor(range: TimeRange, step: number) {
    const count = stepCount(range, step);
    this.step = step;
    this.range = range;
    this.first = Math.floor(range.from.getTime() / (step * 1_000));
    this.looks = new Int32Array(count);
    this.spanUs = new Float64Array(count);
    this.gap = new Uint8Array(count);
    this.partial = new Uint8Array(count);
    this.counters = STATEMENT_COUNTERS.map(() => new Float64Array(count));
  }

  addLook(at: number, spanUs: number, gap: boolean): void {
    const index = this.indexOf(at);
    if (index < 0) return;
    this.looks[index] = (this.looks[index] ?? 0) + 1;
    this.spanUs[index] = (this.spanUs[index] ?? 0) + spanUs;
    if (gap) this.gap[index] = 1;
  }

  /** `counter` answers the statement's counters at the look of that time. */
  addPoint(at: number, partial: boolean, counter: (index: number) => number): void {
    const step = this.indexOf(at);
    if (step < 0) return;
    if (partial) this.partial[step] = 1;
    this.counters.forEach((sums, index) => {
      sums[step] = (sums[step] ?? 0) + counter(index);
    });
  }

  get coveredSeconds(): number {
    return this.spanUs.reduce((sum, us) => sum + us, 0) / 1_000_000;
  }

  points(): StatementPoint[] {
    return Array.from(this.looks, (looks, index) => ({
      at: new Date((this.first + index) * this.step * 1_000).toISOString(),
      coveredSeconds: (this.spanUs[index] ?? 0) / 1_000_000,
      gap: this.gap[index] === 1,
      partial: this.partial[index] === 1,
      figures: looks === 0 ? null : toFigures((name) => this.counters[STATEMENT_COUNTERS.indexOf(name)]?.[index] ?? 0),
    }));
  }

  private indexOf(at: number): number {
    if (at < this.range.from.getTime() || at >= this.range.to.getTime()) return -1;
    return Math.floor(at / (this.step * 1_000)) - this.first;
  }
}
