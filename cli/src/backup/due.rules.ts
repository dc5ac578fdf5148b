import type { BackupState, DrillState, WalState } from '@tidegate/runtime/backup-state';

export interface Wishes {
  everyMs: number;
  /** 0: never. */
  drillEveryMs: number;
}

export interface States {
  wal: WalState | undefined;
  backup: BackupState | undefined;
  drill: DrillState | undefined;
  /** When this process last failed to make a backup. */
  failedAt: number | undefined;
}

const AFTER_FAILURE_MS = 10 * 60_000;
/** A drill that failed is repeated sooner than one that did not. */
const DRILL_AFTER_FAILURE_MS = 86_400_000;

/** What is to be done next, if anything. WAL of a new chain is worth nothing until a backup belongs to it. */
export function dueNow(
  now: number,
  wishes: Wishes,
  { wal, backup, drill, failedAt }: States,
): 'backup' | 'drill' | undefined {
  if (failedAt !== undefined && now - failedAt < AFTER_FAILURE_MS) return undefined;
  // Known as soon as archiving was tried: the first backup is to lie in its chain.
  if (wal === undefined) return undefined;
  const finished = backup?.finishedAt ? Date.parse(backup.finishedAt) : undefined;
  const archives = wal.chain !== '' && wal.trouble === null;
  if (finished === undefined || now - finished >= wishes.everyMs) return 'backup';
  if (archives && backup?.chain !== wal.chain) return 'backup';
  if (wishes.drillEveryMs === 0) return undefined;
  const failed = drill && !drill.ok && drill.untried === undefined;
  const wait = failed ? Math.min(wishes.drillEveryMs, DRILL_AFTER_FAILURE_MS) : wishes.drillEveryMs;
  return drill === undefined || now - Date.parse(drill.at) >= wait ? 'drill' : undefined;
}
