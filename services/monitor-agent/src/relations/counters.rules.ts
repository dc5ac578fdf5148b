import type { Fate } from '../kernel/instance/reset-epoch.rules.ts';

/*
 * Differences of counters that only rise until somebody resets them or the server crashes: those of databases, tables
 * and indexes. If any of them fell, all restarted, and what is there now came since; what was before is not known, so
 * the difference is marked as partial. Where all are known to be lost, that is so even if none fell. Where something was
 * set back and nobody says what (PostgreSQL tells for a database that it, or one of its tables or indexes, was), what
 * did not fall may have been outgrown: the difference is the least that was done, and is marked. As for statements,
 * nothing here can be negative.
 */
export interface CounterDelta {
  counters: number[];
  partial: boolean;
}

export function counterDelta(
  before: readonly number[],
  now: readonly number[],
  fate: Fate = 'kept',
): CounterDelta | undefined {
  const anew = fate === 'lost' || now.some((value, index) => value < (before[index] ?? 0));
  const counters = anew ? [...now] : now.map((value, index) => value - (before[index] ?? 0));
  return counters.some((value) => value > 0) ? { counters, partial: anew || fate !== 'kept' } : undefined;
}

/** What a database said of itself, or all of them, at a snapshot. */
export interface DatabaseState {
  /** The server's clock. */
  at: number;
  /** By oid; absent where PostgreSQL does not say. */
  resets: Readonly<Record<string, number>>;
  /** Of the database, where it is one: this falls only when all of its counters restarted. */
  transactions: number | null;
}

/** Of one database, whether or not it is the only one in these states. */
export function databaseFate(before: DatabaseState, now: DatabaseState, oid: number): Fate {
  if (before.transactions !== null && now.transactions !== null && now.transactions < before.transactions)
    return 'lost';
  const [earlier, later] = [before.resets[oid], now.resets[oid]];
  if (earlier === undefined || later === undefined || earlier === later) return 'kept';
  // Time does not go back: the database's statistics were dropped as a whole.
  return later < earlier ? 'lost' : 'doubtful';
}
