import { packColumns, unpackColumns } from '@tidegate/database/packed-columns';
import { type Columns, POINT, POINT_COLUMNS, SNAPSHOT_COLUMNS, SUM, SUM_COLUMNS } from './columns.rules.ts';

/** Everything a statement counts goes with its calls, the first of the counters. */
export const encodeSnapshots = (snapshots: Columns): Buffer => packColumns(snapshots);
export const encodePoints = (points: Columns): Buffer => packColumns(points, POINT.counters);
export const encodeSums = (sums: Columns): Buffer => packColumns(sums, SUM.counters);
export const decodeSnapshots = (blob: Buffer): Float64Array[] => unpackColumns(blob, SNAPSHOT_COLUMNS);
/** Points of one statement up to a snapshot: a range that begins early in a day needs no evening. */
export const decodePointsUntil = (blob: Buffer, snapshot: number): Float64Array[] =>
  unpackColumns(blob, POINT_COLUMNS, { column: POINT.snapshot, most: snapshot });
export const decodePoints = (blob: Buffer): Float64Array[] => unpackColumns(blob, POINT_COLUMNS);
export const decodeSums = (blob: Buffer): Float64Array[] => unpackColumns(blob, SUM_COLUMNS);
