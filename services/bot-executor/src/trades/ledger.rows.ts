import type { LedgerEntry } from '@tidegate/contracts/bot-executor/trades';
import type { Tx } from '@tidegate/database/tx';

export interface LedgerRow {
  sequence: string;
  kind: LedgerEntry['kind'];
  amount: string;
  balance: string;
  trade_id: string;
  order_id: string;
  at: Date;
}

export const toWire = (row: LedgerRow): LedgerEntry => ({
  sequence: Number(row.sequence),
  kind: row.kind,
  amount: row.amount,
  balance: row.balance,
  tradeId: row.trade_id,
  orderId: row.order_id,
  at: row.at.toISOString(),
});

/** Oldest first. */
export const listLedgerRows = (tx: Tx, botId: string, limit: number, after: number): Promise<LedgerRow[]> =>
  tx.query<LedgerRow>(
    `select sequence, kind, amount, balance, trade_id, order_id, at from ledger
      where org_id = $1 and bot_id = $2 and sequence > $3 order by sequence limit $4`,
    [tx.orgId, botId, after, limit],
  );
