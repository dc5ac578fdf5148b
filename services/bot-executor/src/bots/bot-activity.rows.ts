import type { BotFill, BotOrder } from '@tidegate/contracts/bot-executor/bot-history';
import type { Tx } from '@tidegate/database/tx';

export interface ActivityRange {
  from: Date | undefined;
  to: Date | undefined;
  limit: number;
}

/*
 * Trades of a bot follow each other, so a range of time is a range of its trades, which are found by their number without an
 * index of times: those are read, and of their orders and fills what lies in the range.
 */
const TRADES_IN_RANGE = `select id, number from trades where org_id = $1 and bot_id = $2
   and opened_at < coalesce($4::timestamptz, 'infinity') and coalesce(closed_at, 'infinity') >= coalesce($3::timestamptz, '-infinity')
   order by number desc limit $5`;

/** The newest of the range, oldest first. */
export async function ordersBetween(tx: Tx, botId: string, range: ActivityRange): Promise<BotOrder[]> {
  const rows = await tx.query<Omit<BotOrder, 'tradeId' | 'placedAt'> & { trade_id: string; placed_at: Date }>(
    `select o.id, o.key, o.kind, o.side, o.type, o.price, o.quantity, o.status, o.placed_at, o.trade_id, t.number as trade
       from (${TRADES_IN_RANGE}) t join orders o on o.org_id = $1 and o.trade_id = t.id
      where o.placed_at >= coalesce($3::timestamptz, '-infinity') and o.placed_at < coalesce($4::timestamptz, 'infinity')
      order by o.position desc limit $5`,
    values(tx, botId, range),
  );
  return rows
    .map(({ trade_id, placed_at, ...order }) => ({ ...order, tradeId: trade_id, placedAt: placed_at.toISOString() }))
    .reverse();
}

export async function fillsBetween(tx: Tx, botId: string, range: ActivityRange): Promise<BotFill[]> {
  const rows = await tx.query<
    Omit<BotFill, 'tradeId' | 'orderId' | 'at'> & { trade_id: string; order_id: string; at: Date }
  >(
    `select f.price, f.quantity, f.value, f.fee, f.at, f.order_id, f.trade_id, t.number as trade, o.kind, o.side
       from (${TRADES_IN_RANGE}) t join fills f on f.org_id = $1 and f.trade_id = t.id
       join orders o on o.org_id = $1 and o.id = f.order_id
      where f.at >= coalesce($3::timestamptz, '-infinity') and f.at < coalesce($4::timestamptz, 'infinity')
      order by f.position desc limit $5`,
    values(tx, botId, range),
  );
  return rows
    .map(({ trade_id, order_id, at, ...fill }) => ({
      ...fill,
      tradeId: trade_id,
      orderId: order_id,
      at: at.toISOString(),
    }))
    .reverse();
}

const values = (tx: Tx, botId: string, { from, to, limit }: ActivityRange): unknown[] => [
  tx.orgId,
  botId,
  from ?? null,
  to ?? null,
  limit,
];

/** What the wallet and the position were from an instant on. */
export interface BotStep {
  at: number;
  /** Sum of the ledger up to then, and what is held: below zero for short. null: as before. */
  balance: string | null;
  change: string | null;
}

/** In the order of time, from where the stored history is complete on. */
export async function equitySteps(tx: Tx, botId: string): Promise<BotStep[]> {
  const rows = await tx.query<{ at: Date; balance: string | null; change: string | null }>(
    `with complete as (
       select case when coalesce((select min(sequence) from ledger where org_id = $1 and bot_id = $2), 1) > 1
                     or (select expired_sums <> '{}' from bots where org_id = $1 and id = $2)
                   then greatest((select min(at) from ledger where org_id = $1 and bot_id = $2),
                                 (select min(opened_at) from trades where org_id = $1 and bot_id = $2))
                   else '-infinity'::timestamptz end as since),
     cash as (
       select distinct on (at) at, trim_scale(balance)::text as balance from ledger where org_id = $1 and bot_id = $2
        order by at, sequence desc),
     held as (
       select f.at, trim_scale(sum(case o.side when 'buy' then f.quantity else -f.quantity end))::text as change
         from fills f join orders o on o.org_id = $1 and o.id = f.order_id
        where f.org_id = $1 and f.bot_id = $2 group by f.at)
     select coalesce(cash.at, held.at) as at, balance, change
       from cash full join held on held.at = cash.at, complete
      where coalesce(cash.at, held.at) >= complete.since order by 1`,
    [tx.orgId, botId],
  );
  return rows.map(({ at, balance, change }) => ({ at: at.getTime(), balance, change }));
}
