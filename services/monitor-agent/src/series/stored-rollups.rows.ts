import type { Tx } from '@tidegate/database/tx';
import type { TimeRange } from '../kernel/storage/sample.rows.ts';
import { sharedPack } from './roll-up.rules.ts';
import { dayText, HOUR_PACKS, packPlace } from './rollup.rows.ts';

/** A block as far as a range needs it: sums when the range holds all of it, looks otherwise. */
export interface StoredBlock {
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
  looks: Buffer | null;
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
  look_blob: Buffer | null;
}

const IN_RANGE = `from statement_blocks where org_id = $1 and server_id = $2 and day >= $5 and day <= $6
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

export async function blocksIn(tx: Tx, serverId: string, range: TimeRange): Promise<StoredBlock[]> {
  const rows = await tx.query<Row>(
    `select day, part, hour, span_us, gaps, resets, lost_us, evictions, active_us,
            case when ${WHOLE} then sum_blob end as sum_blob, case when not (${WHOLE}) then look_blob end as look_blob
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
    looks: row.look_blob,
  }));
}

export interface StoredPack {
  shared: boolean;
  points: Buffer | null;
  hours: Buffer | null;
}

/** All packs of a block: the points of the shared ones, of the others what is wanted. */
export async function packsOf(
  tx: Tx,
  serverId: string,
  block: Pick<StoredBlock, 'day' | 'part' | 'hour'>,
  wanted: { points: boolean; hours: boolean },
): Promise<StoredPack[]> {
  const { table, time, at } = packPlace(block);
  return tx.query<StoredPack>(
    `select pack < 0 as shared, case when pack < 0 or $5 then blob end as points,
            case when $6 then hour_blob end as hours
       from ${table} where org_id = $1 and server_id = $2 and ${time} = $3 and part = $4`,
    [tx.orgId, serverId, at, block.part, wanted.points, wanted.hours],
  );
}

/** One statement of one block: when the looks were, and what it counted, if anything. */
export interface StatementBlock {
  day: Date;
  looks: Buffer;
  points: Buffer | null;
  /** Instead of the points, when steps are whole hours and the range holds all of the block. */
  hours: Buffer | null;
}

export async function statementBlocksIn(
  tx: Tx,
  serverId: string,
  statementId: number,
  range: TimeRange,
  wholeHours: boolean,
): Promise<StatementBlock[]> {
  const rows = await tx.query<{ day: string; look_blob: Buffer; points: Buffer | null; hours: Buffer | null }>(
    `select b.day, b.look_blob, case when not b.hourly or p.hour_blob is null then p.blob end as points,
            case when b.hourly then p.hour_blob end as hours
       from (select day, part, hour, look_blob, $9 and ${WHOLE} as hourly ${IN_RANGE}) b
       left join lateral (
         select pack, blob, hour_blob from statement_packs p
          where p.org_id = $1 and p.server_id = $2 and p.day = b.day and p.part = b.part and p.pack in ($7, $8)
          union all
         select pack, blob, hour_blob from ${HOUR_PACKS} p
          where p.org_id = $1 and p.server_id = $2 and p.part = b.part and p.pack = $8
            and p.hour = (b.day + make_interval(hours => b.hour)) at time zone 'utc'
          order by pack desc limit 1) p on true`,
    [...parameters(tx, serverId, range), statementId, sharedPack(statementId), wholeHours],
  );
  return rows.map((row) => ({
    day: new Date(row.day),
    looks: row.look_blob,
    points: row.points,
    hours: row.hours,
  }));
}
