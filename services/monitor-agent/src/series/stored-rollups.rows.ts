import type { Tx } from '@tidegate/database/tx';
import type { TimeRange } from '../kernel/storage/range.rules.ts';
import { sharedChunk } from './roll-up.rules.ts';
import { chunkPlace, dayText, HOUR_CHUNKS } from './rollup.rows.ts';

/** A rollup as far as a range needs it: sums when the range holds all of it, snapshots otherwise. */
export interface StoredRollup {
  day: Date;
  part: number;
  hour: number | null;
  spanUs: number;
  gaps: number;
  resets: number;
  lostUs: number;
  evictions: number;
  activeUs: number[];
  sums: Buffer | null;
  snapshots: Buffer | null;
}

interface Row {
  day: string;
  part: number;
  hour: number | null;
  span_us: string;
  gaps: number;
  resets: number;
  lost_us: string;
  evictions: string;
  active_us: string[];
  sum_blob: Buffer | null;
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

export async function rollupsIn(tx: Tx, serverId: string, range: TimeRange): Promise<StoredRollup[]> {
  const rows = await tx.query<Row>(
    `select day, part, hour, span_us, gaps, resets, lost_us, evictions, active_us,
            case when ${WHOLE} then sum_blob end as sum_blob, case when not (${WHOLE}) then snapshot_blob end as snapshot_blob
       ${IN_RANGE} order by day, part`,
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
    activeUs: row.active_us.map(Number),
    sums: row.sum_blob,
    snapshots: row.snapshot_blob,
  }));
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
  snapshots: Buffer;
  points: Buffer | null;
  /** Instead of the points, when steps are whole hours and the range holds all of the rollup. */
  hours: Buffer | null;
}

export async function statementRollupsIn(
  tx: Tx,
  serverId: string,
  statementId: number,
  range: TimeRange,
  wholeHours: boolean,
): Promise<StatementRollup[]> {
  const rows = await tx.query<{ day: string; snapshot_blob: Buffer; points: Buffer | null; hours: Buffer | null }>(
    `select b.day, b.snapshot_blob, case when not b.hourly or p.hour_blob is null then p.blob end as points,
            case when b.hourly then p.hour_blob end as hours
       from (select day, part, hour, snapshot_blob, $9 and ${WHOLE} as hourly ${IN_RANGE}) b
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
  return rows.map((row) => ({
    day: new Date(row.day),
    snapshots: row.snapshot_blob,
    points: row.points,
    hours: row.hours,
  }));
}
