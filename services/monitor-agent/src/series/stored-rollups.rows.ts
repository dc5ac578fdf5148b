import type { Tx } from '@tidegate/database/tx';
import type { TimeRange } from '../kernel/storage/range.rules.ts';
import { arrayOf } from '../kernel/storage/sample.rows.ts';
import { sharedChunk } from './roll-up.rules.ts';
import { chunkPlace, dayText, HOUR_CHUNKS } from './rollup.rows.ts';

/** A rollup as far as every range needs it; its snapshots when the range holds only a part of it. */
export interface StoredRollup {
  day: Date;
  /** A month has none. */
  part: number | null;
  hour: number | null;
  spanUs: number;
  gaps: number;
  resets: number;
  lostUs: number;
  evictions: number;
  activeUs: number[];
  /** Of all the sums and times in it: other contents have another one. */
  version: string;
  whole: boolean;
  snapshots: Buffer | null;
}

interface Row {
  day: string;
  part: number | null;
  hour: number | null;
  span_us: string;
  gaps: number;
  resets: number;
  lost_us: string;
  evictions: string;
  active_us: string;
  version: string;
  whole: boolean;
  snapshot_blob: Buffer | null;
}

const IN_RANGE = `from statement_rollups where org_id = $1 and server_id = $2 and day >= $5 and day <= $6
                   and last_at >= $3 and first_at < $4`;
const WHOLE = 'first_at >= $3 and last_at < $4';

const parameters = (tx: Tx, serverId: string, { from, to }: TimeRange) => [
  tx.orgId,
  serverId,
  from,
  to,
  dayText(from),
  dayText(to),
];

/** Months that lie in the range as a whole, as far as they have been counted. */
const MONTHS = `months as materialized (
  select * from statement_months where org_id = $1 and server_id = $2
     and month >= date_trunc('month', $5::date) and month <= $6 and first_at >= $3 and last_at < $4)`;
const IN_A_MONTH = 'exists (select from months m where m.id = month_id)';

/** A packed block begins with the checksum of what it holds; with its length and the snapshots it is of, that tells it from others. */
const version = (...blobs: string[]) =>
  `concat_ws(' ', ${blobs.map((blob) => `encode(substr(${blob}, 1, 5), 'hex'), octet_length(${blob})`).join(', ')},
     extract(epoch from first_at), extract(epoch from last_at), span_us)`;

/** A month like the rollup of a very long day, and the rollups that are in none. */
export async function rollupsIn(tx: Tx, serverId: string, range: TimeRange): Promise<StoredRollup[]> {
  const rows = await tx.query<Row>(
    `with ${MONTHS}
     select day, part, hour, span_us, gaps, resets, lost_us, evictions, array_to_string(active_us, ',') as active_us,
            ${version('sum_blob')} as version, ${WHOLE} as whole, case when not (${WHOLE}) then snapshot_blob end as snapshot_blob
       ${IN_RANGE} and not ${IN_A_MONTH}
      union all
     select month, null, null, span_us, gaps, resets, lost_us, evictions, array_to_string(active_us, ','),
            ${version('sum_blob', 'day_blob')}, true, null from months
      order by day, part`,
    parameters(tx, serverId, range),
  );
  return rows.map((row) => ({
    day: new Date(row.day),
    part: row.part,
    hour: row.hour,
    spanUs: Number(row.span_us),
    gaps: row.gaps,
    resets: row.resets,
    lostUs: Number(row.lost_us),
    evictions: Number(row.evictions),
    activeUs: row.active_us === '' ? [] : arrayOf(row.active_us),
    version: row.version,
    whole: row.whole,
    snapshots: row.snapshot_blob,
  }));
}

/** What is wanted of a month: its sums, or the time of each of its days. */
export type MonthBlob = 'sum_blob' | 'day_blob';

export async function monthBlobs(
  tx: Tx,
  serverId: string,
  months: readonly Date[],
  what: MonthBlob,
): Promise<{ day: Date; blob: Buffer }[]> {
  const rows = await tx.query<{ month: string; blob: Buffer }>(
    `select month, ${what} as blob from statement_months where org_id = $1 and server_id = $2 and month = any ($3::date[])`,
    [tx.orgId, serverId, months.map(dayText)],
  );
  return rows.map(({ month, blob }) => ({ day: new Date(month), blob }));
}

export async function sumBlobs(
  tx: Tx,
  serverId: string,
  rollups: readonly Pick<StoredRollup, 'day' | 'part'>[],
): Promise<{ day: Date; blob: Buffer }[]> {
  const days = rollups.map(({ day }) => dayText(day)).toSorted();
  const rows = await tx.query<{ day: string; blob: Buffer }>(
    `select day, sum_blob as blob from statement_rollups
      where org_id = $1 and server_id = $2 and day >= $3 and day <= $4
        and (day, part) in (select * from unnest($5::date[], $6::int[]))`,
    [
      ...[tx.orgId, serverId, days[0], days.at(-1)],
      ...[rollups.map(({ day }) => dayText(day)), rollups.map(({ part }) => part)],
    ],
  );
  return rows.map(({ day, blob }) => ({ day: new Date(day), blob }));
}

export interface StoredChunk {
  shared: boolean;
  points: Buffer | null;
  hours: Buffer | null;
}

/** All chunks of a rollup: the points of the shared ones, of the others what is wanted. */
export async function chunksOf(
  tx: Tx,
  serverId: string,
  rollup: Pick<StoredRollup, 'day' | 'part' | 'hour'>,
  wanted: { points: boolean; hours: boolean },
): Promise<StoredChunk[]> {
  const { table, time, at } = chunkPlace(rollup);
  return tx.query<StoredChunk>(
    `select chunk < 0 as shared, case when chunk < 0 or $5 then blob end as points,
            case when $6 then hour_blob end as hours
       from ${table} where org_id = $1 and server_id = $2 and ${time} = $3 and part = $4`,
    [tx.orgId, serverId, at, rollup.part, wanted.points, wanted.hours],
  );
}

/** One statement of one rollup: when the snapshots were, and what it counted, if anything. */
export interface StatementRollup {
  day: Date;
  /** Whether the month says when there were snapshots. Of a day in parts they are still needed, for the points. */
  inMonth: boolean;
  snapshots: Buffer | null;
  points: Buffer | null;
  /** Instead of the points, when steps are whole hours and the range holds all of the rollup. */
  hours: Buffer | null;
}

interface StatementRow {
  day: string;
  in_month: boolean;
  snapshots: Buffer | null;
  points: Buffer | null;
  hours: Buffer | null;
}

export async function statementRollupsIn(
  tx: Tx,
  serverId: string,
  statementId: number,
  range: TimeRange,
  wholeHours: boolean,
): Promise<StatementRollup[]> {
  const rows = await tx.query<StatementRow>(
    `with ${MONTHS}
     select b.day, b.in_month, case when not b.hourly or p.hour_blob is null then p.blob end as points,
            case when b.hourly then p.hour_blob end as hours,
            case when not b.in_month or (p.blob is not null and p.hour_blob is null and b.parts > 1) then b.snapshot_blob end as snapshots
       from (select day, part, hour, snapshot_blob, $9 and ${WHOLE} as hourly, $9 and ${IN_A_MONTH} as in_month,
                    count(*) over (partition by day) as parts ${IN_RANGE}) b
       left join lateral (
         select chunk, blob, hour_blob from statement_chunks p
          where p.org_id = $1 and p.server_id = $2 and p.day = b.day and p.part = b.part and p.chunk in ($7, $8)
          union all
         select chunk, blob, hour_blob from ${HOUR_CHUNKS} p
          where p.org_id = $1 and p.server_id = $2 and p.part = b.part and p.chunk = $8
            and p.hour = (b.day + make_interval(hours => b.hour)) at time zone 'utc'
          order by chunk desc limit 1) p on true`,
    [...parameters(tx, serverId, range), statementId, sharedChunk(statementId), wholeHours],
  );
  return rows.map(({ day, in_month, ...blobs }) => ({ day: new Date(day), inMonth: in_month, ...blobs }));
}

/** When there were snapshots, of the months that lie in the range as a whole. */
export async function snapshotHoursIn(
  tx: Tx,
  serverId: string,
  range: TimeRange,
): Promise<{ month: Date; hours: Buffer }[]> {
  const rows = await tx.query<{ month: string; hour_blob: Buffer }>(
    `with ${MONTHS} select month, hour_blob from months`,
    parameters(tx, serverId, range),
  );
  return rows.map(({ month, hour_blob }) => ({ month: new Date(month), hours: hour_blob }));
}
