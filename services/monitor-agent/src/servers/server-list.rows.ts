import type { ServerState } from '@tidegate/contracts/monitor-agent/server';
import type { ServerSort } from '@tidegate/contracts/monitor-agent/server-list';
import { placeOf, readCursor } from '@tidegate/database/paging';
import type { Tx } from '@tidegate/database/tx';
import { containing } from '../kernel/storage/search.rules.ts';
import { SERVER_COLUMNS, type ServerRow } from './server.rows.ts';

export interface ServerFilter {
  sort: ServerSort;
  limit: number;
  cursor?: string | undefined;
  search?: string | undefined;
  state?: ServerState | undefined;
}

const FOUND = `org_id = $1 and removed_at is null
  and ($2::text is null or name ilike $2 or host ilike $2 or facts ->> 'version' ilike $2)`;

/** The last minute of each, found by its key: what servers are ordered by costs the same however long their history is. */
const LAST_MINUTE = `left join lateral (
    select * from server_minutes m
     where m.org_id = $1 and m.server_id = servers.id and m.taken_at > $4::timestamptz - interval '10 minutes' and m.taken_at <= $4
     order by m.taken_at desc limit 1) m on true`;

const FAILED = (severity: string) => `report -> 'checks' @> '[{"ok": false, "severity": "${severity}"}]'`;

const WORST = `case when state = 'unreachable' then 6 when m.waiting_max > 0 then 5 when ${FAILED('error')} then 4
                    when ${FAILED('warning')} or uncollected <> '[]' then 3 when restricted is not null then 2
                    when state = 'pending' then 1 else 0 end desc`;

const ORDER: Record<Exclude<ServerSort, 'name'>, string> = {
  worst: WORST,
  active: 'm.active_sum::float8 / nullif(m.snapshots, 0) desc nulls last',
  commits: 'm.commits::float8 / nullif(m.span_us, 0) desc nulls last',
  meanMs: 'm.call_us::float8 / nullif(m.calls, 0) desc nulls last',
  cacheHit: 'm.blocks_hit::float8 / nullif(m.blocks_hit + m.blocks_read, 0) nulls last',
  oldestTransaction: 'm.longest_transaction_us desc nulls last',
  lastCollected: 'last_collected_at nulls first',
};

/** When the newest of all servers' figures is from: what the demo, where time stands still, calls now. */
export async function lastFigures(tx: Tx, otherwise: Date): Promise<Date> {
  const row = await tx.one<{ at: Date | null }>('select max(last_collected_at) as at from servers where org_id = $1', [
    tx.orgId,
  ]);
  return row?.at ?? otherwise;
}

/** One more than the page. By name pages go on from the last one, by figures from a position. */
export function listServerRows(tx: Tx, filter: ServerFilter, now: Date): Promise<ServerRow[]> {
  const { sort, limit, cursor, state = null } = filter;
  const found = containing(filter.search);
  if (sort === 'name') {
    const after = readCursor(cursor, 'text', 'uuid');
    return tx.query<ServerRow>(
      `select ${SERVER_COLUMNS} from servers
        where ${FOUND} and ($3::text is null or state = $3)
          and ($5::text is null or (lower(name), id) > (lower($5), $6::uuid))
        order by lower(name), id limit $4`,
      [tx.orgId, found, state, limit + 1, after?.[0] ?? null, after?.[1] ?? null],
    );
  }
  const { from, count } = placeOf(filter);
  return tx.query<ServerRow>(
    `select ${SERVER_COLUMNS} from servers ${LAST_MINUTE}
      where servers.${FOUND} and ($3::text is null or state = $3)
      order by ${ORDER[sort]}, lower(name), id limit $5 offset $6`,
    [tx.orgId, found, state, now, count, from],
  );
}

export async function countByState(tx: Tx, search: string | undefined): Promise<Record<ServerState | 'total', number>> {
  const rows = await tx.query<{ state: ServerState; count: number }>(
    `select state, count(*)::int as count from servers where ${FOUND} group by 1`,
    [tx.orgId, containing(search)],
  );
  const of = (state: ServerState) => rows.find((row) => row.state === state)?.count ?? 0;
  return {
    total: rows.reduce((sum, { count }) => sum + count, 0),
    pending: of('pending'),
    ok: of('ok'),
    unreachable: of('unreachable'),
    paused: of('paused'),
  };
}
