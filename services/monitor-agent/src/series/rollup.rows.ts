import { packColumns, unpackColumns } from '@tidegate/database/packed-columns';
import type { Tx } from '@tidegate/database/tx';
import {
  type Columns,
  DAY_MS,
  POINT,
  POINT_COLUMNS,
  rowsOf,
  SNAPSHOT,
  SNAPSHOT_COLUMNS,
  SUM,
  SUM_COLUMNS,
} from './columns.rules.ts';
import type { Chunk } from './roll-up.rules.ts';

/** Tables of one partition per month. */
export const SERIES_TABLES = ['statement_rollups', 'statement_chunks'] as const;
/** One partition per day, empty when its day has become one rollup. */
export const HOUR_CHUNKS = 'statement_hour_chunks';

export const HOURS = 24;

export interface NewRollup {
  serverId: string;
  day: Date;
  part: number;
  /** null: of the whole day. */
  hour: number | null;
  snapshots: Columns;
  sums: Columns;
  /** Time that sessions were active, by hour of the day. */
  activeUs: readonly number[];
}

const HOUR_MS = 3_600_000;
export const dayText = (day: Date): string => day.toISOString().slice(0, 10);
export const startOfDay = (at: Date): Date => new Date(Math.floor(at.getTime() / DAY_MS) * DAY_MS);

/** One replica at a time moves what belongs to a server; the server stays until it is done. False: not now. */
export async function lockSeries(tx: Tx, serverId: string): Promise<boolean> {
  const lock = await tx.one<{ held: boolean }>(
    "select pg_try_advisory_xact_lock(hashtextextended('statement_rollups ' || $1::text, 0)) as held",
    [serverId],
  );
  if (!lock?.held) return false;
  const server = await tx.one('select 1 from servers where org_id = $1 and id = $2 and removed_at is null for share', [
    tx.orgId,
    serverId,
  ]);
  return server !== undefined;
}

export async function nextPart(tx: Tx, serverId: string, day: Date): Promise<number> {
  const row = await tx.one<{ part: number }>(
    `select coalesce(max(part), 0) + 1 as part from statement_rollups
      where org_id = $1 and server_id = $2 and day = $3`,
    [tx.orgId, serverId, dayText(day)],
  );
  return row?.part ?? 1;
}

export async function insertRollup(tx: Tx, rollup: NewRollup): Promise<void> {
  const { snapshots, day } = rollup;
  const sum = (column: number): number =>
    Array.from(snapshots[column] ?? []).reduce((total, value) => total + value, 0);
  const at = (row: number): Date => new Date(day.getTime() + (snapshots[SNAPSHOT.at]?.[row] ?? 0));
  await tx.query(
    `insert into statement_rollups (org_id, server_id, day, part, hour, first_at, last_at, snapshots, span_us, gaps, resets,
       lost_us, evictions, active_us, snapshot_blob, sum_blob)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)`,
    [
      tx.orgId,
      rollup.serverId,
      dayText(day),
      rollup.part,
      rollup.hour,
      at(0),
      at(rowsOf(snapshots) - 1),
      rowsOf(snapshots),
      sum(SNAPSHOT.spanUs),
      sum(SNAPSHOT.gap),
      sum(SNAPSHOT.reset),
      sum(SNAPSHOT.lostUs),
      sum(SNAPSHOT.evictions),
      rollup.activeUs,
      encodeSnapshots(snapshots),
      encodeSums(rollup.sums),
    ],
  );
}

export type RollupKey = Pick<NewRollup, 'serverId' | 'day' | 'part' | 'hour'>;

/** Where the chunks of a rollup are: the table, and the value of its time column, which is the third of its key. */
export function chunkPlace({ day, hour }: Pick<RollupKey, 'day' | 'hour'>): {
  table: string;
  time: string;
  at: unknown;
} {
  if (hour === null) return { table: 'statement_chunks', time: 'day', at: dayText(day) };
  return { table: HOUR_CHUNKS, time: 'hour', at: new Date(day.getTime() + hour * HOUR_MS) };
}

export async function insertChunks(tx: Tx, rollup: RollupKey, chunks: readonly Chunk[]): Promise<void> {
  const { table, time, at } = chunkPlace(rollup);
  await tx.query(
    `insert into ${table} (org_id, server_id, ${time}, part, chunk, points, blob, hour_blob)
     select $1, $2, $3, $4, u.chunk, u.points, u.blob, u.hour_blob
       from unnest($5::bigint[], $6::int[], $7::bytea[], $8::bytea[]) as u(chunk, points, blob, hour_blob)`,
    [
      tx.orgId,
      rollup.serverId,
      at,
      rollup.part,
      chunks.map(({ chunk }) => chunk),
      chunks.map(({ points }) => rowsOf(points)),
      chunks.map(({ points }) => encodePoints(points)),
      chunks.map(({ hours }) => (hours ? encodeSums(hours) : null)),
    ],
  );
}

export interface DueDay {
  serverId: string;
  day: Date;
}

/** Days before `before` of which there are rollups of hours, and no samples that have yet to become one. */
export async function dueDays(tx: Tx, before: Date): Promise<DueDay[]> {
  const rows = await tx.query<{ server_id: string; day: string }>(
    `select distinct b.server_id, b.day from statement_rollups b
      where b.org_id = $1 and b.day < $2 and b.hour is not null
        and not exists (select from statement_samples s
                         where s.org_id = $1 and s.server_id = b.server_id and s.taken_at >= b.day::timestamp at time zone 'utc'
                           and s.taken_at < (b.day + 1)::timestamp at time zone 'utc')
      order by b.day, b.server_id`,
    [tx.orgId, dayText(before)],
  );
  return rows.map((row) => ({ serverId: row.server_id, day: new Date(row.day) }));
}

export interface HourRollup {
  part: number;
  snapshots: Columns;
  sums: Columns;
  /** As in the rollup that it becomes part of. */
  activeUs: readonly number[];
}

/** Takes the rollups of the day's hours away, for storing them as one in the same transaction. */
export async function takeHourRollups(tx: Tx, { serverId, day }: DueDay): Promise<HourRollup[]> {
  const rows = await tx.query<{ part: number; snapshot_blob: Buffer; sum_blob: Buffer; active_us: string[] }>(
    `delete from statement_rollups where org_id = $1 and server_id = $2 and day = $3 and hour is not null
     returning part, snapshot_blob, sum_blob, active_us`,
    [tx.orgId, serverId, dayText(day)],
  );
  return rows.map((row) => ({
    part: row.part,
    snapshots: decodeSnapshots(row.snapshot_blob),
    sums: decodeSums(row.sum_blob),
    activeUs: row.active_us.map(Number),
  }));
}

export async function takeHourChunks(
  tx: Tx,
  { serverId, day }: DueDay,
  parts: readonly number[],
  chunk: number,
): Promise<{ part: number; points: Columns }[]> {
  const rows = await tx.query<{ part: number; blob: Buffer }>(
    `delete from ${HOUR_CHUNKS}
      where org_id = $1 and server_id = $2 and hour >= $3 and hour < $3 + interval '24 hours'
        and part = any ($4::int[]) and chunk = $5
      returning part, blob`,
    [tx.orgId, serverId, day, parts, chunk],
  );
  return rows.map((row) => ({ part: row.part, points: decodePoints(row.blob) }));
}

/** Active time in a stretch of the day, by hour, that no rollup has counted yet: late samples come to later rollups. */
export async function uncountedActiveUs(tx: Tx, serverId: string, from: Date, to: Date): Promise<number[]> {
  const rows = await tx.query<{ hour: number; us: number }>(
    `with raw as (
       select extract(hour from s.taken_at at time zone 'utc')::int as hour, sum(u.us) as us
         from database_samples s, unnest(s.active_us) as u(us)
        where s.org_id = $1 and s.server_id = $2 and s.taken_at >= $3 and s.taken_at < $4 group by 1),
     counted as (
       select u.place::int - 1 as hour, sum(u.us) as us
         from statement_rollups b, unnest(b.active_us) with ordinality as u(us, place)
        where b.org_id = $1 and b.server_id = $2 and b.day = $5 group by 1)
     select hour, greatest(0, raw.us - coalesce(counted.us, 0))::float8 as us from raw left join counted using (hour)`,
    [tx.orgId, serverId, from, to, dayText(from)],
  );
  const hours = new Array<number>(HOURS).fill(0);
  for (const row of rows) hours[row.hour] = row.us;
  return hours;
}

/** Everything a statement counts goes with its calls, the first of the counters. */
export const encodeSnapshots = (snapshots: Columns): Buffer => packColumns(snapshots);
export const encodePoints = (points: Columns): Buffer => packColumns(points, POINT.counters);
export const encodeSums = (sums: Columns): Buffer => packColumns(sums, SUM.counters);
export const decodeSnapshots = (blob: Buffer): Float64Array[] => unpackColumns(blob, SNAPSHOT_COLUMNS);
/** Points of one statement up to a snapshot: a range that begins early in a day needs no evening. */
export const decodePointsUntil = (blob: Buffer, snapshot: number): Float64Array[] =>
  unpackColumns(blob, POINT_COLUMNS, { column: POINT.snapshot, most: snapshot });
const TIMES: ReadonlySet<number> = new Set([SNAPSHOT.at]);
/** Only when they were. */
export const decodeSnapshotTimes = (blob: Buffer): Float64Array =>
  unpackColumns(blob, SNAPSHOT_COLUMNS, { only: TIMES })[SNAPSHOT.at] ?? new Float64Array(0);
/** Points of statements up to that one: they are in the order of their numbers. */
export const decodePointsOf = (blob: Buffer, statementId: number): Float64Array[] =>
  unpackColumns(blob, POINT_COLUMNS, { column: POINT.id, most: statementId });
/** Of all columns, or these. */
export const decodePoints = (blob: Buffer, only?: ReadonlySet<number>): Float64Array[] =>
  unpackColumns(blob, POINT_COLUMNS, only && { only });
export const decodeSums = (blob: Buffer, only?: ReadonlySet<number>): Float64Array[] =>
  unpackColumns(blob, SUM_COLUMNS, only && { only });
