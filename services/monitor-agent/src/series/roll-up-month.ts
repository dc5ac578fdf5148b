import type { Tx } from '@tidegate/database/tx';
import { type DueMonth, newMonthId, storedMonth, storeMonth, takeDays } from './month.rows.ts';
import { addToMonth } from './roll-up-month.rules.ts';
import { lockSeries } from './rollup.rows.ts';

/**
 * Days become part of their month's sums, and stay: who reads a part of the month needs them. Whatever interrupts it, a day
 * is in its month or it is not.
 */
export async function rollUpMonth(tx: Tx, due: DueMonth): Promise<boolean> {
  if (!(await lockSeries(tx, due.serverId))) return false;
  const before = await storedMonth(tx, due);
  const id = before?.id ?? newMonthId();
  const days = await takeDays(tx, due, id);
  if (days.length === 0) return false;
  await storeMonth(tx, due, { id, ...addToMonth(due.month, before, days) });
  return true;
}
