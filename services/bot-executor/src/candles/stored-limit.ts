import { candlesFull } from '@tidegate/contracts/bot-executor/candles';
import type { Tx } from '@tidegate/database/tx';

/** Of an organisation: nearly ten years of minutes, some 25 MB. */
export const MAX_STORED_CANDLES = 5_000_000;
/** Stretches of 4,096 intervals that have any candle. */
const MAX_STORED_CHUNKS = 5_000;

/** After an import, in its transaction, which keeps other imports of the organisation waiting. */
export async function refuseFull(tx: Tx): Promise<void> {
  const stored = await tx.one<{ candles: number; chunks: number }>(
    'select coalesce(sum(candles), 0)::int as candles, count(*)::int as chunks from imported_chunks where org_id = $1',
    [tx.orgId],
  );
  const { candles, chunks } = stored ?? { candles: 0, chunks: 0 };
  if (candles <= MAX_STORED_CANDLES && chunks <= MAX_STORED_CHUNKS) return;
  throw candlesFull(
    { candles, limit: MAX_STORED_CANDLES },
    `An organisation keeps at most ${MAX_STORED_CANDLES} candles, in at most ${MAX_STORED_CHUNKS} stretches of 4,096 intervals. Delete a series first: DELETE /api/v1/candles/imports.`,
  );
}
