import {
  type Columns,
  DAY_MS,
  emptySnapshotHours,
  hourOf,
  MOST_DAYS,
  pushRow,
  rowsOf,
  SNAPSHOT,
  SNAPSHOT_HOUR,
  SUM,
} from './columns.rules.ts';
import { mergeSums } from './roll-up.rules.ts';
import { STATEMENT_COUNTERS } from './statement-counters.rules.ts';

const HOURS_OF_DAY = 24;
const TOTAL_US = STATEMENT_COUNTERS.indexOf('total_us');

/** What a month has of its days. Times in the columns are milliseconds of the month, in UTC. */
export interface MonthParts {
  firstAt: Date;
  lastAt: Date;
  spanUs: number;
  gaps: number;
  resets: number;
  lostUs: number;
  evictions: number;
  activeUs: number[];
  hours: Columns;
  sums: Columns;
  days: Columns;
}

/** A rollup of a day, as it comes to its month. */
export interface PartOfMonth {
  day: Date;
  firstAt: Date;
  lastAt: Date;
  activeUs: readonly number[];
  resets: number;
  lostUs: number;
  evictions: number;
  snapshots: Columns;
  sums: Columns;
}

/** The month with some days more; parts of a day may come at any time, and only ever add up. */
export function addToMonth(month: Date, before: MonthParts | undefined, days: readonly PartOfMonth[]): MonthParts {
  const offsetOf = (day: Date) => day.getTime() - month.getTime();
  const hours = new SnapshotHours();
  if (before) hours.addHours(before.hours);
  const activeUs = before ? [...before.activeUs] : [];
  for (const { day, snapshots, activeUs: ofDay } of days) {
    hours.addSnapshots(snapshots, offsetOf(day));
    const first = (offsetOf(day) / DAY_MS) * HOURS_OF_DAY;
    while (activeUs.length < first + HOURS_OF_DAY) activeUs.push(0);
    ofDay.forEach((us, hour) => {
      activeUs[first + hour] = (activeUs[first + hour] ?? 0) + us;
    });
  }
  const columns = hours.columns();
  const sum = (column: number) => Array.from(columns[column] ?? []).reduce((total, one) => total + one, 0);
  const parts = [...(before ? [before] : []), ...days];
  const total = (count: (part: { resets: number; lostUs: number; evictions: number }) => number) =>
    parts.reduce((all, part) => all + count(part), 0);
  return {
    firstAt: new Date(Math.min(...parts.map(({ firstAt }) => firstAt.getTime()))),
    lastAt: new Date(Math.max(...parts.map(({ lastAt }) => lastAt.getTime()))),
    spanUs: sum(SNAPSHOT_HOUR.spanUs),
    gaps: sum(SNAPSHOT_HOUR.gaps),
    resets: total(({ resets }) => resets),
    lostUs: total(({ lostUs }) => lostUs),
    evictions: total(({ evictions }) => evictions),
    activeUs,
    hours: columns,
    sums: mergeSums(
      parts.map(({ sums }) => sums),
      [...(before ? [0] : []), ...days.map(({ day }) => offsetOf(day))],
    ),
    days: timeByDay(
      before?.days,
      days.map(({ day, sums }) => ({ place: offsetOf(day) / DAY_MS, sums })),
    ),
  };
}

function timeByDay(before: Columns | undefined, days: readonly { place: number; sums: Columns }[]): Columns {
  const times = new Map<number, Float64Array>();
  const add = (id: number, place: number, us: number) => {
    const own = times.get(id) ?? new Float64Array(MOST_DAYS);
    own[place] = (own[place] ?? 0) + us;
    times.set(id, own);
  };
  const [ids = [], ...columns] = before ?? [];
  for (let row = 0; row < ids.length; row += 1)
    for (const [place, column] of columns.entries()) add(ids[row] ?? 0, place, column[row] ?? 0);
  for (const { place, sums } of days)
    for (let row = 0; row < rowsOf(sums); row += 1)
      add(sums[SUM.id]?.[row] ?? 0, place, sums[SUM.counters + TOTAL_US]?.[row] ?? 0);
  const sorted = [...times].sort(([a], [b]) => a - b);
  const dayColumns = Array.from({ length: MOST_DAYS }, (_, place) => sorted.map(([, own]) => own[place] ?? 0));
  return [sorted.map(([id]) => id), ...dayColumns];
}

/** Snapshots by hour: how many, and how much they cover. */
class SnapshotHours {
  private readonly rows = new Map<number, number[]>();

  addSnapshots(snapshots: Columns, offsetMs: number): void {
    for (let row = 0; row < rowsOf(snapshots); row += 1) {
      const at = offsetMs + (snapshots[SNAPSHOT.at]?.[row] ?? 0);
      this.add(at, 1, snapshots[SNAPSHOT.spanUs]?.[row] ?? 0, snapshots[SNAPSHOT.gap]?.[row] ?? 0);
    }
  }

  addHours(hours: Columns): void {
    for (let row = 0; row < rowsOf(hours); row += 1) {
      const value = (column: number) => hours[column]?.[row] ?? 0;
      this.add(
        value(SNAPSHOT_HOUR.lastAt),
        value(SNAPSHOT_HOUR.snapshots),
        value(SNAPSHOT_HOUR.spanUs),
        value(SNAPSHOT_HOUR.gaps),
      );
    }
  }

  private add(at: number, snapshots: number, spanUs: number, gaps: number): void {
    const hour = Math.floor(at / DAY_MS) * HOURS_OF_DAY + hourOf(at);
    const row = this.rows.get(hour) ?? [0, 0, 0, 0];
    row[SNAPSHOT_HOUR.lastAt] = Math.max(row[SNAPSHOT_HOUR.lastAt] ?? 0, at);
    row[SNAPSHOT_HOUR.snapshots] = (row[SNAPSHOT_HOUR.snapshots] ?? 0) + snapshots;
    row[SNAPSHOT_HOUR.spanUs] = (row[SNAPSHOT_HOUR.spanUs] ?? 0) + spanUs;
    row[SNAPSHOT_HOUR.gaps] = (row[SNAPSHOT_HOUR.gaps] ?? 0) + gaps;
    this.rows.set(hour, row);
  }

  columns(): Columns {
    const columns = emptySnapshotHours();
    for (const [, row] of [...this.rows].sort(([a], [b]) => a - b)) pushRow(columns, row);
    return columns;
  }
}
