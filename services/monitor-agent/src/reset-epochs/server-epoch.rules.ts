import type { MarkerKind } from '@tidegate/contracts/monitor-agent/markers';
import { fateBetween, type Life, type Resets, recoveryBetween } from '../kernel/instance/reset-epoch.rules.ts';

/*
 * What is told of a server between two looks. One marker says it all: a crash resets the statements as well and gets no
 * second marker for that. Where a role does not see when background processes start, a killed backend is told as resets.
 */
export interface Epoch extends Life {
  /** undefined: not remembered. */
  inRecovery: boolean | undefined;
  /** Of databases, by oid; those that were never set back are left out. undefined: not remembered. */
  databaseResets: Resets | undefined;
  statementsResetAt: number | null;
  /** How many statements PostgreSQL has room for. */
  statementsMax: number | null;
}

/** An epoch as it is read: with what is told and not remembered. */
export interface ReadEpoch extends Epoch {
  databaseNames: ReadonlyMap<string, string>;
  /** Until 14 a database has an instant from its first use on: that it has one is no reset. */
  tellsFirstUse: boolean;
}

export interface FoundMarker {
  kind: MarkerKind;
  at: number;
  /** What was set back. */
  of: string[];
}

export function markersBetween(before: Epoch, now: ReadEpoch): FoundMarker[] {
  const fate = fateBetween(before, now);
  if (fate === 'another') return [marker('another_server', now.at)];
  const crashedAt = fate === 'lost' ? (recoveryBetween(before, now) ?? now.startedAt) : null;
  return [
    ...(before.inRecovery && !now.inRecovery ? [marker('promoted', now.at)] : []),
    ...(crashedAt === null ? [] : [marker('crash_recovery', crashedAt)]),
    ...(crashedAt === null && before.startedAt !== now.startedAt ? [marker('restart', now.startedAt)] : []),
    ...statementsReset(before, now, crashedAt),
    ...countersReset(before, now, crashedAt),
  ];
}

const marker = (kind: MarkerKind, at: number, of: string[] = []): FoundMarker => ({ kind, at, of });

/** Between the start of the background processes and the moment when shared memory has been set up again. */
const RECOVERY_US = 60_000_000;

/** None where statements were not counted before: that is a beginning, not a reset. */
function statementsReset(before: Epoch, now: Epoch, crashedAt: number | null): FoundMarker[] {
  const [earlier, later] = [before.statementsResetAt, now.statementsResetAt];
  if (earlier === null || later === null || later <= earlier) return [];
  // Recovery sets back first, then lets people in: what comes a good while later was done by somebody.
  const byHand = crashedAt === null || later > crashedAt + RECOVERY_US;
  return byHand ? [marker('statements_reset', later)] : [];
}

/** A marker names no more. */
const MOST_NAMES = 100;

function countersReset(before: Epoch, now: ReadEpoch, crashedAt: number | null): FoundMarker[] {
  const views = Object.entries(now.resets).filter(([view, at]) => at > (before.resets[view] ?? at));
  // What a crash set back began at one instant, the first of all.
  const crash = crashedAt === null ? 0 : Math.min(...views.map(([, at]) => at));
  const found = [...views.filter(([, at]) => at > crash), ...databasesReset(before, now, crashedAt !== null)];
  if (found.length === 0) return [];
  return [
    marker(
      'counters_reset',
      Math.max(...found.map(([, at]) => at)),
      found
        .map(([name]) => name)
        .sort()
        .slice(0, MOST_NAMES),
    ),
  ];
}

function databasesReset(before: Epoch, now: ReadEpoch, crashed: boolean): [name: string, at: number][] {
  if (!before.databaseResets || !now.databaseResets || (crashed && now.tellsFirstUse)) return [];
  const found: [string, number][] = [];
  for (const [oid, at] of Object.entries(now.databaseResets)) {
    const earlier = before.databaseResets[oid] ?? (now.tellsFirstUse ? at : 0);
    if (at > earlier) found.push([now.databaseNames.get(oid) ?? `oid ${oid}`, at]);
  }
  return found;
}
