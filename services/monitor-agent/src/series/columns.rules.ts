import { STATEMENT_COUNTERS } from './statement-counters.rules.ts';

/*
 * The tables that blobs of a rollup hold, as columns:
 *
 *   snapshots    when each snapshot was, and what it says about completeness; its place in the list is its number
 *   points   one statement at one snapshot
 *   sums     one statement over a whole hour, day or month
 *   snapshot hours   the snapshots of an hour of a month
 *   days     one statement's number, and its time on each day of a month
 *
 * Times are milliseconds of the UTC day, or of the month, so that snapshots at any cadence are told apart.
 */
export const SNAPSHOT = { at: 0, spanUs: 1, gap: 2, reset: 3, lostUs: 4, evictions: 5 } as const;
export const POINT = { id: 0, snapshot: 1, partial: 2, counters: 3 } as const;
export const SUM = { id: 0, hour: 1, partial: 2, lastAt: 3, counters: 4 } as const;
export const SNAPSHOT_HOUR = { lastAt: 0, snapshots: 1, spanUs: 2, gaps: 3 } as const;

export const COUNTERS = STATEMENT_COUNTERS.length;
export const SNAPSHOT_COLUMNS = 6;
export const SNAPSHOT_HOUR_COLUMNS = 4;
export const MOST_DAYS = 31;
export const DAYS_COLUMNS = 1 + MOST_DAYS;
export const POINT_COLUMNS = POINT.counters + COUNTERS;
export const SUM_COLUMNS = SUM.counters + COUNTERS;

export type Columns = readonly ArrayLike<number>[];
/** As blobs are decoded: typed, so that loops over millions of numbers stay quick. */
export type Decoded = readonly Float64Array[];

export const columnOf = (columns: Decoded, index: number): Float64Array => columns[index] ?? NO_ROWS;
const NO_ROWS = new Float64Array(0);

/** Adds each row's number to the sum at the row's place; rows without a place (-1) are left out. */
export function addColumn(sums: Float64Array, column: Float64Array, places: Int32Array): void {
  for (let row = 0; row < places.length; row += 1) {
    const place = places[row] as number;
    if (place >= 0) sums[place] = (sums[place] as number) + (column[row] as number);
  }
}

export const emptySnapshots = (): number[][] => emptyColumns(SNAPSHOT_COLUMNS);
export const emptyPoints = (): number[][] => emptyColumns(POINT_COLUMNS);
export const emptySnapshotHours = (): number[][] => emptyColumns(SNAPSHOT_HOUR_COLUMNS);
export const emptySums = (): number[][] => emptyColumns(SUM_COLUMNS);

const emptyColumns = (count: number): number[][] => Array.from({ length: count }, () => []);

export const rowsOf = (columns: Columns): number => columns[0]?.length ?? 0;

export function appendRow(to: readonly number[][], from: Columns, row: number): void {
  for (let index = 0; index < to.length; index += 1) to[index]?.push(from[index]?.[row] ?? 0);
}

export function pushRow(to: readonly number[][], values: readonly number[]): void {
  for (let index = 0; index < to.length; index += 1) to[index]?.push(values[index] ?? 0);
}

const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;
export const hourOf = (ms: number): number => Math.floor((ms % DAY_MS) / HOUR_MS);
