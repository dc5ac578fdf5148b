import { packColumns, unpackColumns } from '@tidegate/database/packed-columns';
import { type Columns, LOOK_COLUMNS, POINT, POINT_COLUMNS, SUM, SUM_COLUMNS } from './columns.rules.ts';

/** Everything a statement counts goes with its calls, the first of the counters. */
export const encodeLooks = (looks: Columns): Buffer => packColumns(looks);
export const encodePoints = (points: Columns): Buffer => packColumns(points, POINT.counters);
export const encodeSums = (sums: Columns): Buffer => packColumns(sums, SUM.counters);
export const decodeLooks = (blob: Buffer): Float64Array[] => unpackColumns(blob, LOOK_COLUMNS);
/** Points of one statement up to a look: a range that begins early in a day needs no evening. */
export const decodePointsUntil = (blob: Buffer, look: number): Float64Array[] =>
  unpackColumns(blob, POINT_COLUMNS, { column: POINT.look, most: look });
export const decodePoints = (blob: Buffer): Float64Array[] => unpackColumns(blob, POINT_COLUMNS);
export const decodeSums = (blob: Buffer): Float64Array[] => unpackColumns(blob, SUM_COLUMNS);
