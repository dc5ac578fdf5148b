import type { Halt, Resumed, Waiting, WaitingReason } from '@tidegate/contracts/bot-executor/bot-reasons';
import { WAITING_TEXTS } from '@tidegate/contracts/bot-executor/waiting-texts';
import type { Tx } from '@tidegate/database/tx';

/* What a bot reports about itself besides its trades: why it is idle or halted, and how it resumed after a stop. */

export interface WaitingState {
  reason: WaitingReason;
  since: string;
}

export const waitingToWire = (waiting: WaitingState | null): Waiting | null =>
  waiting && { ...waiting, message: WAITING_TEXTS[waiting.reason] };

/** After the candle that starts at `at`; unchanged as long as the reason stays the same. */
export function waitingSince(
  before: WaitingState | null,
  reason: WaitingReason | undefined,
  at: number,
): WaitingState | null {
  if (!reason) return null;
  return before?.reason === reason ? before : { reason, since: new Date(at).toISOString() };
}

export const storeWaitingState = (tx: Tx, id: string, waiting: WaitingState | null): Promise<unknown> =>
  tx.query('update bots set waiting = $3 where org_id = $1 and id = $2', [tx.orgId, id, waiting]);

export const storeHalt = (tx: Tx, id: string, halt: Halt): Promise<unknown> =>
  tx.query('update bots set halted = $3, waiting = null where org_id = $1 and id = $2', [tx.orgId, id, halt]);

/** The person who starts it again has dealt with the cause: it may buy again, and refusals are counted from zero. */
export const liftHalt = (tx: Tx, id: string): Promise<unknown> =>
  tx.query("update bots set state = state - 'halted' - 'refused' where org_id = $1 and id = $2", [tx.orgId, id]);

/** Candles up to `decidedUpTo` are skipped, the last of which closed at `lastPrice`; those up to `tradesAfter` are decided on and not traded. */
export const storeResumed = (
  tx: Tx,
  id: string,
  {
    resumed,
    decidedUpTo,
    lastPrice,
    tradesAfter,
  }: {
    resumed: Resumed;
    decidedUpTo?: Date | undefined;
    lastPrice?: string | undefined;
    tradesAfter?: Date | undefined;
  },
): Promise<unknown> =>
  tx.query(
    `update bots set resumed = $3, decided_up_to = greatest(decided_up_to, $4), trades_after = $5,
            last_price = coalesce($6, last_price)
      where org_id = $1 and id = $2`,
    [tx.orgId, id, resumed, decidedUpTo ?? null, tradesAfter ?? null, lastPrice ?? null],
  );
