import type { CandleInterval } from '@tidegate/contracts/bot-executor/candles';
import type { Tx } from '@tidegate/database/tx';

/*
 * Candles that come, or change, after a bot has decided on their time: what it did stays, and is no longer what the
 * same settings do over the same candles. The bot says so.
 */

/** Times, ascending, of candles that are new and of those that are other than before. */
export async function noteLateCandles(
  tx: Tx,
  { market, interval }: { market: string; interval: CandleInterval },
  changed: readonly (readonly number[])[],
): Promise<void> {
  if (changed.every((times) => times.length === 0)) return;
  // A batch that is under way has read the candles from before: its bot is looked at when it has ended.
  const bots = await tx.query<{ id: string; starts_at: Date | null; decided_up_to: Date | null }>(
    `select id, starts_at, decided_up_to from bots
      where org_id = $1 and source = 'imported' and interval = $2 and settings->>'market' = $3
      order by id for update`,
    [tx.orgId, interval, market],
  );
  for (const { id, starts_at, decided_up_to } of bots) {
    const range = { from: starts_at?.getTime() ?? 0, to: decided_up_to?.getTime() ?? -1 };
    const late = changed.map((times) => within(times, range)).filter(({ count }) => count > 0);
    if (late.length === 0) continue;
    const count = late.reduce((sum, one) => sum + one.count, 0);
    const first = Math.min(...late.map((one) => one.first));
    await tx.query(
      `update bots set late_candles = late_candles + $3, late_from = least(late_from, $4)
        where org_id = $1 and id = $2`,
      [tx.orgId, id, count, new Date(first)],
    );
  }
}

function within(
  times: readonly number[],
  { from, to }: { from: number; to: number },
): { count: number; first: number } {
  const [begin, end] = [firstAfter(times, from - 1), firstAfter(times, to)];
  return { count: Math.max(0, end - begin), first: times[begin] ?? 0 };
}

/** Place of the first time that is later. */
function firstAfter(times: readonly number[], instant: number): number {
  let [low, high] = [0, times.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((times[middle] as number) <= instant) low = middle + 1;
    else high = middle;
  }
  return low;
}
