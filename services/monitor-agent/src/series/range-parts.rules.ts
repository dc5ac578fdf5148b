import type { TimeRange } from '../kernel/storage/range.rules.ts';
import { type Columns, hourOf, rowsOf, SNAPSHOT } from './columns.rules.ts';

const HOUR_MS = 3_600_000;

export interface PartOfRollup {
  /** Snapshots that lie in the range. */
  snapshots: Set<number>;
  /** Hours of which all snapshots lie in the range: their sums do. */
  wholeHours: Set<number>;
  /** Snapshots in the range of the other hours: only the points themselves say what they counted. */
  edgeSnapshots: Set<number>;
}

/** What of a rollup lies in the range. */
export function partOfRollup(snapshots: Columns, dayMs: number, range: TimeRange): PartOfRollup {
  const [from, to] = [range.from.getTime() - dayMs, range.to.getTime() - dayMs];
  const inside: number[] = [];
  const cutHours = new Set<number>();
  for (let row = 0; row < rowsOf(snapshots); row += 1) {
    const at = snapshots[SNAPSHOT.at]?.[row] ?? 0;
    if (at >= from && at < to) inside.push(row);
    else cutHours.add(hourOf(at));
  }
  const hour = (row: number) => hourOf(snapshots[SNAPSHOT.at]?.[row] ?? 0);
  return {
    snapshots: new Set(inside),
    wholeHours: new Set(inside.map(hour).filter((one) => !cutHours.has(one))),
    edgeSnapshots: new Set(inside.filter((row) => cutHours.has(hour(row)))),
  };
}

/** What is left of the range without those hours (their beginnings, in milliseconds), all of them within it. */
export function withoutHours(range: TimeRange, hours: Iterable<number>): TimeRange[] {
  const left: TimeRange[] = [];
  let from = range.from.getTime();
  // In order already but for what came late: a year has thousands.
  for (const hour of [...hours].sort((a, b) => a - b)) {
    if (hour > from) left.push({ from: new Date(from), to: new Date(hour) });
    from = hour + HOUR_MS;
  }
  if (range.to.getTime() > from) left.push({ from: new Date(from), to: range.to });
  return left;
}
