import type { Tx } from '@tidegate/database/tx';
import type { TimeRange } from '../kernel/storage/range.rules.ts';

/** The newest are read; more would say the same and take longer. */
const MOST_SNAPSHOTS = 500;
const MOST_USERS = 20;

/** Who was seen running a statement, in how many sessions on average over the snapshots that were read. */
export function usersOfStatement(
  tx: Tx,
  serverId: string,
  { from, to }: TimeRange,
  { queryId, database }: { queryId: string; database: string },
): Promise<{ role: string | null; application: string; sessions: number }[]> {
  return tx.query(
    `with read as (
       select sessions from activity_samples
        where org_id = $1 and server_id = $2 and taken_at >= $3 and taken_at < $4
        order by taken_at desc limit ${MOST_SNAPSHOTS})
     select e ->> 'role' as role, coalesce(e ->> 'application', '') as application,
            count(*)::float8 / greatest(1, (select count(*) from read)) as sessions
       from read, jsonb_array_elements(sessions) e
      where e ->> 'queryId' = $5 and e ->> 'database' = $6
      group by 1, 2 order by 3 desc, 1, 2 limit ${MOST_USERS}`,
    [tx.orgId, serverId, from, to, queryId, database],
  );
}
