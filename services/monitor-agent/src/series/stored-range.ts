import { setImmediate } from 'node:timers/promises';
import type { Tx } from '@tidegate/database/tx';
import type { TimeRange } from '../kernel/storage/range.rules.ts';
import { columnOf, hourOf, SNAPSHOT } from './columns.rules.ts';
import { pointsOfHours, sumsOfHours } from './hours-of-rollup.ts';
import type { KeptSums } from './kept-sums.ts';
import { partOfRollup, withoutHours } from './range-parts.rules.ts';
import { recentHours } from './recent-samples.rows.ts';
import { decodeSnapshots } from './rollup.rows.ts';
import { StatementSums, type Wanted } from './statement-sums.rules.ts';
import { rollupsIn, type StoredRollup } from './stored-rollups.rows.ts';
import { sumsOfWholes } from './whole-rollups.ts';

/*
 * Statements of a range as far as they are stored in rollups: sums of whole months and whole rollups, which are kept from one read
 * to the next; of the rollups at the ends, sums of whole hours and single points of the hours that the range cuts. Statements that share a chunk have no sums by hour:
 * their few points are read instead. What the rollups do not have yet lies in the
 * samples. Snapshots move from these into those: whoever adds up both has to see them at the same moment (`snapshot`).
 */
export interface StoredRange {
  sums: StatementSums;
  spanUs: number;
  gaps: number;
  resets: number;
  lostUs: number;
  evictions: number;
  /** Time that sessions were active in the hours that rollups have counted; the rest of the range is `uncounted`. */
  activeUs: number;
  uncounted: TimeRange[];
  /** What the range holds all of. */
  wholes: StoredRollup[];
}

const HOUR_MS = 3_600_000;

export async function storedRange(
  tx: Tx,
  kept: KeptSums,
  serverId: string,
  range: TimeRange,
  wanted: Wanted = {},
): Promise<StoredRange> {
  // The active time of late samples is in no rollup yet.
  const recent = await recentHours(tx, serverId, range);
  const rollups = await rollupsIn(tx, serverId, range);
  const stored: StoredRange = {
    sums: new StatementSums(wanted),
    spanUs: 0,
    gaps: 0,
    resets: 0,
    lostUs: 0,
    evictions: 0,
    activeUs: 0,
    uncounted: [],
    wholes: rollups.filter(({ whole }) => whole),
  };
  for (const sums of await sumsOfWholes(tx, kept, serverId, stored.wholes, wanted.only)) stored.sums.addAll(sums);
  const counted: number[] = [];
  for (const rollup of rollups) {
    if (rollup.whole) addSnapshots(stored, rollup);
    else {
      await addPart(tx, kept, serverId, range, stored, rollup, wanted);
      // A long range must not keep everybody else waiting.
      await setImmediate();
    }
    counted.push(...addActive(stored, rollup, range, recent));
  }
  stored.uncounted = withoutHours(range, counted);
  return stored;
}

function addSnapshots(stored: StoredRange, rollup: StoredRollup): void {
  stored.spanUs += rollup.spanUs;
  stored.gaps += rollup.gaps;
  stored.resets += rollup.resets;
  stored.lostUs += rollup.lostUs;
  stored.evictions += rollup.evictions;
}

async function addPart(
  tx: Tx,
  kept: KeptSums,
  serverId: string,
  range: TimeRange,
  stored: StoredRange,
  rollup: StoredRollup,
  { only }: Wanted,
): Promise<void> {
  if (!rollup.snapshots) return;
  const snapshots = decodeSnapshots(rollup.snapshots);
  const part = partOfRollup(snapshots, rollup.day.getTime(), range);
  const sum = (column: number) =>
    [...part.snapshots].reduce((total, row) => total + (snapshots[column]?.[row] ?? 0), 0);
  stored.spanUs += sum(SNAPSHOT.spanUs);
  stored.gaps += sum(SNAPSHOT.gap);
  stored.resets += sum(SNAPSHOT.reset);
  stored.lostUs += sum(SNAPSHOT.lostUs);
  stored.evictions += sum(SNAPSHOT.evictions);
  const at = columnOf(snapshots, SNAPSHOT.at);
  if (part.wholeHours.size > 0) {
    const hours = await sumsOfHours(tx, kept, serverId, rollup, { hours: part.wholeHours, at }, only);
    stored.sums.addAll(hours.sums);
    stored.sums.addTimes(hours.times);
  }
  if (part.edgeSnapshots.size > 0) {
    const cut = new Set([...part.edgeSnapshots].map((row) => hourOf(at[row] as number)));
    const points = await pointsOfHours(tx, kept, serverId, rollup, { hours: cut, at });
    stored.sums.addPoints(points, rollup.day.getTime(), part.edgeSnapshots, at);
  }
}

/** Answers the hours that the rollup has counted to the end and that lie in the range as a whole. */
function addActive(
  stored: StoredRange,
  { day, hour, activeUs }: StoredRollup,
  { from, to }: TimeRange,
  recent: ReadonlySet<number>,
): number[] {
  const counted: number[] = [];
  activeUs.forEach((us, index) => {
    const begin = day.getTime() + index * HOUR_MS;
    if ((hour !== null && hour !== index) || recent.has(begin)) return;
    if (begin < from.getTime() || begin + HOUR_MS > to.getTime()) return;
    stored.activeUs += us;
    counted.push(begin);
  });
  return counted;
}
