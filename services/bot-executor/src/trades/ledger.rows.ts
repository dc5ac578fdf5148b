import type { LedgerEntry, LedgerKind, LedgerSort } from '@tidegate/contracts/bot-executor/trades';
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

export interface LedgerFilter {
  botId: string;
  kind?: LedgerKind | undefined;
  sort: LedgerSort;
}

/** From an entry on, in the order of the ledger or against it. */
export function listLedgerRows(
  tx: Tx,
  { botId, kind, sort }: LedgerFilter,
  limit: number,
  from: number | undefined,
): Promise<LedgerRow[]> {
  const [after, order] = sort === 'oldest' ? ['>', 'asc'] : ['<', 'desc'];
  return tx.query<LedgerRow>(
    `select sequence, kind, amount, balance, trade_id, order_id, at from ledger
      where org_id = $1 and bot_id = $2 and ($3::text is null or kind = $3)
        and ($4::bigint is null or sequence ${after} $4) order by sequence ${order} limit $5`,
    [tx.orgId, botId, kind ?? null, from ?? null, limit],
  );
}

/** What is stored of a bot is bounded, and so is what is counted. */
export const countLedger = (tx: Tx, { botId }: Pick<LedgerFilter, 'botId'>) =>
  tx.query<{ kind: LedgerKind; count: number }>(
    'select kind, count(*)::int as count from ledger where org_id = $1 and bot_id = $2 group by 1',
    [tx.orgId, botId],
  );
