import { setImmediate } from 'node:timers/promises';
import type { Tx } from '@tidegate/database/tx';
import type { TimeRange } from '../kernel/storage/range.rules.ts';
import { startOfMonth } from '../kernel/storage/rollup-pieces.rules.ts';
import { decodeSnapshotHours } from './month.rows.ts';
import { statementSnapshots } from './recent-samples.rows.ts';
import { decodePointsOf, decodeSnapshots, decodeSnapshotTimes, decodeSums } from './rollup.rows.ts';
import { StepSums } from './steps.rules.ts';
import { snapshotHoursIn, statementRollupsIn } from './stored-rollups.rows.ts';

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
  const wholeHours = step % HOUR_SECONDS === 0;
  const rollups = await statementRollupsIn(tx, serverId, statementId, range, wholeHours);
  const months = wholeHours ? await snapshotHoursIn(tx, serverId, range) : [];
  const hoursOf = new Map(months.map(({ month, hours }) => [month.getTime(), decodeSnapshotHours(hours)]));
  for (const [monthMs, hours] of hoursOf) sums.addSnapshotHours(hours, monthMs);
  const ofMonth = (dayMs: number) => {
    const monthMs = startOfMonth(dayMs);
    return sums.stepsOfDay(hoursOf.get(monthMs) ?? [], dayMs - monthMs, monthMs);
  };
  for (const [index, { day, inMonth, snapshots, points, hours }] of rollups.entries()) {
    const dayMs = day.getTime();
    const steps = snapshots && stepsOf(sums, snapshots, dayMs, inMonth);
    if (points) sums.addPoints(decodePointsOf(points, statementId), steps ?? ofMonth(dayMs), statementId);
    if (hours) sums.addHours(decodeSums(hours), dayMs);
    if (index % AT_A_TIME === 0) await setImmediate();
  }
  for (const { at, spanUs, gap, point } of await statementSnapshots(tx, serverId, statementId, range)) {
    sums.addSnapshot(at, spanUs, gap);
    if (point) sums.addPoint(at, point.partial, point.counters);
  }
  return sums;
}

/** The step of each snapshot; those that their month has are not counted again. */
const stepsOf = (sums: StepSums, snapshots: Buffer, dayMs: number, inMonth: boolean): Int32Array =>
  inMonth ? sums.stepsOf(decodeSnapshotTimes(snapshots), dayMs) : sums.addSnapshots(decodeSnapshots(snapshots), dayMs);
