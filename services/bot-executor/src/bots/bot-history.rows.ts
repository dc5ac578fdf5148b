import { orNotFound } from '@tidegate/database/paging';
import type { Tx } from '@tidegate/database/tx';

/*
 * A bot's history is stored up to a number of orders; beyond it the oldest closed trades expire with their orders and
 * fills, a few with each batch, and their sums are added to the bot's row. Profit, balance and the number of trades are
 * there anyway.
 */
export const MAX_ORDERS = 50_000;
export const MAX_LEDGER = 200_000;
/** Orders that expire at a time: more than a batch adds. */
const AT_ONCE = 1_500;

/** `placed` orders were added, the ledger has come to `sequence`. */
export async function boundHistory(
  tx: Tx,
  botId: string,
  { placed, sequence }: { placed: number; sequence: number },
): Promise<void> {
  if (placed === 0) return;
  const row = await tx.one<{ stored_orders: number }>(
    'update bots set stored_orders = stored_orders + $3 where org_id = $1 and id = $2 returning stored_orders',
    [tx.orgId, botId, placed],
  );
  if (row && row.stored_orders > MAX_ORDERS) await expireOldest(tx, botId);
  if (sequence > MAX_LEDGER) {
    await tx.query('delete from ledger where org_id = $1 and bot_id = $2 and sequence <= $3', [
      tx.orgId,
      botId,
      sequence - MAX_LEDGER,
    ]);
  }
}

async function expireOldest(tx: Tx, botId: string): Promise<void> {
  await tx.query(
    `with counted as (
       select t.*, o.orders, sum(o.orders) over (order by t.number) - o.orders as before
         from (select * from trades where org_id = $1 and bot_id = $2 and closed_at is not null
                order by number limit $3) t
         cross join lateral (select count(*)::int as orders from orders o
                              where o.org_id = $1 and o.trade_id = t.id) o),
     old as (select * from counted where before < $3),
     sums as (
       select coalesce(sum(orders), 0) as orders, count(*) filter (where cash > 0) as winning, sum(fees) as fees,
              sum(cost + exit_value) as volume, min(opened_at) as first, max(closed_at) as last,
              (select count(*) from fills f where f.org_id = $1 and f.trade_id in (select id from old)) as fills
         from old),
     gone_orders as (delete from orders where org_id = $1 and trade_id in (select id from old)),
     gone_trades as (delete from trades where org_id = $1 and id in (select id from old))
     update bots b set stored_orders = b.stored_orders - s.orders, expired_sums = jsonb_build_object(
         'winning', coalesce((b.expired_sums->>'winning')::int, 0) + s.winning,
         'fills', coalesce((b.expired_sums->>'fills')::int, 0) + s.fills,
         'fees', (coalesce((b.expired_sums->>'fees')::numeric, 0) + s.fees)::text,
         'volume', (coalesce((b.expired_sums->>'volume')::numeric, 0) + s.volume)::text,
         'first', coalesce(b.expired_sums->>'first', s.first::text),
         'last', s.last::text)
       from sums s where b.org_id = $1 and b.id = $2 and s.orders > 0`,
    [tx.orgId, botId, AT_ONCE],
  );
}

export interface TradeSums {
  winning: number;
  fees: string;
  volume: string;
  fills: number;
  first: Date | null;
  last: Date | null;
}

/** Numeric sums are exact; those of expired trades stand in the bot's row. */
export async function sumTrades(tx: Tx, botId: string): Promise<TradeSums> {
  const row = await tx.one<TradeSums>(
    `select t.winning + coalesce((b.expired_sums->>'winning')::int, 0) as winning,
            trim_scale(t.fees + coalesce((b.expired_sums->>'fees')::numeric, 0))::text as fees,
            trim_scale(t.volume + coalesce((b.expired_sums->>'volume')::numeric, 0))::text as volume,
            (select count(*)::int from fills where org_id = $1 and bot_id = $2)
              + coalesce((b.expired_sums->>'fills')::int, 0) as fills,
            coalesce((b.expired_sums->>'first')::timestamptz, t.first) as first,
            greatest(t.last, (b.expired_sums->>'last')::timestamptz) as last
       from bots b, (
         select count(*) filter (where cash > 0 and closed_at is not null)::int as winning,
                coalesce(sum(fees) filter (where closed_at is not null), 0) as fees,
                coalesce(sum(cost + exit_value), 0) as volume,
                min(opened_at) as first, max(closed_at) as last
           from trades where org_id = $1 and bot_id = $2) t
      where b.org_id = $1 and b.id = $2`,
    [tx.orgId, botId],
  );
  return orNotFound(row);
}
