import type { ServerFigures } from '@tidegate/contracts/monitor-agent/server-series';

/** Sums, and the most, of a minute, an hour or a step. */
export interface FiguresRow {
  /** Where the step begins, in milliseconds. */
  at: number;
  span_us: number;
  statement_span_us: number;
  commits: number;
  rollbacks: number;
  rows_read: number;
  rows_written: number;
  blocks_hit: number;
  blocks_read: number;
  temp_files: number;
  temp_bytes: number;
  deadlocks: number;
  calls: number;
  call_us: number;
  wal_bytes: number;
  snapshots: number;
  active_sum: number;
  active_max: number | null;
  waiting_max: number | null;
  idle_in_transaction_max: number | null;
  sessions_max: number | null;
  longest_transaction_us: number | null;
  transaction_age: number | null;
  bytes: number | null;
}

const per = (count: number, us: number): number | null => (us > 0 ? (count * 1_000_000) / us : null);
const part = (count: number, of: number): number | null => (of > 0 ? count / of : null);

/** Rates by the time that was really covered, so that a pause of the collection is no dip; null where nothing was read. */
export function toFigures(row: FiguresRow): ServerFigures {
  return {
    commitsPerSecond: per(row.commits, row.span_us),
    rollbacksPerSecond: per(row.rollbacks, row.span_us),
    rowsReadPerSecond: per(row.rows_read, row.span_us),
    rowsWrittenPerSecond: per(row.rows_written, row.span_us),
    blocksReadPerSecond: per(row.blocks_read, row.span_us),
    cacheHitRatio: part(row.blocks_hit, row.blocks_hit + row.blocks_read),
    tempBytesPerSecond: per(row.temp_bytes, row.span_us),
    tempFiles: row.span_us > 0 ? row.temp_files : null,
    deadlocks: row.span_us > 0 ? row.deadlocks : null,
    callsPerSecond: per(row.calls, row.statement_span_us),
    meanMs: part(row.call_us / 1_000, row.calls),
    walBytesPerSecond: per(row.wal_bytes, row.statement_span_us),
    activeSessions: part(row.active_sum, row.snapshots),
    activeSessionsMost: row.active_max,
    waitingSessionsMost: row.waiting_max,
    idleInTransactionMost: row.idle_in_transaction_max,
    connectionsMost: row.sessions_max,
    longestTransactionSeconds: row.longest_transaction_us === null ? null : row.longest_transaction_us / 1_000_000,
    bytes: row.bytes,
    transactionAge: row.transaction_age,
  };
}

const NONE: Omit<FiguresRow, 'at'> = {
  span_us: 0,
  statement_span_us: 0,
  commits: 0,
  rollbacks: 0,
  rows_read: 0,
  rows_written: 0,
  blocks_hit: 0,
  blocks_read: 0,
  temp_files: 0,
  temp_bytes: 0,
  deadlocks: 0,
  calls: 0,
  call_us: 0,
  wal_bytes: 0,
  snapshots: 0,
  active_sum: 0,
  active_max: null,
  waiting_max: null,
  idle_in_transaction_max: null,
  sessions_max: null,
  longest_transaction_us: null,
  transaction_age: null,
  bytes: null,
};

const most = (a: number | null, b: number | null): number | null => (a === null || (b !== null && b > a) ? b : a);

/** All of a range as one; rows in the order of time. */
export function totalOf(rows: readonly FiguresRow[]): FiguresRow {
  const total: FiguresRow = { at: 0, ...NONE };
  for (const row of rows) {
    for (const name of Object.keys(NONE) as (keyof typeof NONE)[]) {
      if (name === 'bytes') total.bytes = row.bytes ?? total.bytes;
      else if (NONE[name] === null) total[name] = most(total[name], row[name]) as never;
      else total[name] = ((total[name] as number) + (row[name] as number)) as never;
    }
  }
  return total;
}

/**
 * One place for every step of the range: where nothing was read, null. A snapshot that comes after a longer time than a
 * step stands for the steps before it as well: they were covered, only not apart from each other.
 */
export function pointsOf(
  rows: readonly FiguresRow[],
  { from, to }: { from: Date; to: Date },
  stepMs: number,
): { at: string; coveredSeconds: number; figures: ServerFigures | null }[] {
  const first = Math.floor(from.getTime() / stepMs) * stepMs;
  const count = Math.ceil((to.getTime() - first) / stepMs);
  const shown = filledBack(rows, { first, count, stepMs });
  return shown.map((row, index) => ({
    at: new Date(first + index * stepMs).toISOString(),
    coveredSeconds: Math.min(row?.span_us ?? 0, stepMs * 1_000) / 1_000_000,
    figures: row ? toFigures(row) : null,
  }));
}

/** The row of each step, and of the empty steps before it that it covers. */
export function filledBack(
  rows: readonly FiguresRow[],
  { first, count, stepMs }: { first: number; count: number; stepMs: number },
): (FiguresRow | null)[] {
  const shown: (FiguresRow | null)[] = Array.from({ length: count }, () => null);
  for (const row of rows) {
    const place = Math.floor((row.at - first) / stepMs);
    const covered = Math.max(1, Math.round(row.span_us / 1_000 / stepMs));
    for (let at = place; at > place - covered; at -= 1) {
      if (at < 0 || at >= count || (at !== place && shown[at])) break;
      shown[at] = row;
    }
  }
  return shown;
}

/** The last snapshot of the sessions. */
export interface LastSessions {
  taken_at: Date;
  active: number;
  waiting: number;
  total: number;
  longest_transaction_us: number;
}

/** The last hour of a server in one row: as one, its last minute, and each minute's active sessions as text. */
export interface LastHour extends FiguresRow {
  server_id: string;
  last_span_us: number;
  last_statement_span_us: number;
  last_commits: number;
  last_calls: number;
  last_call_us: number;
  /** `begin in ms, snapshots, active sum, span in µs` of each minute, apart by `;`. */
  minutes: string;
}
