import { MAX_SERIES_POINTS, type StatementPoint } from '@tidegate/contracts/monitor-agent/statement-series';
import { toFigures } from '../statements/figures.rules.ts';
import { STATEMENT_COUNTERS } from '../statements/statement-deltas.rules.ts';
import type { TimeRange } from '../storage/samples.ts';
import { type Columns, LOOK, POINT } from './columns.rules.ts';
import type { Column } from './series-codec.rules.ts';

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
    const step = this.stepOf(at);
    if (step < 0) return;
    this.looks[step] = (this.looks[step] ?? 0) + 1;
    this.spanUs[step] = (this.spanUs[step] ?? 0) + spanUs;
    if (gap) this.gap[step] = 1;
  }

  addPoint(at: number, partial: boolean, counters: readonly number[]): void {
    const step = this.stepOf(at);
    if (step < 0) return;
    if (partial) this.partial[step] = 1;
    this.counters.forEach((sums, index) => {
      sums[step] = (sums[step] ?? 0) + (counters[index] ?? 0);
    });
  }

  /** A block at once, column by column: half a million points a year would be slow one by one. */
  addBlock(looks: Columns, points: Columns | undefined, dayMs: number, statementId: number): void {
    const steps = Int32Array.from(looks[LOOK.at] ?? [], (at) => this.stepOf(dayMs + at));
    for (let look = 0; look < steps.length; look += 1) {
      const step = steps[look] ?? -1;
      if (step < 0) continue;
      this.looks[step] = (this.looks[step] ?? 0) + 1;
      this.spanUs[step] = (this.spanUs[step] ?? 0) + (looks[LOOK.spanUs]?.[look] ?? 0);
      if (looks[LOOK.gap]?.[look] === 1) this.gap[step] = 1;
    }
    if (!points) return;
    const places = Int32Array.from(points[POINT.look] ?? [], (look, row) =>
      points[POINT.id]?.[row] === statementId ? (steps[look] ?? -1) : -1,
    );
    for (let row = 0; row < places.length; row += 1) {
      const step = places[row] ?? -1;
      if (step >= 0 && points[POINT.partial]?.[row] === 1) this.partial[step] = 1;
    }
    for (const [index, sums] of this.counters.entries()) addColumn(sums, points[POINT.counters + index] ?? [], places);
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

  /** -1: outside the range. */
  private stepOf(at: number): number {
    if (at < this.range.from.getTime() || at >= this.range.to.getTime()) return -1;
    return Math.floor(at / (this.step * 1_000)) - this.first;
  }
}

function addColumn(sums: Float64Array, column: Column, places: Int32Array): void {
  for (let row = 0; row < places.length; row += 1) {
    const place = places[row] as number;
    if (place >= 0) sums[place] = (sums[place] as number) + (column[row] as number);
  }
}
