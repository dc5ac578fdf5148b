import type { MarkerKind } from '@tidegate/contracts/monitor-agent/markers';

/*
 * What happened to a server's counters between two looks (monitoring.md 3.1, "crash facts").
 *
 * A crash is not a start: when a backend is killed, the postmaster goes on, ends everybody, lets recovery run and starts
 * its background processes anew. So a crash shows in the start of the checkpointer; where the postmaster itself was
 * killed, in counters that begin after its new start, because only an orderly end keeps them. A role without pg_monitor
 * does not see when the checkpointer started: there a crash of the first sort is told as a reset of the statements.
 *
 * One marker says it all: a crash resets the statements as well and gets no second marker for that.
 */
export interface Epoch {
  /** Equal only for looks at the same instance. */
  identity: string;
  /** The server's clock at the look. All instants are microseconds. */
  at: number;
  startedAt: number;
  workersStartedAt: number | null;
  /** When the server-wide counters began. */
  countersResetAt: number | null;
  statementsResetAt: number | null;
  /** How many statements PostgreSQL has room for. */
  statementsMax: number | null;
}

/** What tells one life of the counters of tables and indexes from the next. */
export type Life = Pick<Epoch, 'startedAt' | 'workersStartedAt' | 'countersResetAt'>;

export interface FoundMarker {
  kind: MarkerKind;
  at: number;
}

export function markersBetween(before: Epoch, now: Epoch): FoundMarker[] {
  if (before.identity !== now.identity) return [{ kind: 'another_server', at: now.at }];
  const crashedAt = crashBetween(before, now);
  if (crashedAt !== null) {
    const later = resetBetween(before, now);
    // Recovery sets back first, then lets people in: what comes a good while later was done by somebody.
    const byHand = later !== null && later > crashedAt + RECOVERY_US;
    return [{ kind: 'crash_recovery', at: crashedAt }, ...(byHand ? [reset(later)] : [])];
  }
  const resetAt = resetBetween(before, now);
  return [
    ...(before.startedAt === now.startedAt ? [] : [{ kind: 'restart' as const, at: now.startedAt }]),
    ...(resetAt === null ? [] : [reset(resetAt)]),
  ];
}

/** Between the start of the background processes and the moment when shared memory has been set up again. */
const RECOVERY_US = 60_000_000;

const reset = (at: number): FoundMarker => ({ kind: 'statements_reset', at });

/** When it was, if it was. */
export function crashBetween(before: Life, now: Life): number | null {
  if (before.startedAt !== now.startedAt) {
    const lost = now.countersResetAt !== before.countersResetAt && (now.countersResetAt ?? 0) >= now.startedAt;
    return lost ? now.startedAt : null;
  }
  return recoveryBetween(before, now);
}

/** A crash that the postmaster itself outlived: then nothing is left of what was counted in shared memory. */
export function recoveryBetween(before: Life, now: Life): number | null {
  if (before.startedAt !== now.startedAt) return null;
  const [earlier, later] = [before.workersStartedAt, now.workersStartedAt];
  return earlier !== null && later !== null && later > earlier ? later : null;
}

/** Null also where statements were not counted before: that is a beginning, not a reset. */
function resetBetween(before: Epoch, now: Epoch): number | null {
  const [earlier, later] = [before.statementsResetAt, now.statementsResetAt];
  return earlier !== null && later !== null && later > earlier ? later : null;
}
