import type { Statement, StatementSort } from '@tidegate/contracts/monitor-agent/statement';
import type { Tx } from '@tidegate/database/tx';
import { type TimeRange } from '../kernel/storage/range.rules.ts';
import { arrayOf, arrayText } from '../kernel/storage/sample.rows.ts';
import { containing } from '../kernel/storage/search.rules.ts';
import { toFigures } from '../series/figures.rules.ts';
import { STATEMENT_COUNTERS } from '../series/statement-counters.rules.ts';
import type { Slices, StatementSums } from '../series/statement-sums.rules.ts';
import { STATEMENT_SAMPLES } from './statement.rows.ts';

export interface StatementFilter {
  sort: StatementSort;
  limit: number;
  compare?: 'previous' | undefined;
  spark?: boolean | undefined;
  facets?: boolean | undefined;
  cursor?: string | undefined;
  database?: string | undefined;
  role?: string | undefined;
  search?: string | undefined;
}

/** Adds what of the range lies in samples. */
export async function addSampledSums(tx: Tx, serverId: string, range: TimeRange, sums: StatementSums): Promise<void> {
  const rows = await tx.query<{ id: string; partial: boolean; last_at: Date; [counter: string]: unknown }>(
    `select * from ${STATEMENT_SAMPLES.sums} u`,
    [tx.orgId, serverId, range.from, range.to],
  );
  for (const row of rows) {
    const counters = STATEMENT_COUNTERS.map((name) => Number(row[name]));
    sums.add(Number(row.id), row.partial, row.last_at.getTime(), counters);
  }
  if (sums.slices) await addSampledSlices(tx, serverId, range, sums, sums.slices);
}

async function addSampledSlices(
  tx: Tx,
  serverId: string,
  range: TimeRange,
  sums: StatementSums,
  { from, stepMs }: Slices,
): Promise<void> {
  const rows = await tx.query<{ id: string; at: number; us: number }>(
    `select u.id, min(extract(epoch from s.taken_at) * 1000)::float8 as at, sum(u.us)::float8 as us
       from statement_samples s, unnest(s.ids, s.total_us) as u(id, us)
      where s.org_id = $1 and s.server_id = $2 and s.taken_at >= $3 and s.taken_at < $4
      group by u.id, floor((extract(epoch from s.taken_at) * 1000 - $5::float8) / $6::float8)`,
    [tx.orgId, serverId, range.from, range.to, from, stepMs],
  );
  for (const { id, at, us } of rows) sums.addToSlice(Number(id), at, us);
}

export interface KnownStatement {
  id: number;
  toplevel: boolean;
  database: string;
  role: string;
  /** Whether it passes the filter. */
  wanted: boolean;
}

/** Those of the statements that are still remembered: a row for each place and kind, because thousands would take most of the time. */
export async function knownStatements(
  tx: Tx,
  serverId: string,
  ids: Iterable<number>,
  { database, role, search }: StatementFilter,
): Promise<KnownStatement[]> {
  const rows = await tx.query<{ ids: string; toplevel: boolean; database: string; role: string; wanted: boolean }>(
    `select string_agg(statement_id::text, ',') as ids, toplevel, database_name as database, role_name as role, wanted
       from (select statement_id, toplevel, database_name, role_name,
                    ($4::text is null or database_name = $4) and ($5::text is null or role_name = $5)
                      and ($6::text is null or coalesce(text ilike $6, false)) as wanted
               from statements where org_id = $1 and server_id = $2 and statement_id = any ($3::bigint[])) s
      group by 2, 3, 4, 5`,
    [tx.orgId, serverId, arrayText([...ids]), database ?? null, role ?? null, containing(search)],
  );
  return rows.flatMap(({ ids, ...shared }) => arrayOf(ids).map((id) => ({ id, ...shared })));
}

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
}

/** In the order of the ids. */
export async function describedStatements(
  tx: Tx,
  serverId: string,
  ids: readonly number[],
  sums: StatementSums,
): Promise<Statement[]> {
  const rows = await tx.query<Row>(
    `select statement_id, database_name, role_name, query_id, query_key, toplevel, text, text_truncated, first_seen_at
       from unnest($3::bigint[]) with ordinality as u(id, place)
       join statements on org_id = $1 and server_id = $2 and statement_id = u.id order by u.place`,
    [tx.orgId, serverId, arrayText(ids)],
  );
  return rows.map((row) => toWire(row, sums));
}

function toWire(row: Row, sums: StatementSums): Statement {
  const id = Number(row.statement_id);
  return {
    statementId: row.statement_id,
    database: row.database_name,
    role: row.role_name,
    queryId: row.query_id,
    queryKey: row.query_key,
    toplevel: row.toplevel,
    text: row.text,
    textTruncated: row.text_truncated,
    ...toFigures((name) => sums.counter(id, name)),
    partial: sums.isPartial(id),
    firstSeenAt: row.first_seen_at.toISOString(),
    lastSeenAt: sums.lastSeenAt(id).toISOString(),
  };
}

export interface SampledSnapshots {
  resets: number;
  evictions: number;
  gaps: number;
  lostUs: number;
  spanUs: number;
}

/** What the snapshots in samples say about completeness. */
export async function sampledSnapshots(tx: Tx, serverId: string, range: TimeRange): Promise<SampledSnapshots> {
  const row = await tx.one<{ resets: number; evictions: number; gaps: number; lost_us: number; span_us: number }>(
    `select count(*) filter (where reset)::int as resets, coalesce(sum(evictions), 0)::int as evictions,
            count(*) filter (where gap)::int as gaps, coalesce(sum(lost_us), 0)::float8 as lost_us,
            coalesce(sum(span_us), 0)::float8 as span_us
       from statement_samples where org_id = $1 and server_id = $2 and taken_at >= $3 and taken_at < $4`,
    [tx.orgId, serverId, range.from, range.to],
  );
  return {
    resets: row?.resets ?? 0,
    evictions: row?.evictions ?? 0,
    gaps: row?.gaps ?? 0,
    lostUs: row?.lost_us ?? 0,
    spanUs: row?.span_us ?? 0,
  };
}

/** Time that sessions were active, as samples of databases have it. */
export async function sampledActiveUs(tx: Tx, serverId: string, pieces: readonly TimeRange[]): Promise<number> {
  const row = await tx.one<{ us: number }>(
    `select coalesce(sum(u.us), 0)::float8 as us
       from unnest($3::timestamptz[], $4::timestamptz[]) as piece(start, stop)
       join database_samples s on s.org_id = $1 and s.server_id = $2
                              and s.taken_at >= piece.start and s.taken_at < piece.stop,
            unnest(s.active_us) as u(us)`,
    [tx.orgId, serverId, pieces.map(({ from }) => from), pieces.map(({ to }) => to)],
  );
  return row?.us ?? 0;
}

/** How many statements PostgreSQL has room for, if it says. */
export async function statementsMax(tx: Tx, serverId: string): Promise<number | null> {
  const sql = 'select statements_max from server_epochs where org_id = $1 and server_id = $2';
  return (await tx.one<{ statements_max: number | null }>(sql, [tx.orgId, serverId]))?.statements_max ?? null;
}
