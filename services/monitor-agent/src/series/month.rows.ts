import { randomUUID } from 'node:crypto';
import { decodeRows, packColumns, unpackColumns } from '@tidegate/database/packed-columns';
import type { Tx } from '@tidegate/database/tx';
import { type Columns, DAYS_COLUMNS, SNAPSHOT_HOUR_COLUMNS } from './columns.rules.ts';
import type { MonthParts } from './roll-up-month.rules.ts';
import { dayText, decodeSnapshots, decodeSums, encodeSums } from './rollup.rows.ts';

export interface DueMonth {
  serverId: string;
  month: Date;
}

/** Days that come to their month in one transaction: in memory those of a year would be some hundred megabytes. */
const DAYS_AT_A_TIME = 8;
/** Months that are due at a time; the rest is due again. */
const MOST_DUE = 3;

/** Months with days that are not in them, the newest first. */
export async function dueMonths(tx: Tx): Promise<DueMonth[]> {
  const rows = await tx.query<{ server_id: string; month: string }>(
    `select distinct server_id, date_trunc('month', day)::date::text as month from statement_rollups
      where org_id = $1 and hour is null and month_id is null order by 2 desc, 1 limit ${MOST_DUE}`,
    [tx.orgId],
  );
  return rows.map((row) => ({ serverId: row.server_id, month: new Date(row.month) }));
}

export interface DayOfMonth {
  day: Date;
  snapshots: Columns;
  sums: Columns;
  firstAt: Date;
  lastAt: Date;
  activeUs: number[];
  resets: number;
  lostUs: number;
  evictions: number;
}

interface DayRow {
  day: string;
  first_at: Date;
  last_at: Date;
  active_us: string[];
  resets: number;
  lost_us: string;
  evictions: string;
  snapshot_blob: Buffer;
  sum_blob: Buffer;
}

/** Some of the days that are not in the month yet, marked as being in it. */
export async function takeDays(tx: Tx, { serverId, month }: DueMonth, id: string): Promise<DayOfMonth[]> {
  const rows = await tx.query<DayRow>(
    `update statement_rollups set month_id = $4
      where org_id = $1 and server_id = $2 and (day, part) in (
              select day, part from statement_rollups
               where org_id = $1 and server_id = $2 and day >= $3 and day < $3::date + interval '1 month'
                 and hour is null and month_id is null
               order by day, part limit ${DAYS_AT_A_TIME})
      returning day, first_at, last_at, active_us, resets, lost_us, evictions, snapshot_blob, sum_blob`,
    [tx.orgId, serverId, dayText(month), id],
  );
  return rows.map((row) => ({
    day: new Date(row.day),
    snapshots: decodeSnapshots(row.snapshot_blob),
    sums: decodeSums(row.sum_blob),
    firstAt: row.first_at,
    lastAt: row.last_at,
    activeUs: row.active_us.map(Number),
    resets: row.resets,
    lostUs: Number(row.lost_us),
    evictions: Number(row.evictions),
  }));
}

export type StoredMonth = MonthParts & { id: string };

interface MonthRow {
  id: string;
  first_at: Date;
  last_at: Date;
  span_us: string;
  gaps: number;
  resets: number;
  lost_us: string;
  evictions: string;
  active_us: string[];
  hour_blob: Buffer;
  sum_blob: Buffer;
  day_blob: Buffer;
}

export async function storedMonth(tx: Tx, { serverId, month }: DueMonth): Promise<StoredMonth | undefined> {
  const row = await tx.one<MonthRow>(
    `select id, first_at, last_at, span_us, gaps, resets, lost_us, evictions, active_us, hour_blob, sum_blob, day_blob
       from statement_months where org_id = $1 and server_id = $2 and month = $3`,
    [tx.orgId, serverId, dayText(month)],
  );
  return (
    row && {
      id: row.id,
      firstAt: row.first_at,
      lastAt: row.last_at,
      spanUs: Number(row.span_us),
      gaps: row.gaps,
      resets: row.resets,
      lostUs: Number(row.lost_us),
      evictions: Number(row.evictions),
      activeUs: row.active_us.map(Number),
      hours: decodeSnapshotHours(row.hour_blob),
      sums: decodeSums(row.sum_blob),
      days: decodeDays(row.day_blob),
    }
  );
}

export async function storeMonth(tx: Tx, { serverId, month }: DueMonth, stored: StoredMonth): Promise<void> {
  await tx.query(
    `insert into statement_months (org_id, server_id, month, id, first_at, last_at, span_us, gaps, resets, lost_us, evictions,
       active_us, hour_blob, sum_blob, day_blob)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
     on conflict (org_id, server_id, month) do update set id = excluded.id, first_at = excluded.first_at,
       last_at = excluded.last_at, span_us = excluded.span_us, gaps = excluded.gaps, resets = excluded.resets,
       lost_us = excluded.lost_us, evictions = excluded.evictions, active_us = excluded.active_us,
       hour_blob = excluded.hour_blob, sum_blob = excluded.sum_blob, day_blob = excluded.day_blob`,
    [
      tx.orgId,
      serverId,
      dayText(month),
      stored.id,
      stored.firstAt,
      stored.lastAt,
      stored.spanUs,
      stored.gaps,
      stored.resets,
      stored.lostUs,
      stored.evictions,
      stored.activeUs,
      packColumns(stored.hours),
      encodeSums(stored.sums),
      packColumns(stored.days),
    ],
  );
}

export const newMonthId = (): string => randomUUID();
export const decodeSnapshotHours = (blob: Buffer): Float64Array[] => unpackColumns(blob, SNAPSHOT_HOUR_COLUMNS);
export const decodeDays = (blob: Buffer): Float64Array[] => unpackColumns(blob, DAYS_COLUMNS);
/** Of these statements only. */
export const decodeDaysOf = (blob: Buffer, ids: readonly number[]): Map<number, Float64Array | undefined> =>
  decodeRows(blob, DAYS_COLUMNS, ids);
