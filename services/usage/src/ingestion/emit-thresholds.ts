import type { Tx } from '@tidegate/database/tx';
import type { Emit } from '@tidegate/messaging/handler';
import { emitLow } from '../balances/emit-low.ts';
import { emitReached } from '../balances/emit-reached.ts';
import { reachedIn } from '../balances/quota-alert.rows.ts';
import { asText, type MeterWindow, windowOf } from '../balances/window.rules.ts';
import { findDays } from '../entitlements/entitlement-snapshot.rows.ts';
import { type MeterPeriods, monthOf, stepsOf } from '../entitlements/meter-periods.rules.ts';
import type { Known } from './admission.rules.ts';
import type { Counted } from './usage-event.rows.ts';

/**
 * Months are compared with their limits while they are written. Other windows are sums: they are added up where a limit
 * applies to one of them now.
 */
export async function emitThresholds(
  tx: Tx,
  emit: Emit,
  { reached, others }: Counted,
  { known, now }: { known: Known; now: number },
): Promise<void> {
  await emitReached(tx, emit, reached, ({ org_id, meter, period_start }) => {
    const periods = periodsOf(known, org_id);
    return asText({ periods }, { meter, per: 'month', ...monthOf(stepsOf(periods, meter), Date.parse(period_start)) });
  });
  if (others.length === 0) return;
  const windows = await windowsOf(tx, others, known, now);
  await emitReached(tx, emit, await reachedIn(tx, [...windows.values()]), ({ org_id, meter }) => {
    const window = windows.get(keyOf(org_id, meter));
    if (!window) throw new Error('Only windows that were looked at reach a threshold.');
    return asText({ periods: periodsOf(known, org_id) }, window);
  });
  await emitLow(tx, emit, [...windows.values()]);
}

async function windowsOf(
  tx: Tx,
  others: Counted['others'],
  known: Known,
  now: number,
): Promise<Map<string, MeterWindow & { orgId: string }>> {
  const daily = new Set(others.flatMap(({ org_id, per }) => (per === 'day' ? org_id : [])));
  const days = daily.size === 0 ? [] : await findDays(tx, [...daily], new Date(now).toISOString());
  const dayOf = new Map(
    days.map(({ org_id, start, stop }) => [org_id, { start: start.getTime(), end: stop.getTime() }]),
  );
  return new Map(
    others.map(({ org_id, meter, per }) => {
      const standing = { periods: periodsOf(known, org_id), day: dayOf.get(org_id) ?? { start: now, end: now }, now };
      return [keyOf(org_id, meter), { orgId: org_id, ...windowOf(standing, meter, per) }];
    }),
  );
}

function periodsOf({ times }: Known, org: string): MeterPeriods {
  const known = times.get(org);
  if (!known) throw new Error('Only events of known organisations are counted.');
  return known.periods;
}

const keyOf = (org: string, meter: string): string => `${org} ${meter}`;
