import { type ExecutedStatements, outgrew, type ShownRow } from './executed-statements.ts';
import type { Store } from './store.ts';

/** What the collector stored of one snapshot. */
export interface StoredSnapshot {
  takenAt: Date;
  resets: number;
  gaps: number;
  evictions: number;
  lostUs: number;
  reported: Map<string, { partial: boolean; calls: number; rows: number; us: number }>;
}

interface Row {
  taken_at: Date;
  reset: boolean;
  gap: boolean;
  evictions: number;
  lost_us: string;
  reported: [key: string, partial: boolean, calls: number, rows: number, us: number][] | null;
}

export async function readStoredSnapshot(store: Store, serverId: string, after: Date): Promise<StoredSnapshot> {
  const rows = await store.server.sql<Row>(
    `select taken_at, reset, gap, evictions, lost_us,
            (select json_agg(json_build_array(
                      concat_ws('/', st.database_oid, st.role_oid, st.query_id, left(st.toplevel::text, 1)),
                      u.partial, u.calls, u.rows, u.us))
               from unnest(s.ids, s.partial, s.calls, s.rows, s.total_us) as u(id, partial, calls, rows, us)
               join monitor_agent.statements st on st.server_id = s.server_id and st.statement_id = u.id) as reported
       from monitor_agent.statement_samples s
      where server_id = '${serverId}' and taken_at > '${after.toISOString()}' order by taken_at`,
  );
  const snapshot: StoredSnapshot = { takenAt: after, resets: 0, gaps: 0, evictions: 0, lostUs: 0, reported: new Map() };
  for (const row of rows) {
    snapshot.takenAt = row.taken_at;
    snapshot.resets += row.reset ? 1 : 0;
    snapshot.gaps += row.gap ? 1 : 0;
    snapshot.evictions += row.evictions;
    snapshot.lostUs += Number(row.lost_us);
    for (const [key, partial, calls, count, us] of row.reported ?? []) {
      const sum = snapshot.reported.get(key) ?? { partial: false, calls: 0, rows: 0, us: 0 };
      snapshot.reported.set(key, {
        partial: sum.partial || partial,
        calls: sum.calls + calls,
        rows: sum.rows + count,
        us: sum.us + us,
      });
    }
  }
  return snapshot;
}

/** Calls of one statement, snapshot by snapshot, and how long each snapshot stands for. */
export function callsBySnapshot(
  store: Store,
  serverId: string,
  queryId: string,
): Promise<{ calls: number; seconds: number; whole: boolean }[]> {
  return store.server.sql(
    `select s.span_us::float8 / 1000000 as seconds, not s.gap and not s.reset and s.lost_us = 0 as whole,
            (select coalesce(sum(u.calls), 0)::int from unnest(s.ids, s.calls) as u(id, calls)
               join monitor_agent.statements st on st.server_id = s.server_id and st.statement_id = u.id
              where st.query_id = ${queryId}) as calls
       from monitor_agent.statement_samples s where s.server_id = '${serverId}' order by s.taken_at`,
  );
}

const ROWS = 2;
const TOTAL_US = 3;

/** What PostgreSQL reports of what becomes of its statements. */
export interface Reports {
  /** When each began (17). */
  birth: boolean;
  /** When all were reset, and how often room was made (14). */
  losses: boolean;
  /** There is room for all of them, so that none is thrown out. */
  room: boolean;
}

/** What the snapshot has to show of every series, and in words what it shows instead. */
export function compareSnapshot(
  snapshot: StoredSnapshot,
  executed: ExecutedStatements,
  shown: { before: ReadonlyMap<string, ShownRow>; now: ReadonlyMap<string, ShownRow> },
  reports: Reports,
): { expected: Map<string, number>; faults: string[] } {
  const faults: string[] = [];
  const check = (what: string, is: unknown, ought: unknown) => {
    if (is !== ought) faults.push(`${what} is ${is} instead of ${ought}`);
  };
  const resetReported = executed.allKilled && (reports.losses || (executed.crashed && !executed.restarted));
  check('gaps', snapshot.gaps, 0);
  check('resets', snapshot.resets > 0, resetReported);
  check('lost time is reported', snapshot.lostUs > 0, resetReported);
  const expected = new Map<string, number>();
  for (const [key, alive] of executed.alive) {
    const reported = snapshot.reported.get(key) ?? { partial: false, calls: 0, rows: 0, us: 0 };
    if (snapshot.evictions > 0 || !(reports.losses || reports.room)) {
      if (reported.calls < 0 || reported.calls > alive)
        faults.push(`${key}: ${reported.calls} calls reported of ${alive}`);
      expected.set(key, reported.calls);
      continue;
    }
    const [before, now] = [shown.before.get(key), shown.now.get(key)];
    const killed = executed.killed.has(key);
    const unseen = killed && !resetReported && !reports.birth && !!before && !!now && outgrew(before, now);
    const base = killed && !unseen ? undefined : before;
    const calls = alive - (unseen ? (before?.counters[0] ?? 0) : 0);
    expected.set(key, calls);
    const since = (column: number) => (now?.counters[column] ?? 0) - (base?.counters[column] ?? 0);
    check(`${key}: calls`, reported.calls, calls);
    // Where room may have been made unseen, one that is new may have been there before.
    if (before || reports.losses)
      check(`${key}: partial`, reported.partial, resetReported ? calls > 0 : killed && !!before && !unseen);
    if (reported.calls !== calls || !now) continue;
    check(`${key}: rows`, reported.rows, since(ROWS));
    check(`${key}: time`, reported.us, since(TOTAL_US));
  }
  return { expected, faults };
}
