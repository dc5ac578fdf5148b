import { setImmediate } from 'node:timers/promises';
import type { Tx } from '@tidegate/database/tx';
import type { TimeRange } from '../kernel/storage/range.rules.ts';
import { columnOf, POINT, SNAPSHOT, SUM } from './columns.rules.ts';
import { decodeDaysOf } from './month.rows.ts';
import { type PartOfRollup, partOfRollup, withoutHours } from './range-parts.rules.ts';
import { recentHours } from './recent-samples.rows.ts';
import { decodePoints, decodePointsUntil, decodeSnapshots, decodeSums } from './rollup.rows.ts';
import { STATEMENT_COUNTERS } from './statement-counters.rules.ts';
import { StatementSums, type Wanted } from './statement-sums.rules.ts';
import { chunksOf, rollupsIn, type StoredRollup } from './stored-rollups.rows.ts';

/*
 * Statements of a range as far as they are stored in rollups: sums of whole months and whole rollups; of the rollups at the ends, sums of
 * whole hours and single points of the hours that the range cuts. Statements that share a chunk have no sums by hour:
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
}

const HOUR_MS = 3_600_000;
/** Chunks that are decoded before others get their turn: a few milliseconds. */
const AT_A_TIME = 32;

export async function storedRange(
  tx: Tx,
  serverId: string,
  range: TimeRange,
  wanted: Wanted = {},
): Promise<StoredRange> {
  const blobs = blobsOf(wanted);
  const stored: StoredRange = {
    sums: new StatementSums(wanted),
    spanUs: 0,
    gaps: 0,
    resets: 0,
    lostUs: 0,
    evictions: 0,
    activeUs: 0,
    uncounted: [],
  };
  const counted: number[] = [];
  // The active time of late samples is in no rollup yet.
  const recent = await recentHours(tx, serverId, range);
  for (const rollup of await rollupsIn(tx, serverId, range, wanted.slices !== undefined)) {
    if (rollup.sums) addWhole(stored, rollup, rollup.sums, blobs);
    else await addPart(tx, serverId, range, stored, rollup, blobs);
    counted.push(...addActive(stored, rollup, range, recent));
    // A long range must not keep everybody else waiting.
    await setImmediate();
  }
  stored.uncounted = withoutHours(range, counted);
  return stored;
}

/** How blobs are read: as far as their counters are wanted. */
function blobsOf({ only }: Wanted) {
  if (!only) return { sums: decodeSums, points: decodePoints };
  const [sums, points] = [SUM, POINT].map(({ counters }) => {
    const own = Array.from({ length: counters }, (_, column) => column);
    return new Set([...own, ...only.map((name) => counters + STATEMENT_COUNTERS.indexOf(name))]);
  });
  return { sums: (blob: Buffer) => decodeSums(blob, sums), points: (blob: Buffer) => decodePoints(blob, points) };
}
type Blobs = ReturnType<typeof blobsOf>;

function addWhole(stored: StoredRange, { days, ...rollup }: StoredRollup, blob: Buffer, { sums }: Blobs): void {
  if (days) stored.sums.addMonth(sums(blob), (ids) => decodeDaysOf(days, ids), rollup.day.getTime());
  else stored.sums.addSums(sums(blob), rollup.day.getTime());
  stored.spanUs += rollup.spanUs;
  stored.gaps += rollup.gaps;
  stored.resets += rollup.resets;
  stored.lostUs += rollup.lostUs;
  stored.evictions += rollup.evictions;
}

async function addPart(
  tx: Tx,
  serverId: string,
  range: TimeRange,
  stored: StoredRange,
  rollup: StoredRollup,
  blobs: Blobs,
): Promise<void> {
  if (!rollup.snapshots) return;
  const snapshots = decodeSnapshots(rollup.snapshots);
  const dayMs = rollup.day.getTime();
  const part = partOfRollup(snapshots, dayMs, range);
  const sum = (column: number) =>
    [...part.snapshots].reduce((total, row) => total + (snapshots[column]?.[row] ?? 0), 0);
  stored.spanUs += sum(SNAPSHOT.spanUs);
  stored.gaps += sum(SNAPSHOT.gap);
  stored.resets += sum(SNAPSHOT.reset);
  stored.lostUs += sum(SNAPSHOT.lostUs);
  stored.evictions += sum(SNAPSHOT.evictions);
  if (part.snapshots.size > 0)
    await addChunks(tx, serverId, stored, rollup, part, columnOf(snapshots, SNAPSHOT.at), blobs);
}

async function addChunks(
  tx: Tx,
  serverId: string,
  stored: StoredRange,
  rollup: StoredRollup,
  part: PartOfRollup,
  snapshotsAt: Float64Array,
  blobs: Blobs,
): Promise<void> {
  const dayMs = rollup.day.getTime();
  const wanted = { points: part.edgeSnapshots.size > 0, hours: part.wholeHours.size > 0 };
  const lastEdge = Math.max(-1, ...part.edgeSnapshots);
  const chunks = await chunksOf(tx, serverId, rollup, wanted);
  for (const [index, { shared, points, hours }] of chunks.entries()) {
    if (hours) stored.sums.addSums(blobs.sums(hours), dayMs, part.wholeHours);
    if (points && shared) stored.sums.addPoints(blobs.points(points), dayMs, part.snapshots, snapshotsAt);
    if (points && !shared)
      stored.sums.addPoints(decodePointsUntil(points, lastEdge), dayMs, part.edgeSnapshots, snapshotsAt);
    if (index % AT_A_TIME === 0) await setImmediate();
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
