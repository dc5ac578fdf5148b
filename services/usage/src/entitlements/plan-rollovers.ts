import type { Entitlements } from '@tidegate/contracts/billing/entitlements';
import { windowAt } from '@tidegate/contracts/billing/period';
import type { Tx } from '@tidegate/database/tx';
import { type MeterPeriods, stepsOf } from './meter-periods.rules.ts';
import { boundRollovers, type RolloverWindow, saveRunning } from './rollover.rows.ts';

/** The loop that carries what is left of windows that are over. */
export const CARRY_OVER = 'carry-over';

type Features = Pick<Entitlements, 'features'>;

/** The window of a meter that carries what is left of it, as the plan is; undefined: nothing of it is carried. */
export function carryingWindow(
  { features }: Features,
  periods: MeterPeriods,
  meter: string,
  at: number,
): RolloverWindow | undefined {
  const grant = features[meter];
  if (grant?.kind !== 'metered' || !grant.rollover || grant.limit === null) return undefined;
  const { start, end } = windowAt(stepsOf(periods, meter), grant.per === 'period' ? 'period' : 'month', at);
  return { meter, start, stop: end, quota: grant.limit, terms: grant.rollover };
}

export const carries = ({ features }: Features): boolean =>
  Object.values(features).some((grant) => grant.kind === 'metered' && grant.rollover !== undefined);

/** What is carried follows the plan: at most as much as it says, and nothing where it says nothing. */
export async function planRollovers(
  tx: Tx,
  snapshot: Entitlements,
  before: Entitlements | undefined,
  periods: MeterPeriods,
  now: number,
): Promise<void> {
  if (!carries(snapshot) && !(before && carries(before))) return;
  const windows = Object.keys(snapshot.features).flatMap(
    (meter) => carryingWindow(snapshot, periods, meter, now) ?? [],
  );
  const most = Object.fromEntries(windows.map(({ meter, terms }) => [meter, terms.max]));
  await boundRollovers(tx, snapshot.orgId, most, now);
  await saveRunning(tx, snapshot.orgId, windows, now);
}
