import type { CandleInterval } from '@tidegate/contracts/bot-executor/candles';
import type { Tx } from '@tidegate/database/tx';

/*
 * Candles that come, or change, after a bot has decided on their time: what it did stays, and is no longer what the
 * same settings do over the same candles. The bot says so.
 */

/** `times`: of candles that are new or other than before, ascending. */
export async function noteLateCandles(
  tx: Tx,
  { market, interval }: { market: string; interval: CandleInterval },
  times: readonly number[],
): Promise<void> {
  const [first] = times;
  if (first === undefined) return;
  // A batch that is under way has read the candles from before: its bot is looked at when it has ended.
  const bots = await tx.query<{ id: string; starts_at: Date | null; decided_up_to: Date | null }>(
    `select id, starts_at, decided_up_to from bots
      where org_id = $1 and source = 'imported' and interval = $2 and settings->>'market' = $3
      order by id for update`,
    [tx.orgId, interval, market],
  );
  for (const { id, starts_at, decided_up_to } of bots) {
    const [from, to] = [starts_at?.getTime() ?? 0, decided_up_to?.getTime() ?? -1];
    const late = times.filter((at) => at >= from && at <= to);
    if (late.length === 0) continue;
    await tx.query(
      `update bots set late_candles = late_candles + $3, late_from = least(late_from, $4)
        where org_id = $1 and id = $2`,
      [tx.orgId, id, late.length, new Date(late[0] as number)],
    );
  }
}
