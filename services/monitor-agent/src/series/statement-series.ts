import { setImmediate } from 'node:timers/promises';
import type { Tx } from '@tidegate/database/tx';
import type { TimeRange } from '../storage/samples.ts';
import { decodeLooks, decodePoints } from './columns.rules.ts';
import { statementLooks } from './hot-looks.rows.ts';
import { StepSums } from './steps.rules.ts';
import { statementBlocksIn } from './stored-blocks.rows.ts';

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
  const blocks = await statementBlocksIn(tx, serverId, statementId, range);
  for (const [index, { day, looks, pack }] of blocks.entries()) {
    sums.addBlock(decodeLooks(looks), pack ? decodePoints(pack) : undefined, day.getTime(), statementId);
    if (index % AT_A_TIME === 0) await setImmediate();
  }
  for (const { at, spanUs, gap, point } of await statementLooks(tx, serverId, statementId, range)) {
    sums.addLook(at, spanUs, gap);
    if (point) sums.addPoint(at, point.partial, point.counters);
  }
  return sums;
}
