import { type Entitlements, getEntitlements } from '@tidegate/contracts/billing/entitlements';
import type { Period } from '@tidegate/contracts/billing/period';
import { forbidden } from '@tidegate/contracts/kernel/problem';
import { AskFirst } from '@tidegate/database/ask-first';
import type { Tx } from '@tidegate/database/tx';
import type { Bus } from '@tidegate/messaging/bus';
import { clock } from '@tidegate/runtime/clock';
import { findStanding } from './entitlement-snapshot.rows.ts';
import { keepSnapshot } from './keep-snapshot.ts';
import { type MeterPeriods, periodsByMeter } from './meter-periods.rules.ts';

/** What an organisation may do, and how its time is divided at one moment. */
export interface Standing {
  snapshot: Entitlements;
  periods: MeterPeriods;
  timeZone: string;
  /** The day of the organisation. */
  day: Period;
  now: number;
}

/** As the writer of events needs it. */
export const timesOf = ({ snapshot: { orgId }, periods, timeZone }: Standing) => ({
  times: new Map([[orgId, { periods, zone: timeZone }]]),
});

const DAY_MS = 86_400_000;

/** Billing is asked when its event has not arrived yet. */
export async function requireStanding(tx: Tx, bus: Bus, now = clock.now()): Promise<Standing> {
  const known = await findStored(tx, now);
  if (known) return known;
  const start = Math.floor(now / DAY_MS) * DAY_MS;
  const snapshot = await bus.call(getEntitlements, {}, { orgId: owner(tx) });
  return { ...divided(snapshot), timeZone: 'UTC', day: { start, end: start + DAY_MS }, now };
}

/** The same, stored first, so that writes in this transaction find the organisation's periods and quotas. */
export async function requireStoredStanding(tx: Tx, bus: Bus, now = clock.now()): Promise<Standing> {
  const known = await findStored(tx, now);
  if (known) return known;
  const orgId = owner(tx);
  throw new AskFirst(async () => {
    const fetched = await bus.call(getEntitlements, {}, { orgId });
    return (next) => keepSnapshot(next.as({ orgId }), fetched);
  });
}

/** Undefined while no snapshot is stored. */
export async function findStored(tx: Tx, now = clock.now()): Promise<Standing | undefined> {
  const row = await findStanding(tx, owner(tx), new Date(now).toISOString());
  if (!row) return undefined;
  const day = { start: row.start.getTime(), end: row.stop.getTime() };
  return { ...divided(row.snapshot), timeZone: row.time_zone, day, now };
}

const divided = (snapshot: Entitlements) => ({ snapshot, periods: periodsByMeter(snapshot) });

function owner({ orgId }: Tx): string {
  if (!orgId) throw forbidden({}, 'Usage belongs to an organisation: call with one.');
  return orgId;
}
