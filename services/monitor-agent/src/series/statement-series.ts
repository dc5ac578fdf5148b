import { setImmediate } from 'node:timers/promises';
import type { Tx } from '@tidegate/database/tx';
import type { TimeRange } from '../kernel/storage/sample.rows.ts';
import { decodeLooks, decodePoints, decodeSums } from './blobs.ts';

import { statementLooks } from './recent-samples.rows.ts';
import { StepSums } from './steps.rules.ts';
import { statementBlocksIn } from './stored-rollups.rows.ts';

const HOUR_SECONDS = 3_600;
/** Blocks that are decoded before others get their turn: a few milliseconds. */
const AT_A_TIME = 16;

/** One statement over any range, from blocks and samples; `tx` is of one moment. */
export async function statementSeries(
  tx: Tx,
  serverId: string,
  statementId: number,
  range: TimeRange,
  step: number,
): Promise<StepSums> {
  const sums = new StepSums(range, step);
  const blocks = await statementBlocksIn(tx, serverId, statementId, range, step % HOUR_SECONDS === 0);
  for (const [index, { day, looks, points, hours }] of blocks.entries()) {
    const steps = sums.addLooks(decodeLooks(looks), day.getTime());
    if (points) sums.addPoints(decodePoints(points), steps, statementId);
    if (hours) sums.addHours(decodeSums(hours), day.getTime());
    if (index % AT_A_TIME === 0) await setImmediate();
  }
  for (const { at, spanUs, gap, point } of await statementLooks(tx, serverId, statementId, range)) {
    sums.addLook(at, spanUs, gap);
    if (point) sums.addPoint(at, point.partial, point.counters);
  }
  return sums;
}
