/*
 * What became of a server's counters between two snapshots (monitoring.md 3.1, "crash facts").
 *
 * The same instance or not: one postmaster is one instance, at whatever address it answers and on whatever timeline it
 * writes, so a pod with a new address and a standby that was promoted go on. Nodes of one cluster share the system
 * identifier: a postmaster that had been running while another one answered is another node. So is one whose statistics
 * were set back at a time before the last snapshot, which had read otherwise.
 *
 * Kept or lost: an orderly end keeps all counters. A crash is not a start: when a backend is killed, the postmaster goes
 * on, ends everybody, lets recovery run and starts its background processes anew, so it shows in the start of the
 * checkpointer. Where the postmaster itself was killed, the next one begins all statistics at one instant, before it
 * lets anybody in. Somebody who sets statistics back afterwards, one view or all, does so at another instant, and that
 * says nothing of the counters of tables: they are taken as lost only where that is proven. A role without pg_monitor
 * does not see when background processes started.
 */

/** When something was set back last, by its name; 0 for never. Microseconds, like all instants here. */
export type Resets = Readonly<Record<string, number>>;

export interface ResetEpoch {
  /** Equal for snapshots of one cluster, or of one address where the role may not ask for the cluster's identifier. */
  identity: string;
  /** The server's clock when this was read. */
  at: number;
  startedAt: number;
  workersStartedAt: number | null;
  /** When writers were let in, which is after all statistics began; null on a standby, where hidden, and before 15. */
  openedAt: number | null;
  /** Of the server-wide statistics, by view. */
  resets: Resets;
}

/** `doubtful`: they may have restarted, so that what has grown may have grown from zero. */
export type Fate = 'kept' | 'doubtful' | 'lost';

/** Views over what begins with the statistics as a whole, and goes back in time never. */
export const SERVER_WIDE = [
  'pg_stat_bgwriter',
  'pg_stat_checkpointer',
  'pg_stat_archiver',
  'pg_stat_wal',
  'pg_stat_io',
  'pg_stat_slru',
] as const;

/** What is set back shows at once from 15 on; until then a process of its own has to write it down. */
const SHOWN_US = 60_000_000;

/** More than one view has to say so: a single one may have been set back by hand. */
const ENOUGH_VIEWS = 2;

/** `snapshotAt`: when the counters of the snapshot before were read, where that was later than its reset epoch. */
export function fateBetween(before: ResetEpoch, now: ResetEpoch, snapshotAt = before.at): Fate | 'another' {
  if (before.identity !== now.identity) return 'another';
  const known = SERVER_WIDE.filter((view) => view in before.resets && view in now.resets);
  const moved = known.filter((view) => before.resets[view] !== now.resets[view]).map((view) => now.resets[view] ?? 0);
  if (moved.some((instant) => instant <= before.at - SHOWN_US)) return 'another';
  const all = known.length >= ENOUGH_VIEWS && moved.length === known.length;
  if (before.startedAt === now.startedAt) {
    if (recoveryBetween(before, now) !== null) return 'lost';
    return all && now.workersStartedAt === null ? 'doubtful' : 'kept';
  }
  if (now.startedAt <= snapshotAt) return 'another';
  if (known.length < ENOUGH_VIEWS) return 'doubtful';
  if (!all || moved.some((instant) => instant < now.startedAt)) return 'kept';
  const inside = moved.filter((instant) => now.openedAt === null || instant <= now.openedAt);
  return inside.length > 0 && new Set(inside).size === 1 ? 'lost' : 'doubtful';
}

/** A crash that the postmaster itself outlived: then nothing is left of what was counted in shared memory. */
export function recoveryBetween(
  before: Pick<ResetEpoch, 'startedAt' | 'workersStartedAt'>,
  now: Pick<ResetEpoch, 'startedAt' | 'workersStartedAt'>,
): number | null {
  if (before.startedAt !== now.startedAt) return null;
  const [earlier, later] = [before.workersStartedAt, now.workersStartedAt];
  return earlier !== null && later !== null && later > earlier ? later : null;
}

export const worse = (one: Fate, other: Fate): Fate =>
  one === 'lost' || other === 'lost' ? 'lost' : one === 'doubtful' || other === 'doubtful' ? 'doubtful' : 'kept';
