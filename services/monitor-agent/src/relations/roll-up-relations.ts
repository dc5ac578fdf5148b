import type { Tx } from '@tidegate/database/tx';
import type { SampleTable } from '../kernel/storage/sample.rows.ts';
import {
  lastSampleBefore,
  lockRollups,
  type RolledRange,
  rolledRange,
  rollUpRelations,
  storeRolledRange,
} from './relation-rollups.rows.ts';
import { startOfDay, startOfHour, startOfMonth, startOfNextMonth } from './rollup-pieces.rules.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** An hour is counted when it has been over for so long: no transaction that stores a sample of it is still open. */
const AFTER_MS = HOUR_MS / 4;

const between = (from: number, to: number) => ({ from: new Date(from), to: new Date(to) });

/** Up to when hours are to be counted. */
export const dueUntil = (now: number): number => startOfHour(now - AFTER_MS);

/** The hours up to now, at most to the end of a day; false when there is none. Begins with the hour that has just ended. */
export async function rollUpForward(tx: Tx, serverId: string, now: number): Promise<boolean> {
  if (!(await lockRollups(tx, serverId))) return false;
  const due = dueUntil(now);
  const rolled = await rolledRange(tx, serverId);
  if (!rolled) {
    await storeRolledRange(tx, serverId, { from: new Date(due), until: new Date(due) });
    return true;
  }
  const from = rolled.until.getTime();
  const until = Math.min(due, startOfDay(from) + DAY_MS);
  if (until <= from) return false;
  await rollUpHours(tx, serverId, from, until);
  await extendTo(tx, serverId, { from: rolled.from, until: new Date(until) }, [startOfDay(from)]);
  return true;
}

/** A day of what there was before; false when there is nothing older. */
export async function rollUpBackward(tx: Tx, serverId: string): Promise<boolean> {
  if (!(await lockRollups(tx, serverId))) return false;
  const rolled = await rolledRange(tx, serverId);
  if (!rolled?.from) return false;
  const last = await lastSampleBefore(tx, serverId, rolled.from);
  const before = rolled.from.getTime();
  // Where there are no samples is nothing to count.
  const until = last && Math.min(before, startOfHour(last.getTime()) + HOUR_MS);
  const from = until && startOfDay(until - 1);
  if (from && until) await rollUpHours(tx, serverId, from, until);
  const days = new Set([startOfDay(before - 1), ...(from ? [from] : [])]);
  await extendTo(tx, serverId, { from: from ? new Date(from) : null, until: rolled.until }, days);
  return from !== undefined;
}

/** One by one: a day of a server with ten thousand tables in one statement would be cut off by its time-out. */
async function rollUpHours(tx: Tx, serverId: string, from: number, until: number): Promise<void> {
  for (let hour = from; hour < until; hour += HOUR_MS)
    await rollUpRelations(tx, serverId, 'hour', between(hour, hour + HOUR_MS));
}

/** With the days that are whole now, and their months so far. */
async function extendTo(tx: Tx, serverId: string, rolled: RolledRange, days: Iterable<number>): Promise<void> {
  for (const day of days) await rollUpDay(tx, serverId, rolled, day);
  await storeRolledRange(tx, serverId, rolled);
}

async function rollUpDay(
  tx: Tx,
  serverId: string,
  rolled: RolledRange,
  day: number,
  kinds?: SampleTable[],
): Promise<void> {
  const from = rolled.from?.getTime() ?? Number.NEGATIVE_INFINITY;
  const until = startOfDay(rolled.until.getTime());
  if (from > day || day >= until) return;
  await rollUpRelations(tx, serverId, 'day', between(day, day + DAY_MS), kinds);
  const month = startOfMonth(day);
  if (from > month) return;
  await rollUpRelations(tx, serverId, 'month', between(month, Math.min(startOfNextMonth(month), until)), kinds);
}

/** After a sample was stored that came late: what is added up already of that time is counted again. */
export async function rollUpLate(
  tx: Tx,
  kind: SampleTable,
  { serverId, takenAt }: { serverId: string; takenAt: Date },
): Promise<void> {
  const at = takenAt.getTime();
  await lockRollups(tx, serverId);
  const rolled = await rolledRange(tx, serverId);
  if (!rolled || at >= rolled.until.getTime() || at < (rolled.from?.getTime() ?? at)) return;
  const hour = startOfHour(at);
  await rollUpRelations(tx, serverId, 'hour', between(hour, hour + HOUR_MS), [kind]);
  await rollUpDay(tx, serverId, rolled, startOfDay(at), [kind]);
}
