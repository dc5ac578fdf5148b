import type { Tx } from '@tidegate/database/tx';

/*
 * What a bot has done is kept up to a number of orders; then its oldest closed trades go with their orders and fills, a
 * few with each batch, and their sums are added to the bot's row. Profit, balance and the number of trades stand there
 * anyway.
 */
export const MAX_ORDERS = 50_000;
export const MAX_LEDGER = 200_000;
/** Orders that go at a time: more than a batch adds. */
const AT_ONCE = 1_500;

/** `placed` orders were added, the ledger has come to `sequence`. */
export async function boundHistory(
  tx: Tx,
  botId: string,
  { placed, sequence }: { placed: number; sequence: number },
): Promise<void> {
  if (placed === 0) return;
  const row = await tx.one<{ orders_kept: number }>(
    'update bots set orders_kept = orders_kept + $3 where org_id = $1 and id = $2 returning orders_kept',
    [tx.orgId, botId, placed],
  );
  if (row && row.orders_kept > MAX_ORDERS) await forgetOldest(tx, botId);
  if (sequence > MAX_LEDGER) {
    await tx.query('delete from ledger where org_id = $1 and bot_id = $2 and sequence <= $3', [
      tx.orgId,
      botId,
      sequence - MAX_LEDGER,
    ]);
  }
}

async function forgetOldest(tx: Tx, botId: string): Promise<void> {
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
     update bots b set orders_kept = b.orders_kept - s.orders, forgotten = jsonb_build_object(
         'winning', coalesce((b.forgotten->>'winning')::int, 0) + s.winning,
         'fills', coalesce((b.forgotten->>'fills')::int, 0) + s.fills,
         'fees', (coalesce((b.forgotten->>'fees')::numeric, 0) + s.fees)::text,
         'volume', (coalesce((b.forgotten->>'volume')::numeric, 0) + s.volume)::text,
         'first', coalesce(b.forgotten->>'first', s.first::text),
         'last', s.last::text)
       from sums s where b.org_id = $1 and b.id = $2 and s.orders > 0`,
    [tx.orgId, botId, AT_ONCE],
  );
}
