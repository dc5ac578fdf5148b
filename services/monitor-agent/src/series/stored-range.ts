import { setImmediate } from 'node:timers/promises';
import type { Tx } from '@tidegate/database/tx';
import type { TimeRange } from '../kernel/storage/sample.rows.ts';
import { decodeLooks, decodePoints, decodePointsUntil, decodeSums } from './blobs.ts';
import { columnOf, LOOK } from './columns.rules.ts';
import { type PartOfBlock, partOfBlock, withoutHours } from './range-parts.rules.ts';
import { hotHours } from './recent-samples.rows.ts';
import { StatementSums } from './statement-sums.rules.ts';
import { blocksIn, packsOf, type StoredBlock } from './stored-rollups.rows.ts';

/*
 * Statements of a range as far as they are stored in blocks: sums of whole blocks; of the blocks at the ends, sums of
 * whole hours and single points of the hours that the range cuts. Statements that share a pack have no sums by hour:
 * their few points are read instead. What the blocks do not have yet lies in the
 * samples. Looks move from these into those: whoever adds up both has to see them at the same moment (`snapshot`).
 */
export interface StoredRange {
  sums: StatementSums;
  spanUs: number;
  gaps: number;
  resets: number;
  lostUs: number;
  evictions: number;
  /** Time that sessions were active in the hours that blocks have counted; the rest of the range is `uncounted`. */
  activeUs: number;
  uncounted: TimeRange[];
}

const HOUR_MS = 3_600_000;
/** Packs that are decoded before others get their turn: a few milliseconds. */
const AT_A_TIME = 32;

export async function storedRange(tx: Tx, serverId: string, range: TimeRange): Promise<StoredRange> {
  const stored: StoredRange = {
    sums: new StatementSums(),
    spanUs: 0,
    gaps: 0,
    resets: 0,
    lostUs: 0,
    evictions: 0,
    activeUs: 0,
    uncounted: [],
  };
  const counted: number[] = [];
  // The active time of late samples is in no block yet.
  const hot = await hotHours(tx, serverId, range);
  for (const block of await blocksIn(tx, serverId, range)) {
    if (block.sums) addWhole(stored, block, block.sums);
    else await addPart(tx, serverId, range, stored, block);
    counted.push(...addActive(stored, block, range, hot));
    // A long range must not keep everybody else waiting.
    await setImmediate();
  }
  stored.uncounted = withoutHours(range, counted);
  return stored;
}

function addWhole(stored: StoredRange, block: StoredBlock, sums: Buffer): void {
  stored.sums.addSums(decodeSums(sums), block.day.getTime());
  stored.spanUs += block.spanUs;
  stored.gaps += block.gaps;
  stored.resets += block.resets;
  stored.lostUs += block.lostUs;
  stored.evictions += block.evictions;
}

async function addPart(
  tx: Tx,
  serverId: string,
  range: TimeRange,
  stored: StoredRange,
  block: StoredBlock,
): Promise<void> {
  if (!block.looks) return;
  const looks = decodeLooks(block.looks);
  const dayMs = block.day.getTime();
  const part = partOfBlock(looks, dayMs, range);
  const sum = (column: number) => [...part.looks].reduce((total, row) => total + (looks[column]?.[row] ?? 0), 0);
  stored.spanUs += sum(LOOK.spanUs);
  stored.gaps += sum(LOOK.gap);
  stored.resets += sum(LOOK.reset);
  stored.lostUs += sum(LOOK.lostUs);
  stored.evictions += sum(LOOK.evictions);
  if (part.looks.size > 0) await addPacks(tx, serverId, stored, block, part, columnOf(looks, LOOK.at));
}

async function addPacks(
  tx: Tx,
  serverId: string,
  stored: StoredRange,
  block: StoredBlock,
  part: PartOfBlock,
  looksAt: Float64Array,
): Promise<void> {
  const dayMs = block.day.getTime();
  const wanted = { points: part.edgeLooks.size > 0, hours: part.wholeHours.size > 0 };
  const lastEdge = Math.max(-1, ...part.edgeLooks);
  const packs = await packsOf(tx, serverId, block, wanted);
  for (const [index, { shared, points, hours }] of packs.entries()) {
    if (hours) stored.sums.addSums(decodeSums(hours), dayMs, part.wholeHours);
    if (points && shared) stored.sums.addPoints(decodePoints(points), dayMs, part.looks, looksAt);
    if (points && !shared) stored.sums.addPoints(decodePointsUntil(points, lastEdge), dayMs, part.edgeLooks, looksAt);
    if (index % AT_A_TIME === 0) await setImmediate();
  }
}

/** Answers the hours that the block has counted to the end and that lie in the range as a whole. */
function addActive(
  stored: StoredRange,
  { day, hour, activeUs }: StoredBlock,
  { from, to }: TimeRange,
  hot: ReadonlySet<number>,
): number[] {
  const counted: number[] = [];
  activeUs.forEach((us, index) => {
    const begin = day.getTime() + index * HOUR_MS;
    if ((hour !== null && hour !== index) || hot.has(begin)) return;
    if (begin < from.getTime() || begin + HOUR_MS > to.getTime()) return;
    stored.activeUs += us;
    counted.push(begin);
  });
  return counted;
}
