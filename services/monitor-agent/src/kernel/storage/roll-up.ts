import type { Tx } from '@tidegate/database/tx';
import {
  lastSampleBefore,
  lockRollups,
  type RolledRange,
  type RolledSums,
  rolledRange,
  storeRolledRange,
} from './rolled-ranges.rows.ts';
import { startOfDay, startOfHour, startOfMonth, startOfNextMonth } from './rollup-pieces.rules.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** An hour is counted when it has been over for so long: no transaction that stores a sample of it is still open. */
const AFTER_MS = HOUR_MS / 4;

const between = (from: number, to: number) => ({ from: new Date(from), to: new Date(to) });

/** Up to when hours are to be counted. */
export const dueUntil = (now: number): number => startOfHour(now - AFTER_MS);

/** The hours up to now, at most to the end of a day; false when there is none. Begins with the hour that has just ended. */
export async function rollUpForward(tx: Tx, sums: RolledSums, serverId: string, now: number): Promise<boolean> {
  if (!(await lockRollups(tx, sums, serverId))) return false;
  const due = dueUntil(now);
  const rolled = await rolledRange(tx, sums, serverId);
  if (!rolled) {
    await storeRolledRange(tx, sums, serverId, { from: new Date(due), until: new Date(due) });
    return true;
  }
  const from = rolled.until.getTime();
  const until = Math.min(due, startOfDay(from) + DAY_MS);
  if (until <= from) return false;
  await rollUpHours(tx, sums, serverId, from, until);
  await extendTo(tx, sums, serverId, { from: rolled.from, until: new Date(until) }, [startOfDay(from)]);
  return true;
}

/** A day of what there was before; false when there is nothing older. */
export async function rollUpBackward(tx: Tx, sums: RolledSums, serverId: string): Promise<boolean> {
  if (!(await lockRollups(tx, sums, serverId))) return false;
  const rolled = await rolledRange(tx, sums, serverId);
  if (!rolled?.from) return false;
  const last = await lastSampleBefore(tx, sums, serverId, rolled.from);
  const before = rolled.from.getTime();
  // Where there are no samples is nothing to count.
  const until = last && Math.min(before, startOfHour(last.getTime()) + HOUR_MS);
  const from = until && startOfDay(until - 1);
  if (from && until) await rollUpHours(tx, sums, serverId, from, until);
  const days = new Set([startOfDay(before - 1), ...(from ? [from] : [])]);
  await extendTo(tx, sums, serverId, { from: from ? new Date(from) : null, until: rolled.until }, days);
  return from !== undefined;
}

/** One by one: a day of a server with ten thousand tables in one statement would be cut off by its time-out. */
async function rollUpHours(tx: Tx, sums: RolledSums, serverId: string, from: number, until: number): Promise<void> {
  for (let hour = from; hour < until; hour += HOUR_MS)
    await sums.rollUp(tx, serverId, 'hour', between(hour, hour + HOUR_MS));
}

/** With the days that are whole now, and their months so far. */
async function extendTo(
  tx: Tx,
  sums: RolledSums,
  serverId: string,
  rolled: RolledRange,
  days: Iterable<number>,
): Promise<void> {
  for (const day of days) await rollUpDay(tx, sums, serverId, rolled, day);
  await storeRolledRange(tx, sums, serverId, rolled);
}

async function rollUpDay(
  tx: Tx,
  sums: RolledSums,
  serverId: string,
  rolled: RolledRange,
  day: number,
  only?: string,
): Promise<void> {
  const from = rolled.from?.getTime() ?? Number.NEGATIVE_INFINITY;
  const until = startOfDay(rolled.until.getTime());
  if (from > day || day >= until) return;
  await sums.rollUp(tx, serverId, 'day', between(day, day + DAY_MS), only);
  const month = startOfMonth(day);
  if (from > month) return;
  await sums.rollUp(tx, serverId, 'month', between(month, Math.min(startOfNextMonth(month), until)), only);
}

/** After a sample was stored that came late: what is added up already of that time is counted again. */
export async function rollUpLate(
  tx: Tx,
  sums: RolledSums,
  table: string,
  { serverId, takenAt }: { serverId: string; takenAt: Date },
): Promise<void> {
  const at = takenAt.getTime();
  await lockRollups(tx, sums, serverId);
  const rolled = await rolledRange(tx, sums, serverId);
  if (!rolled || at >= rolled.until.getTime() || at < (rolled.from?.getTime() ?? at)) return;
  const hour = startOfHour(at);
  await sums.rollUp(tx, serverId, 'hour', between(hour, hour + HOUR_MS), table);
  await rollUpDay(tx, sums, serverId, rolled, startOfDay(at), table);
}
