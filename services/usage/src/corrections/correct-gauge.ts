import type { Tx } from '@tidegate/database/tx';
import type { Emit } from '@tidegate/messaging/handler';
import type { Standing } from '../entitlements/standing.ts';
import { changePoint, recompute, type StoredPoint } from '../gauges/gauge.rows.ts';
import { announce } from '../gauges/write-gauges.ts';

/** A value becomes another one, or never was: the one before it holds on. All that it has changed follows. */
export async function correctGauge(
  tx: Tx,
  emit: Emit,
  standing: Standing,
  { point, key, value, voided }: { point: StoredPoint; key: string; value: number; voided: boolean },
): Promise<void> {
  const { orgId } = standing.snapshot;
  const { meter, series } = point;
  await changePoint(tx, orgId, key, { value, voided });
  await recompute(tx, orgId, [{ meter, series, since: point.at.toISOString() }]);
  await announce(tx, emit, standing, [meter]);
}
