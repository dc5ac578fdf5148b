import type { AnnotationKind } from '@tidegate/contracts/monitor-agent/annotations';
import { fateBetween, type ResetEpoch, type Resets, recoveryBetween } from '../kernel/instance/reset-epoch.rules.ts';

/*
 * What is reported of a server between two snapshots. One annotation says it all: a crash resets the statements as well and gets no
 * second annotation for that. Where a role does not see when background processes start, a killed backend is told as resets.
 */
export interface ServerEpoch extends ResetEpoch {
  /** undefined: not remembered. */
  inRecovery: boolean | undefined;
  /** Of databases, by oid; those that were never set back are left out. undefined: not remembered. */
  databaseResets: Resets | undefined;
  statementsResetAt: number | null;
  /** How many statements PostgreSQL has room for. */
  statementsMax: number | null;
}

/** An epoch as it is read: with what is told and not remembered. */
export interface ServerEpochSnapshot extends ServerEpoch {
  databaseNames: ReadonlyMap<string, string>;
  /** Until 14 a database has an instant from its first use on: that it has one is no reset. */
  reportsFirstUse: boolean;
}

export interface FoundAnnotation {
  kind: AnnotationKind;
  at: number;
  /** What was set back. */
  of: string[];
}

export function annotationsBetween(before: ServerEpoch, now: ServerEpochSnapshot): FoundAnnotation[] {
  const fate = fateBetween(before, now);
  if (fate === 'another') return [annotation('another_server', now.at)];
  const crashed = fate === 'lost' && !isStandbyStart(before, now);
  const crashedAt = crashed ? (recoveryBetween(before, now) ?? now.startedAt) : null;
  return [
    ...(before.inRecovery && !now.inRecovery ? [annotation('promoted', now.at)] : []),
    ...(crashedAt === null ? [] : [annotation('crash_recovery', crashedAt)]),
    ...(crashedAt === null && before.startedAt !== now.startedAt ? [annotation('restart', now.startedAt)] : []),
    ...statementsReset(before, now, crashedAt),
    ...countersReset(before, now, crashedAt),
  ];
}

/** Until 14 a standby throws its statistics away whenever it starts, also after an orderly end: no crash, but a reset. */
const isStandbyStart = (before: ServerEpoch, now: ServerEpochSnapshot): boolean =>
  before.startedAt !== now.startedAt && now.inRecovery === true && now.reportsFirstUse;

const annotation = (kind: AnnotationKind, at: number, of: string[] = []): FoundAnnotation => ({ kind, at, of });

/** Between the start of the background processes and the moment when shared memory has been set up again. */
const RECOVERY_US = 60_000_000;

/** None where statements were not counted before: that is a beginning, not a reset. */
function statementsReset(before: ServerEpoch, now: ServerEpoch, crashedAt: number | null): FoundAnnotation[] {
  const [earlier, later] = [before.statementsResetAt, now.statementsResetAt];
  if (earlier === null || later === null || later <= earlier) return [];
  // Recovery sets back first, then lets people in: what comes a good while later was done by somebody.
  const byHand = crashedAt === null || later > crashedAt + RECOVERY_US;
  return byHand ? [annotation('statements_reset', later)] : [];
}

/** The most that an annotation names. */
const MOST_NAMES = 100;

function countersReset(before: ServerEpoch, now: ServerEpochSnapshot, crashedAt: number | null): FoundAnnotation[] {
  const views = Object.entries(now.resets).filter(([view, at]) => at > (before.resets[view] ?? at));
  // What a crash set back began at one instant, the first of all.
  const crash = crashedAt === null ? 0 : Math.min(...views.map(([, at]) => at));
  const found = [...views.filter(([, at]) => at > crash), ...databasesReset(before, now, crashedAt !== null)];
  if (found.length === 0) return [];
  return [
    annotation(
      'counters_reset',
      Math.max(...found.map(([, at]) => at)),
      found
        .map(([name]) => name)
        .sort()
        .slice(0, MOST_NAMES),
    ),
  ];
}

function databasesReset(before: ServerEpoch, now: ServerEpochSnapshot, crashed: boolean): [name: string, at: number][] {
  if (!before.databaseResets || !now.databaseResets || (crashed && now.reportsFirstUse)) return [];
  const found: [string, number][] = [];
  for (const [oid, at] of Object.entries(now.databaseResets)) {
    const earlier = before.databaseResets[oid] ?? (now.reportsFirstUse ? at : 0);
    if (at > earlier) found.push([now.databaseNames.get(oid) ?? `oid ${oid}`, at]);
  }
  return found;
}
