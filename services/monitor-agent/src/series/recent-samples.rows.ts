import type { Tx } from '@tidegate/database/tx';
import type { TimeRange } from '../kernel/storage/range.rules.ts';
import { DAY_MS } from './columns.rules.ts';
import type { RecentSnapshot } from './roll-up.rules.ts';
import { STATEMENT_COUNTERS } from './statement-counters.rules.ts';

interface Row {
  taken_at: Date;
  span_us: string;
  gap: boolean;
  reset: boolean;
  lost_us: string;
  evictions: number;
  ids: string;
  partial: string;
  [counter: string]: unknown;
}

/** An hour of which samples may be moved. */
export interface DueHour {
  serverId: string;
  hour: Date;
}

const MOST_DUE = 1_000;

/** Hours with samples older than `before`, oldest first. */
export async function dueHours(tx: Tx, before: Date): Promise<DueHour[]> {
  const rows = await tx.query<{ server_id: string; hour: Date }>(
    `select server_id, date_trunc('hour', taken_at, 'UTC') as hour from statement_samples
      where org_id = $1 and taken_at < $2 group by 1, 2 order by 2, 1 limit ${MOST_DUE}`,
    [tx.orgId, before],
  );
  return rows.map((row) => ({ serverId: row.server_id, hour: row.hour }));
}

/** Hours of the range that have samples, in milliseconds. */
export async function recentHours(tx: Tx, serverId: string, { from, to }: TimeRange): Promise<Set<number>> {
  const rows = await tx.query<{ hour: Date }>(
    `select distinct date_trunc('hour', taken_at, 'UTC') as hour from statement_samples
      where org_id = $1 and server_id = $2 and taken_at >= $3 and taken_at < $4`,
    [tx.orgId, serverId, from, to],
  );
  return new Set(rows.map((row) => row.hour.getTime()));
}

/**
 * Takes the samples of the hour away: whoever gets them has to store them otherwise in the same transaction. As text,
 * because parsing half a million numbers a day element by element would be most of the work.
 */
export async function takeRecentSnapshots(tx: Tx, { serverId, hour }: DueHour): Promise<RecentSnapshot[]> {
  const rows = await tx.query<Row>(
    `delete from statement_samples
      where org_id = $1 and server_id = $2 and taken_at >= $3 and taken_at < $3 + interval '1 hour'
      returning taken_at, span_us, gap, reset, lost_us, evictions, ids::text, partial::int[]::text,
                ${STATEMENT_COUNTERS.map((name) => `${name}::text`).join(', ')}`,
    [tx.orgId, serverId, hour],
  );
  return rows.map((row) => ({
    at: row.taken_at.getTime() % DAY_MS,
    spanUs: Number(row.span_us),
    gap: Number(row.gap),
    reset: Number(row.reset),
    lostUs: Number(row.lost_us),
    evictions: row.evictions,
    ids: numbers(row.ids),
    partial: numbers(row.partial),
    counters: STATEMENT_COUNTERS.map((name) => numbers(row[name] as string)),
  }));
}

export interface RecentPoint {
  at: number;
  spanUs: number;
  gap: boolean;
  /** null: the statement was not called. */
  point: { partial: boolean; counters: number[] } | null;
}

/** All snapshots of the range in samples, each with what it saw of the statement. */
export async function statementSnapshots(
  tx: Tx,
  serverId: string,
  statementId: number,
  { from, to }: TimeRange,
): Promise<RecentPoint[]> {
  const rows = await tx.query<Row & { found: boolean; partial_here: boolean }>(
    `select s.taken_at, s.span_us, s.gap, p.place is not null as found, s.partial[p.place] as partial_here,
            ${STATEMENT_COUNTERS.map((name) => `s.${name}[p.place]`).join(', ')}
       from statement_samples s, lateral (select array_position(s.ids, $5::bigint) as place) p
      where s.org_id = $1 and s.server_id = $2 and s.taken_at >= $3 and s.taken_at < $4`,
    [tx.orgId, serverId, from, to, statementId],
  );
  return rows.map((row) => ({
    at: row.taken_at.getTime(),
    spanUs: Number(row.span_us),
    gap: row.gap,
    point: row.found
      ? { partial: row.partial_here, counters: STATEMENT_COUNTERS.map((name) => Number(row[name])) }
      : null,
  }));
}

/** `{1,2,3}`: arrays of numbers without nulls are JSON but for their braces. */
const numbers = (array: string): number[] => JSON.parse(`[${array.slice(1, -1)}]`) as number[];
