import type { CandleInterval } from '@tidegate/contracts/bot-executor/candles';
import type { Tx } from '@tidegate/database/tx';

/** Waits for running batches, which have read the earlier candles: their bots are compared afterwards. */
export const lockBotsOver = (
  tx: Tx,
  { market, interval }: { market: string; interval: CandleInterval },
): Promise<{ id: string; starts_at: Date | null; decided_up_to: Date | null }[]> =>
  tx.query(
    `select id, starts_at, decided_up_to from bots
      where org_id = $1 and source = 'imported' and interval = $2 and settings->>'market' = $3
      order by id for update`,
    [tx.orgId, interval, market],
  );

export const addLateCandles = (tx: Tx, id: string, { count, from }: { count: number; from: Date }): Promise<unknown> =>
  tx.query(
    'update bots set late_candles = late_candles + $3, late_from = least(late_from, $4) where org_id = $1 and id = $2',
    [tx.orgId, id, count, from],
  );
