import type { Statement, StatementCompleteness, StatementSort } from '@tidegate/contracts/monitor-agent/statement';
import type { Tx } from '@tidegate/database/tx';
import { DATABASE_SAMPLES } from '../relations/relation.rows.ts';
import type { TimeRange } from '../storage/samples.ts';
import { STATEMENT_SAMPLES } from './statement.rows.ts';

export interface StatementFilter {
  sort: StatementSort;
  limit: number;
  database?: string | undefined;
  role?: string | undefined;
  search?: string | undefined;
}

const ORDER: Record<StatementSort, string> = {
  totalMs: 'u.total_us',
  calls: 'u.calls',
  meanMs: 'u.total_us / nullif(u.calls, 0)',
  rows: 'u.rows',
  ioReadMs: 'u.io_read_us',
  walBytes: 'u.wal_bytes',
};

interface Row {
  statement_id: string;
  database_name: string;
  role_name: string;
  query_id: string;
  query_key: string | null;
  toplevel: boolean;
  text: string | null;
  text_truncated: boolean;
  first_seen_at: Date;
  partial: boolean;
  last_at: Date;
  all_statements: number;
  all_calls: string;
  all_rows: string;
  all_us: string;
  [counter: string]: unknown;
}

export interface TopStatements {
  total: { statements: number; calls: number; rows: number; totalMs: number };
  items: Statement[];
}

/** Sums over the whole range first, then the order: a top list of top lists would miss what is steady. */
export async function topStatementRows(
  tx: Tx,
  serverId: string,
  range: TimeRange,
  filter: StatementFilter,
): Promise<TopStatements> {
  const rows = await tx.query<Row>(TOP[filter.sort], [
    tx.orgId,
    serverId,
    range.from,
    range.to,
    filter.limit,
    filter.database ?? null,
    filter.role ?? null,
    filter.search === undefined ? null : `%${filter.search.replace(/[\\%_]/g, '\\$&')}%`,
  ]);
  const [first] = rows;
  return {
    total: {
      statements: first?.all_statements ?? 0,
      calls: Number(first?.all_calls ?? 0),
      rows: Number(first?.all_rows ?? 0),
      totalMs: Number(first?.all_us ?? 0) / 1_000,
    },
    items: rows.map(toWire),
  };
}

const TOP = Object.fromEntries(
  Object.entries(ORDER).map(([sort, order]) => [
    sort,
    `select st.statement_id, st.database_name, st.role_name, st.query_id, st.query_key, st.toplevel, st.text, st.text_truncated,
            st.first_seen_at, u.*, count(*) over ()::int as all_statements, sum(u.calls) over ()::bigint as all_calls,
            sum(u.rows) over ()::bigint as all_rows, sum(u.total_us) over ()::bigint as all_us
       from ${STATEMENT_SAMPLES.sums} u
       join statements st on st.org_id = $1 and st.server_id = $2 and st.statement_id = u.id
      where ($6::text is null or st.database_name = $6) and ($7::text is null or st.role_name = $7)
        and ($8::text is null or st.text ilike $8)
      order by ${order} desc nulls last, st.statement_id limit $5`,
  ]),
) as Record<StatementSort, string>;

function toWire(row: Row): Statement {
  const count = (name: string): number => Number(row[name] ?? 0);
  const calls = count('calls');
  const totalMs = count('total_us') / 1_000;
  return {
    statementId: row.statement_id,
    database: row.database_name,
    role: row.role_name,
    queryId: row.query_id,
    queryKey: row.query_key,
    toplevel: row.toplevel,
    text: row.text,
    textTruncated: row.text_truncated,
    calls,
    rows: count('rows'),
    totalMs,
    meanMs: calls === 0 ? 0 : totalMs / calls,
    planMs: count('plan_us') / 1_000,
    sharedBlocksHit: count('shared_hit'),
    sharedBlocksRead: count('shared_read'),
    sharedBlocksDirtied: count('shared_dirtied'),
    sharedBlocksWritten: count('shared_written'),
    tempBlocksRead: count('temp_read'),
    tempBlocksWritten: count('temp_written'),
    ioReadMs: count('io_read_us') / 1_000,
    ioWriteMs: count('io_write_us') / 1_000,
    walBytes: count('wal_bytes'),
    partial: row.partial,
    firstSeenAt: row.first_seen_at.toISOString(),
    lastSeenAt: row.last_at.toISOString(),
  };
}

/** What PostgreSQL lost in the range, and how much of the sessions' active time the statements explain. */
export async function statementCompleteness(
  tx: Tx,
  serverId: string,
  range: TimeRange,
): Promise<StatementCompleteness> {
  const row = await tx.one<{
    resets: number;
    evictions: number;
    gaps: number;
    lost_us: string;
    top_us: string;
    active_us: string | null;
  }>(
    `with looks as (select * from statement_samples
                     where org_id = $1 and server_id = $2 and taken_at >= $3 and taken_at < $4)
     select count(*) filter (where reset)::int as resets, coalesce(sum(evictions), 0)::int as evictions,
            count(*) filter (where gap)::int as gaps, coalesce(sum(lost_us), 0)::bigint as lost_us,
            (select coalesce(sum(u.us), 0)::bigint from looks l, unnest(l.ids, l.total_us) as u(id, us)
               join statements st on st.org_id = $1 and st.server_id = $2 and st.statement_id = u.id and st.toplevel) as top_us,
            (select sum(u.active_us)::bigint from ${DATABASE_SAMPLES.sums} u) as active_us
       from looks`,
    [tx.orgId, serverId, range.from, range.to],
  );
  const active = Number(row?.active_us ?? 0);
  return {
    resets: row?.resets ?? 0,
    evictions: row?.evictions ?? 0,
    gaps: row?.gaps ?? 0,
    lostSeconds: Number(row?.lost_us ?? 0) / 1_000_000,
    coverage: active > 0 ? Number(row?.top_us ?? 0) / active : null,
  };
}
