import { MAX_SERIES_POINTS, type StatementPoint } from '@tidegate/contracts/monitor-agent/statement-series';
import type { TimeRange } from '../kernel/storage/range.rules.ts';
import { addColumn, columnOf, DAY_MS, type Decoded, POINT, SNAPSHOT, SNAPSHOT_HOUR, SUM } from './columns.rules.ts';
import { toFigures } from './figures.rules.ts';
import { STATEMENT_COUNTERS } from './statement-counters.rules.ts';

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

/** One statement's snapshots summed up by steps. A snapshot belongs to the step in which it ended. */
export class StepSums {
  readonly step: number;
  private readonly range: TimeRange;
  private readonly first: number;
  private readonly snapshots: Int32Array;
  private readonly spanUs: Float64Array;
  private readonly gap: Uint8Array;
  private readonly partial: Uint8Array;
  private readonly counters: Float64Array[];

  constructor(range: TimeRange, step: number) {
    const count = stepCount(range, step);
    this.step = step;
    this.range = range;
    this.first = Math.floor(range.from.getTime() / (step * 1_000));
    this.snapshots = new Int32Array(count);
    this.spanUs = new Float64Array(count);
    this.gap = new Uint8Array(count);
    this.partial = new Uint8Array(count);
    this.counters = STATEMENT_COUNTERS.map(() => new Float64Array(count));
  }

  addSnapshot(at: number, spanUs: number, gap: boolean): void {
    const step = this.stepOf(at);
    if (step < 0) return;
    this.snapshots[step] = (this.snapshots[step] ?? 0) + 1;
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

  /**
   * Snapshots of a rollup, column by column: half a million a year would be slow one by one. Answers the step of each, for
   * the points that go with them.
   */
  addSnapshots(snapshots: Decoded, dayMs: number): Int32Array {
    const gaps = columnOf(snapshots, SNAPSHOT.gap);
    const steps = this.stepsOf(columnOf(snapshots, SNAPSHOT.at), dayMs);
    for (let snapshot = 0; snapshot < steps.length; snapshot += 1) {
      const step = steps[snapshot] as number;
      if (step < 0) continue;
      this.snapshots[step] = (this.snapshots[step] as number) + 1;
      if (gaps[snapshot] === 1) this.gap[step] = 1;
    }
    addColumn(this.spanUs, columnOf(snapshots, SNAPSHOT.spanUs), steps);
    return steps;
  }

  /** For points whose snapshots are counted already. */
  stepsOf(times: Float64Array, dayMs: number): Int32Array {
    const steps = new Int32Array(times.length);
    for (let row = 0; row < steps.length; row += 1) steps[row] = this.stepOf(dayMs + (times[row] as number));
    return steps;
  }

  /** Snapshots by the hour, for steps of whole hours. */
  addSnapshotHours(hours: Decoded, monthMs: number): void {
    const steps = this.stepsOf(columnOf(hours, SNAPSHOT_HOUR.lastAt), monthMs);
    const [snapshots, gaps] = [columnOf(hours, SNAPSHOT_HOUR.snapshots), columnOf(hours, SNAPSHOT_HOUR.gaps)];
    for (let row = 0; row < steps.length; row += 1) {
      const step = steps[row] as number;
      if (step < 0) continue;
      this.snapshots[step] = (this.snapshots[step] as number) + (snapshots[row] as number);
      if ((gaps[row] as number) > 0) this.gap[step] = 1;
    }
    addColumn(this.spanUs, columnOf(hours, SNAPSHOT_HOUR.spanUs), steps);
  }

  /** The step of each snapshot of a day that its month has, from how many there were in each hour: they are in the order of their time. */
  stepsOfDay(hours: Decoded, offsetMs: number, monthMs: number): Int32Array {
    const [lastAt, snapshots] = [columnOf(hours, SNAPSHOT_HOUR.lastAt), columnOf(hours, SNAPSHOT_HOUR.snapshots)];
    const steps: number[] = [];
    for (let row = 0; row < lastAt.length; row += 1) {
      const at = lastAt[row] as number;
      if (at < offsetMs || at >= offsetMs + DAY_MS) continue;
      const step = this.stepOf(monthMs + at);
      for (let left = snapshots[row] as number; left > 0; left -= 1) steps.push(step);
    }
    return Int32Array.from(steps);
  }

  addPoints(points: Decoded, steps: Int32Array, statementId: number): void {
    const ids = columnOf(points, POINT.id);
    const snapshots = columnOf(points, POINT.snapshot);
    const places = new Int32Array(ids.length);
    for (let row = 0; row < places.length; row += 1)
      places[row] = ids[row] === statementId ? (steps[snapshots[row] as number] as number) : -1;
    this.addRows(points, POINT, places);
  }

  /** Sums by hour of the statement alone, for steps of whole hours: the last snapshot of an hour lies in its step. */
  addHours(sums: Decoded, dayMs: number): void {
    this.addRows(sums, SUM, this.stepsOf(columnOf(sums, SUM.lastAt), dayMs));
  }

  private addRows(columns: Decoded, layout: { partial: number; counters: number }, places: Int32Array): void {
    const partial = columnOf(columns, layout.partial);
    for (let row = 0; row < places.length; row += 1) {
      const step = places[row] as number;
      if (step >= 0 && partial[row] === 1) this.partial[step] = 1;
    }
    for (const [index, sums] of this.counters.entries())
      addColumn(sums, columnOf(columns, layout.counters + index), places);
  }

  get coveredSeconds(): number {
    return this.spanUs.reduce((sum, us) => sum + us, 0) / 1_000_000;
  }

  /** All steps as one. `lastAt`: where the last step begins in which it was called, in milliseconds. */
  total(): { counters: number[]; partial: boolean; lastAt: number | undefined } {
    const calls = this.counters[STATEMENT_COUNTERS.indexOf('calls')] ?? new Float64Array();
    const last = calls.findLastIndex((count) => count > 0);
    return {
      counters: this.counters.map((sums) => sums.reduce((sum, one) => sum + one, 0)),
      partial: this.partial.includes(1),
      lastAt: last < 0 ? undefined : (this.first + last) * this.step * 1_000,
    };
  }

  points(): StatementPoint[] {
    return Array.from(this.snapshots, (snapshots, index) => ({
      at: new Date((this.first + index) * this.step * 1_000).toISOString(),
      coveredSeconds: (this.spanUs[index] ?? 0) / 1_000_000,
      gap: this.gap[index] === 1,
      partial: this.partial[index] === 1,
      figures:
        snapshots === 0 ? null : toFigures((name) => this.counters[STATEMENT_COUNTERS.indexOf(name)]?.[index] ?? 0),
    }));
  }

  /** -1: outside the range. */
  private stepOf(at: number): number {
    if (at < this.range.from.getTime() || at >= this.range.to.getTime()) return -1;
    return Math.floor(at / (this.step * 1_000)) - this.first;
  }
}
