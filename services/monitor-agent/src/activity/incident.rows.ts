import type { BlockingIncident } from '@tidegate/contracts/monitor-agent/blocking';
import type { Tx } from '@tidegate/database/tx';
import type { TimeRange } from '../kernel/storage/range.rules.ts';
import type { SeenIncident } from './blocking.rules.ts';

/** Those seen go on or begin; those that were ongoing and are not seen any more are over. */
export async function saveIncidents(
  tx: Tx,
  serverId: string,
  takenAt: Date,
  incidents: readonly SeenIncident[],
): Promise<void> {
  await tx.query(
    `update blocking_incidents set ongoing = false
      where org_id = $1 and server_id = $2 and ongoing and root_key <> all ($3::text[])`,
    [tx.orgId, serverId, incidents.map(({ key }) => key)],
  );
  for (const { key, root, preparedTransaction, blocked, deepest, longestWaitSeconds } of incidents) {
    await tx.query(
      `insert into blocking_incidents as i (org_id, server_id, root_key, started_at, last_seen_at, ongoing, root_pid,
         prepared_transaction, database_name, role_name, application, state, text, most_blocked, deepest,
         longest_wait_seconds)
       values ($1, $2, $3, $4, $4, true, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
       on conflict (org_id, server_id, root_key) where ongoing do update set last_seen_at = excluded.last_seen_at,
         state = excluded.state, text = excluded.text, most_blocked = greatest(i.most_blocked, excluded.most_blocked),
         deepest = greatest(i.deepest, excluded.deepest),
         longest_wait_seconds = greatest(i.longest_wait_seconds, excluded.longest_wait_seconds)`,
      [
        tx.orgId,
        serverId,
        key,
        takenAt,
        root.pid,
        preparedTransaction,
        root.database,
        root.role,
        root.application,
        root.state,
        root.text,
        blocked,
        deepest,
        longestWaitSeconds,
      ],
    );
  }
}

const MAX_INCIDENTS = 200;

interface IncidentRow {
  root_pid: number;
  prepared_transaction: string | null;
  database_name: string | null;
  role_name: string | null;
  application: string | null;
  state: string | null;
  text: string | null;
  started_at: Date;
  last_seen_at: Date;
  ongoing: boolean;
  most_blocked: number;
  deepest: number;
  longest_wait_seconds: number;
  known: number;
}

/** Those that touch the range, the newest first. */
export async function incidents(
  tx: Tx,
  serverId: string,
  { from, to }: TimeRange,
): Promise<{ known: number; items: BlockingIncident[] }> {
  const rows = await tx.query<IncidentRow>(
    `select i.*, count(*) over ()::int as known from blocking_incidents i
      where org_id = $1 and server_id = $2 and last_seen_at >= $3 and started_at < $4
      order by last_seen_at desc, started_at desc, root_key limit ${MAX_INCIDENTS}`,
    [tx.orgId, serverId, from, to],
  );
  const items = rows.map((row) => ({
    rootPid: row.root_pid,
    preparedTransaction: row.prepared_transaction,
    database: row.database_name,
    role: row.role_name,
    application: row.application,
    state: row.state,
    text: row.text,
    from: row.started_at.toISOString(),
    to: row.last_seen_at.toISOString(),
    ongoing: row.ongoing,
    mostBlocked: row.most_blocked,
    deepest: row.deepest,
    longestWaitSeconds: row.longest_wait_seconds,
  }));
  return { known: rows[0]?.known ?? 0, items };
}
