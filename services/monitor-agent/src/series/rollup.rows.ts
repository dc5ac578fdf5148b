import type { Tx } from '@tidegate/database/tx';
import { decodeLooks, decodePoints, decodeSums, encodeLooks, encodePoints, encodeSums } from './blobs.ts';
import { type Columns, DAY_MS, LOOK, rowsOf } from './columns.rules.ts';
import type { Pack } from './roll-up.rules.ts';

/** Tables of one partition per month. */
export const SERIES_TABLES = ['statement_blocks', 'statement_packs'] as const;
/** One partition per day, empty when its day has become one block. */
export const HOUR_PACKS = 'statement_hour_packs';

export const HOURS = 24;

export interface NewBlock {
  serverId: string;
  day: Date;
  part: number;
  /** null: of the whole day. */
  hour: number | null;
  looks: Columns;
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
    "select pg_try_advisory_xact_lock(hashtextextended('statement_blocks ' || $1::text, 0)) as held",
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
    `select coalesce(max(part), 0) + 1 as part from statement_blocks
      where org_id = $1 and server_id = $2 and day = $3`,
    [tx.orgId, serverId, dayText(day)],
  );
  return row?.part ?? 1;
}

export async function insertBlock(tx: Tx, block: NewBlock): Promise<void> {
  const { looks, day } = block;
  const sum = (column: number): number => Array.from(looks[column] ?? []).reduce((total, value) => total + value, 0);
  const at = (row: number): Date => new Date(day.getTime() + (looks[LOOK.at]?.[row] ?? 0));
  await tx.query(
    `insert into statement_blocks (org_id, server_id, day, part, hour, first_at, last_at, looks, span_us, gaps, resets,
       lost_us, evictions, active_us, look_blob, sum_blob)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)`,
    [
      tx.orgId,
      block.serverId,
      dayText(day),
      block.part,
      block.hour,
      at(0),
      at(rowsOf(looks) - 1),
      rowsOf(looks),
      sum(LOOK.spanUs),
      sum(LOOK.gap),
      sum(LOOK.reset),
      sum(LOOK.lostUs),
      sum(LOOK.evictions),
      block.activeUs,
      encodeLooks(looks),
      encodeSums(block.sums),
    ],
  );
}

export type BlockName = Pick<NewBlock, 'serverId' | 'day' | 'part' | 'hour'>;

/** Where the packs of a block are: the table, and the value of its time column, which is the third of its key. */
export function packPlace({ day, hour }: Pick<BlockName, 'day' | 'hour'>): {
  table: string;
  time: string;
  at: unknown;
} {
  if (hour === null) return { table: 'statement_packs', time: 'day', at: dayText(day) };
  return { table: HOUR_PACKS, time: 'hour', at: new Date(day.getTime() + hour * HOUR_MS) };
}

export async function insertPacks(tx: Tx, block: BlockName, packs: readonly Pack[]): Promise<void> {
  const { table, time, at } = packPlace(block);
  await tx.query(
    `insert into ${table} (org_id, server_id, ${time}, part, pack, points, blob, hour_blob)
     select $1, $2, $3, $4, u.pack, u.points, u.blob, u.hour_blob
       from unnest($5::bigint[], $6::int[], $7::bytea[], $8::bytea[]) as u(pack, points, blob, hour_blob)`,
    [
      tx.orgId,
      block.serverId,
      at,
      block.part,
      packs.map(({ pack }) => pack),
      packs.map(({ points }) => rowsOf(points)),
      packs.map(({ points }) => encodePoints(points)),
      packs.map(({ hours }) => (hours ? encodeSums(hours) : null)),
    ],
  );
}

export interface DueDay {
  serverId: string;
  day: Date;
}

/** Days before `before` of which there are blocks of hours, and no samples that have yet to become one. */
export async function dueDays(tx: Tx, before: Date): Promise<DueDay[]> {
  const rows = await tx.query<{ server_id: string; day: string }>(
    `select distinct b.server_id, b.day from statement_blocks b
      where b.org_id = $1 and b.day < $2 and b.hour is not null
        and not exists (select from statement_samples s
                         where s.org_id = $1 and s.server_id = b.server_id and s.taken_at >= b.day::timestamp at time zone 'utc'
                           and s.taken_at < (b.day + 1)::timestamp at time zone 'utc')
      order by b.day, b.server_id`,
    [tx.orgId, dayText(before)],
  );
  return rows.map((row) => ({ serverId: row.server_id, day: new Date(row.day) }));
}

export interface HourBlock {
  part: number;
  looks: Columns;
  sums: Columns;
}

/** Takes the blocks of the day's hours away, for storing them as one in the same transaction. */
export async function takeHourBlocks(tx: Tx, { serverId, day }: DueDay): Promise<HourBlock[]> {
  const rows = await tx.query<{ part: number; look_blob: Buffer; sum_blob: Buffer }>(
    `delete from statement_blocks where org_id = $1 and server_id = $2 and day = $3 and hour is not null
     returning part, look_blob, sum_blob`,
    [tx.orgId, serverId, dayText(day)],
  );
  return rows.map((row) => ({
    part: row.part,
    looks: decodeLooks(row.look_blob),
    sums: decodeSums(row.sum_blob),
  }));
}

export async function takeHourPacks(
  tx: Tx,
  { serverId, day }: DueDay,
  parts: readonly number[],
  pack: number,
): Promise<{ part: number; points: Columns }[]> {
  const rows = await tx.query<{ part: number; blob: Buffer }>(
    `delete from ${HOUR_PACKS}
      where org_id = $1 and server_id = $2 and hour >= $3 and hour < $3 + interval '24 hours'
        and part = any ($4::int[]) and pack = $5
      returning part, blob`,
    [tx.orgId, serverId, day, parts, pack],
  );
  return rows.map((row) => ({ part: row.part, points: decodePoints(row.blob) }));
}

/** Active time in a stretch of the day, by hour, that no block has counted yet: late samples come to later blocks. */
export async function uncountedActiveUs(tx: Tx, serverId: string, from: Date, to: Date): Promise<number[]> {
  const rows = await tx.query<{ hour: number; us: number }>(
    `with raw as (
       select extract(hour from s.taken_at at time zone 'utc')::int as hour, sum(u.us) as us
         from database_samples s, unnest(s.active_us) as u(us)
        where s.org_id = $1 and s.server_id = $2 and s.taken_at >= $3 and s.taken_at < $4 group by 1),
     counted as (
       select u.place::int - 1 as hour, sum(u.us) as us
         from statement_blocks b, unnest(b.active_us) with ordinality as u(us, place)
        where b.org_id = $1 and b.server_id = $2 and b.day = $5 group by 1)
     select hour, greatest(0, raw.us - coalesce(counted.us, 0))::float8 as us from raw left join counted using (hour)`,
    [tx.orgId, serverId, from, to, dayText(from)],
  );
  const hours = new Array<number>(HOURS).fill(0);
  for (const row of rows) hours[row.hour] = row.us;
  return hours;
}

/** Whole days that end before what the organisation's plan keeps. */
