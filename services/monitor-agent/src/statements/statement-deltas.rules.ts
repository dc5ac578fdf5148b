import { fateBetween, type ResetEpoch } from '../kernel/instance/reset-epoch.rules.ts';
import { STATEMENT_COUNTERS } from '../series/statement-counters.rules.ts';
import { StatementEntries } from './statement-entries.rules.ts';

/*
 * Exact differences of pg_stat_statements.
 *
 * The view shows counters that only rise, in rows that live and die: a row is born with its first call, dies when
 * PostgreSQL makes room (eviction), when somebody resets it, or all of them, and when the server crashes. A collector
 * sees only the counters at the moments of its snapshots. What happened in between is
 *
 *     current − previous   when the row is in the same reset epoch as in the previous snapshot,
 *     current              when a new one began since,
 *
 * and everything here decides which of the two it is. In this order:
 *
 *  1. Another instance answers (reset-epoch.rules.ts): nothing is comparable. Remember, report a gap.
 *  2. `stats_reset` moved: all rows died (by hand, or by a crash), all reset epochs began then. Everything is `current`, and
 *     the time between the previous snapshot and the reset is lost: reported as such. A `stats_reset` that lies before
 *     the previous snapshot (restored statistics) makes nothing comparable: as 1.
 *  3. Row by row. PostgreSQL 17 says when the reset epoch began (`stats_since`). Before, a row was born again if any counter
 *     fell, or if the longest call got shorter or the shortest one longer: within one reset epoch neither can happen, once
 *     there was a call at all (a row may be planned before its first call, its extremes are 0 then).
 *     What remains before 17: a row that was reset alone and has outgrown all counters and both extremes since.
 *  4. A row never seen was born since the previous snapshot, which saw all rows; when PostgreSQL made room meanwhile, or may
 *     have, it may have lived before, so it is marked.
 *  5. A row that is gone is dropped. What it counted since the previous snapshot is lost: the interval says how often
 *     PostgreSQL made room; when it did not, somebody reset that row, and a difference of nothing is marked for it.
 *
 * Times are whole microseconds from here on: rounded counters telescope, so sums over any number of snapshots equal the
 * difference of the ends exactly. Nothing here can give a negative number.
 */

const CALLS = 0;

/** One row of pg_stat_statements. `key` names database, role, query and level. */
export interface StatementReading {
  key: string;
  /** Of key, times and birth, made by the server: while it is the same, nothing was counted. 0 when not known. */
  checksum: bigint;
  counters: readonly number[];
  /** Extremes of one call in milliseconds, as PostgreSQL gives them. */
  minMs: number;
  maxMs: number;
  /** Time of all calls and plans as PostgreSQL gives it, to the last digit. Nothing is counted without taking time. */
  totalMs: number;
  /** Beginning of the row's reset epoch in microseconds, from PostgreSQL 17 on. */
  since: number | null;
}

export interface StatementScrape {
  /** Which cluster answered; which instance of it, its reset epoch tells. */
  identity: string;
  /** When all rows were last reset, in microseconds; before PostgreSQL 14 only by a crash that was seen, else null. */
  statsReset: number | null;
  /** How often PostgreSQL has made room since; null before PostgreSQL 14. */
  evictions: number | null;
  /** The server's clock at the snapshot, in microseconds. */
  at: number;
  /** How many rows there are in all. */
  total: number;
  /** false: `rows` holds only those that differ from the previous snapshot. */
  full: boolean;
  rows: readonly StatementReading[];
  /** Of the server's processes at the snapshot; null where it was not remembered. */
  resetEpoch: ResetEpoch | null;
}

export interface StatementState {
  identity: string;
  resetEpoch: ResetEpoch | null;
  statsReset: number | null;
  evictions: number | null;
  at: number;
  entries: StatementEntries;
}

export interface StatementDelta {
  key: string;
  counters: number[];
  /** The row began a new reset epoch since the previous snapshot, or may have: something of it may be lost. */
  partial: boolean;
}

export interface StatementInterval {
  /** Microseconds; `from` is the previous snapshot, or the reset when all rows died. */
  from: number;
  to: number;
  /** Nothing could be compared; `deltas` is empty. */
  gap: boolean;
  /** When all rows were reset, if they were. */
  resetAt: number | null;
  /** Microseconds before the reset that nobody can account for. */
  lostUs: number;
  /** How often PostgreSQL made room in the interval. */
  evictions: number;
  deltas: StatementDelta[];
}

export interface Advance {
  state: StatementState;
  /** Undefined at the very first snapshot: there is nothing before it. */
  interval: StatementInterval | undefined;
  /** Rows that are new or differ from what was remembered, and keys that are gone: what to persist. */
  changed: StatementReading[];
  gone: string[];
}

/**
 * A snapshot that only brought changed rows is enough while nothing vanished: rows known + rows new = rows there are.
 * After a reset or on another instance "unchanged" means nothing, so all rows are needed as well.
 */
export function needsAllRows(state: StatementState | undefined, scrape: StatementScrape): boolean {
  if (scrape.full) return false;
  if (!state || isAnother(state, scrape) || state.statsReset !== scrape.statsReset) return true;
  const born = scrape.rows.filter((row) => !state.entries.has(row.key)).length;
  return state.entries.size + born !== scrape.total;
}

export function advance(state: StatementState | undefined, scrape: StatementScrape): Advance {
  if (needsAllRows(state, scrape)) throw new Error('This snapshot needs all rows, not only the changed ones.');
  if (!state) return { ...remember(undefined, scrape), interval: undefined };
  const epoch = judge(state, scrape);
  const evictions = epoch === 'gap' ? 0 : evictionsSince(epoch === 'reset' ? 0 : state.evictions, scrape.evictions);
  const interval: StatementInterval = {
    from: epoch === 'reset' ? (scrape.statsReset as number) : state.at,
    to: scrape.at,
    gap: epoch === 'gap',
    resetAt: epoch === 'reset' ? scrape.statsReset : null,
    lostUs: epoch === 'reset' ? Math.max(0, (scrape.statsReset as number) - state.at) : 0,
    evictions,
    deltas: epoch === 'gap' ? [] : deltas(epoch === 'reset' ? undefined : state, scrape, evictions),
  };
  return { ...remember(state, scrape), interval };
}

function judge(state: StatementState, scrape: StatementScrape): 'same' | 'reset' | 'gap' {
  if (isAnother(state, scrape)) return 'gap';
  if (state.statsReset === scrape.statsReset) return 'same';
  return scrape.statsReset !== null && scrape.statsReset > state.at ? 'reset' : 'gap';
}

function isAnother({ identity, resetEpoch, at }: StatementState, scrape: StatementScrape): boolean {
  if (identity !== scrape.identity) return true;
  return (
    resetEpoch !== null && scrape.resetEpoch !== null && fateBetween(resetEpoch, scrape.resetEpoch, at) === 'another'
  );
}

function evictionsSince(before: number | null, now: number | null): number {
  if (now === null) return 0;
  return before === null || now < before ? now : now - before;
}

/** Without a state all rows were born since the previous snapshot. */
function deltas(state: StatementState | undefined, scrape: StatementScrape, evictions: number): StatementDelta[] {
  const found: StatementDelta[] = [];
  const reset = state && evictions === 0 ? resetAlone(state, scrape) : [];
  // Where PostgreSQL does not say that it made room, what is gone may have been thrown out as well.
  const roomMade = evictions > 0 || (scrape.evictions === null && reset.length > 0);
  for (const row of scrape.rows) {
    const before = state?.entries.get(row.key);
    const reborn = before !== undefined && bornAgain(before, row);
    const counters =
      before === undefined || reborn
        ? [...row.counters]
        : row.counters.map((value, index) => value - (before.counters[index] ?? 0));
    const partial = !state || reborn || (before === undefined && roomMade);
    if (counters.some((value) => value > 0)) found.push({ key: row.key, counters, partial });
  }
  return [...found, ...reset];
}

function resetAlone(state: StatementState, scrape: StatementScrape): StatementDelta[] {
  if (!scrape.full) return [];
  const there = new Set(scrape.rows.map((row) => row.key));
  const gone = [...state.entries.keys()].filter((key) => !there.has(key));
  return gone.map((key) => ({ key, counters: STATEMENT_COUNTERS.map(() => 0), partial: true }));
}

/** Whether the row died and was born again between the two snapshots. */
export function bornAgain(before: StatementReading, now: StatementReading): boolean {
  if (now.since !== null && before.since !== null && now.since !== before.since) return true;
  if (now.counters.some((value, index) => value < (before.counters[index] ?? 0))) return true;
  if (now.since !== null && before.since !== null) return false;
  return (before.counters[CALLS] ?? 0) > 0 && (now.maxMs < before.maxMs || now.minMs > before.minMs);
}

function remember(state: StatementState | undefined, scrape: StatementScrape): Omit<Advance, 'interval'> {
  const known = state?.entries ?? StatementEntries.of([]);
  const changed = scrape.rows.filter((row) => !sameReading(known.get(row.key), row));
  // A copy: when the interval cannot be stored, the state before it must still be there.
  const entries = scrape.full ? StatementEntries.of(scrape.rows, known) : known.with(scrape.rows);
  const gone = scrape.full ? [...known.keys()].filter((key) => !entries.has(key)) : [];
  const { identity, resetEpoch, statsReset, evictions, at } = scrape;
  return { state: { identity, resetEpoch, statsReset, evictions, at, entries }, changed, gone };
}

function sameReading(before: StatementReading | undefined, now: StatementReading): boolean {
  return (
    before !== undefined &&
    before.since === now.since &&
    before.totalMs === now.totalMs &&
    before.minMs === now.minMs &&
    before.maxMs === now.maxMs &&
    now.counters.every((value, index) => value === before.counters[index])
  );
}
