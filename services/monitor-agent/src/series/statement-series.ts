import { setImmediate } from 'node:timers/promises';
import type { Tx } from '@tidegate/database/tx';
import type { TimeRange } from '../kernel/storage/range.rules.ts';
import { statementSnapshots } from './recent-samples.rows.ts';
import { decodePoints, decodeSnapshots, decodeSums } from './rollup.rows.ts';
import { StepSums } from './steps.rules.ts';
import { statementRollupsIn } from './stored-rollups.rows.ts';

const HOUR_SECONDS = 3_600;
/** Rollups that are decoded before others get their turn: a few milliseconds. */
const AT_A_TIME = 16;

/** One statement over any range, from rollups and samples; `tx` is of one moment. */
export async function statementSeries(
  tx: Tx,
  serverId: string,
  statementId: number,
  range: TimeRange,
  step: number,
): Promise<StepSums> {
  const sums = new StepSums(range, step);
  const rollups = await statementRollupsIn(tx, serverId, statementId, range, step % HOUR_SECONDS === 0);
  for (const [index, { day, snapshots, points, hours }] of rollups.entries()) {
    const steps = sums.addSnapshots(decodeSnapshots(snapshots), day.getTime());
    if (points) sums.addPoints(decodePoints(points), steps, statementId);
    if (hours) sums.addHours(decodeSums(hours), day.getTime());
    if (index % AT_A_TIME === 0) await setImmediate();
  }
  for (const { at, spanUs, gap, point } of await statementSnapshots(tx, serverId, statementId, range)) {
    sums.addSnapshot(at, spanUs, gap);
    if (point) sums.addPoint(at, point.partial, point.counters);
  }
  return sums;
}
