import type { ActivityPoint, Session, SessionGroup } from '@tidegate/contracts/monitor-agent/activity';
import type { LockWait } from '@tidegate/contracts/monitor-agent/blocking';
import type { Tx } from '@tidegate/database/tx';
import type { z } from 'zod';
import type { TimeRange } from '../kernel/storage/range.rules.ts';
import type { ActivitySnapshot } from './activity.queries.ts';

type Group = z.infer<typeof SessionGroup>;

interface PointRow {
  taken_at: Date;
  total: number;
  active: number;
  idle: number;
  idle_in_transaction: number;
  waiting: number;
  others: number;
  longest_transaction_us: string;
}
export interface ActivityRow extends PointRow {
  busy: number;
  /** Without a backend where they were stored before it was. */
  groups: (Omit<Group, 'backend'> & Partial<Group>)[];
  sessions: Session[];
  locks: LockWait[];
}

const POINT = 'taken_at, total, active, idle, idle_in_transaction, waiting, others, longest_transaction_us';

/** `spanMs`: how long the snapshot stands for. */
export async function insertActivity(
  tx: Tx,
  serverId: string,
  { takenAt, spanMs, snapshot }: { takenAt: Date; spanMs: number; snapshot: ActivitySnapshot },
): Promise<void> {
  await tx.query(
    `insert into activity_samples (org_id, server_id, ${POINT}, busy, groups, sessions, locks, waits, span_ms)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)`,
    [
      tx.orgId,
      serverId,
      takenAt,
      snapshot.total,
      snapshot.active,
      snapshot.idle,
      snapshot.idleInTransaction,
      snapshot.waiting,
      snapshot.others,
      snapshot.longestTransactionUs,
      snapshot.busy,
      JSON.stringify(snapshot.groups),
      JSON.stringify(snapshot.sessions),
      JSON.stringify(snapshot.locks),
      JSON.stringify(snapshot.waits),
      spanMs,
    ],
  );
}

export function lastActivity(tx: Tx, serverId: string, at: Date): Promise<ActivityRow | undefined> {
  return tx.one<ActivityRow>(
    `select ${POINT}, busy, groups, sessions, locks from activity_samples
      where org_id = $1 and server_id = $2 and taken_at <= $3 order by taken_at desc limit 1`,
    [tx.orgId, serverId, at],
  );
}

const MAX_POINTS = 360;

/** At most 360 points: of each slice the busiest look, so that peaks survive. */
export async function activityHistory(tx: Tx, serverId: string, range: TimeRange): Promise<ActivityPoint[]> {
  const sliceSeconds = Math.max(10, (range.to.getTime() - range.from.getTime()) / 1_000 / MAX_POINTS);
  const rows = await tx.query<PointRow>(
    `select distinct on (slice) ${POINT} from (
       select ${POINT}, floor(extract(epoch from taken_at) / $5::float8) as slice from activity_samples
        where org_id = $1 and server_id = $2 and taken_at >= $3 and taken_at < $4) s
     order by slice, active desc, waiting desc, taken_at`,
    [tx.orgId, serverId, range.from, range.to, sliceSeconds],
  );
  return rows.map(toPoint);
}

export const toPoint = (row: PointRow): ActivityPoint => ({
  at: row.taken_at.toISOString(),
  total: row.total,
  active: row.active,
  idle: row.idle,
  idleInTransaction: row.idle_in_transaction,
  waiting: row.waiting,
  others: row.others,
  longestTransactionSeconds: Number(row.longest_transaction_us) / 1_000_000,
});
