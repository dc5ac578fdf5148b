import { setImmediate } from 'node:timers/promises';
import type { Tx } from '@tidegate/database/tx';
import type { TimeRange } from '../storage/samples.ts';
import { decodeLooks, decodePoints, LOOK, POINT, rowsOf } from './columns.rules.ts';
import { statementLooks } from './hot-looks.rows.ts';
import { StepSums } from './steps.rules.ts';
import { type StatementBlock, statementBlocksIn } from './stored-blocks.rows.ts';

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
  for (const [index, block] of blocks.entries()) {
    addBlock(sums, block, statementId);
    if (index % AT_A_TIME === 0) await setImmediate();
  }
  for (const { at, spanUs, gap, point } of await statementLooks(tx, serverId, statementId, range)) {
    sums.addLook(at, spanUs, gap);
    if (point) sums.addPoint(at, point.partial, (index) => point.counters[index] ?? 0);
  }
  return sums;
}

function addBlock(sums: StepSums, { day, looks: blob, pack }: StatementBlock, statementId: number): void {
  const looks = decodeLooks(blob);
  const at = (look: number) => day.getTime() + (looks[LOOK.at]?.[look] ?? 0);
  for (let look = 0; look < rowsOf(looks); look += 1)
    sums.addLook(at(look), looks[LOOK.spanUs]?.[look] ?? 0, looks[LOOK.gap]?.[look] === 1);
  if (!pack) return;
  const points = decodePoints(pack);
  for (let row = 0; row < rowsOf(points); row += 1) {
    if (points[POINT.id]?.[row] !== statementId) continue;
    const look = points[POINT.look]?.[row] ?? 0;
    sums.addPoint(at(look), points[POINT.partial]?.[row] === 1, (index) => points[POINT.counters + index]?.[row] ?? 0);
  }
}
