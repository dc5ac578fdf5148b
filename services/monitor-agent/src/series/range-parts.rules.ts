import type { TimeRange } from '../kernel/storage/sample.rows.ts';
import { type Columns, hourOf, LOOK, rowsOf } from './columns.rules.ts';

const HOUR_MS = 3_600_000;

export interface PartOfBlock {
  /** Looks that lie in the range. */
  looks: Set<number>;
  /** Hours of which all looks lie in the range: their sums do. */
  wholeHours: Set<number>;
  /** Looks in the range of the other hours: only the points themselves tell what they counted. */
  edgeLooks: Set<number>;
}

/** What of a block lies in the range. */
export function partOfBlock(looks: Columns, dayMs: number, range: TimeRange): PartOfBlock {
  const [from, to] = [range.from.getTime() - dayMs, range.to.getTime() - dayMs];
  const inside: number[] = [];
  const cutHours = new Set<number>();
  for (let row = 0; row < rowsOf(looks); row += 1) {
    const at = looks[LOOK.at]?.[row] ?? 0;
    if (at >= from && at < to) inside.push(row);
    else cutHours.add(hourOf(at));
  }
  const hour = (row: number) => hourOf(looks[LOOK.at]?.[row] ?? 0);
  return {
    looks: new Set(inside),
    wholeHours: new Set(inside.map(hour).filter((one) => !cutHours.has(one))),
    edgeLooks: new Set(inside.filter((row) => cutHours.has(hour(row)))),
  };
}

/** What is left of the range without those hours (their beginnings, in milliseconds), all of them within it. */
export function withoutHours(range: TimeRange, hours: Iterable<number>): TimeRange[] {
  const left: TimeRange[] = [];
  let from = range.from.getTime();
  for (const hour of [...new Set(hours)].sort((a, b) => a - b)) {
    if (hour > from) left.push({ from: new Date(from), to: new Date(hour) });
    from = hour + HOUR_MS;
  }
  if (range.to.getTime() > from) left.push({ from: new Date(from), to: range.to });
  return left;
}
