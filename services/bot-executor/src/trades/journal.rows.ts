import type { Direction } from '@tidegate/contracts/bot-executor/settings';
import type { Tx } from '@tidegate/database/tx';
import { fillValue, type MarketRules, moneyText, priceText, quantityText } from '../markets/markets.rules.ts';
import type { FillEntry, Journal, LedgerRecord, OrderEntry } from './journal.rules.ts';
import type { TradeSummary } from './trade-summary.rules.ts';

export interface Subject {
  botId: string;
  market: MarketRules;
  direction: Direction;
}

/** Everything that a bot did, in a handful of statements however many candles it was. */
export async function saveJournal(tx: Tx, subject: Subject, journal: Journal): Promise<void> {
  // Intents first: no fill is written without its order.
  await insertOrders(tx, subject, [...journal.orders.values()]);
  await endOrders(tx, subject, journal);
  await upsertTrades(tx, subject, [...journal.trades]);
  await insertFills(tx, subject, journal.fills);
  await insertLedger(tx, subject, journal.ledger);
}

async function insertOrders(tx: Tx, { botId, market }: Subject, entries: OrderEntry[]): Promise<void> {
  if (entries.length === 0) return;
  // A skipped order may be placed after all at a better price; nothing else of the same key is ever written again.
  await tx.query(
    `insert into orders (org_id, bot_id, id, trade_id, key, kind, side, type, price, quantity, status, placed_at)
     select $1, $2, * from unnest($3::uuid[], $4::uuid[], $5::text[], $6::text[], $7::text[], $8::text[],
       $9::numeric[], $10::numeric[], $11::text[], $12::timestamptz[])
     on conflict (org_id, bot_id, key) do update set price = excluded.price, quantity = excluded.quantity,
       status = excluded.status, placed_at = excluded.placed_at where orders.status = 'skipped'`,
    [
      tx.orgId,
      botId,
      entries.map(({ id }) => id),
      entries.map(({ tradeId }) => tradeId),
      entries.map(({ order }) => order.key),
      entries.map(({ order }) => order.kind),
      entries.map(({ order }) => order.side),
      entries.map(({ order }) => order.type),
      entries.map(({ order }) => priceText(market, order.ticks)),
      entries.map(({ order }) => quantityText(market, order.lots)),
      entries.map(({ status }) => status),
      entries.map(({ placedAt }) => new Date(placedAt)),
    ],
  );
}

async function endOrders(tx: Tx, { botId }: Subject, { ended }: Journal): Promise<void> {
  if (ended.size === 0) return;
  await tx.query(
    `update orders o set status = e.status from unnest($3::text[], $4::text[]) as e (key, status)
      where o.org_id = $1 and o.bot_id = $2 and o.key = e.key`,
    [tx.orgId, botId, [...ended.keys()], [...ended.values()]],
  );
}

async function upsertTrades(tx: Tx, subject: Subject, trades: [id: string, summary: TradeSummary][]): Promise<void> {
  if (trades.length === 0) return;
  const { botId, market, direction } = subject;
  const money = (of: (summary: TradeSummary) => bigint) => trades.map(([, summary]) => moneyText(market, of(summary)));
  const quantity = (of: (summary: TradeSummary) => bigint) =>
    trades.map(([, summary]) => quantityText(market, of(summary)));
  await tx.query(
    `insert into trades (org_id, bot_id, market, direction, id, number, averaging_fills, cost, quantity, exit_value,
       exit_quantity, fees, funding, cash, opened_at, closed_at, closed_by)
     select $1, $2, $3, $4, * from unnest($5::uuid[], $6::int[], $7::int[], $8::numeric[], $9::numeric[],
       $10::numeric[], $11::numeric[], $12::numeric[], $13::numeric[], $14::numeric[], $15::timestamptz[],
       $16::timestamptz[], $17::text[])
     on conflict (org_id, id) do update set averaging_fills = excluded.averaging_fills, cost = excluded.cost,
       quantity = excluded.quantity, exit_value = excluded.exit_value, exit_quantity = excluded.exit_quantity,
       fees = excluded.fees, funding = excluded.funding, cash = excluded.cash, closed_at = excluded.closed_at, closed_by = excluded.closed_by`,
    [
      tx.orgId,
      botId,
      market.market,
      direction,
      trades.map(([id]) => id),
      trades.map(([, { number }]) => number),
      trades.map(([, { averagingFills }]) => averagingFills),
      money(({ cost }) => fillValue(cost, 1n)),
      quantity(({ lots }) => lots),
      money(({ exitValue }) => fillValue(exitValue, 1n)),
      quantity(({ exitLots }) => exitLots),
      money(({ fees }) => fees),
      money(({ funding }) => funding),
      money(({ cash }) => cash),
      trades.map(([, { openedAt }]) => new Date(openedAt)),
      trades.map(([, { closedAt }]) => (closedAt === undefined ? null : new Date(closedAt))),
      trades.map(([, { closedBy }]) => closedBy ?? null),
    ],
  );
}

async function insertFills(tx: Tx, { botId, market }: Subject, entries: FillEntry[]): Promise<void> {
  if (entries.length === 0) return;
  await tx.query(
    `insert into fills (org_id, bot_id, id, order_id, trade_id, price, quantity, value, fee, at)
     select $1, $2, * from unnest($3::text[], $4::uuid[], $5::uuid[], $6::numeric[], $7::numeric[], $8::numeric[],
       $9::numeric[], $10::timestamptz[])`,
    [
      tx.orgId,
      botId,
      entries.map(({ fill }) => fill.id),
      entries.map(({ orderId }) => orderId),
      entries.map(({ tradeId }) => tradeId),
      entries.map(({ fill }) => priceText(market, fill.ticks)),
      entries.map(({ fill }) => quantityText(market, fill.lots)),
      entries.map(({ fill }) => moneyText(market, fill.value)),
      entries.map(({ fill }) => moneyText(market, fill.fee)),
      entries.map(({ fill }) => new Date(fill.at)),
    ],
  );
}

async function insertLedger(tx: Tx, { botId, market }: Subject, records: LedgerRecord[]): Promise<void> {
  if (records.length === 0) return;
  await tx.query(
    `insert into ledger (org_id, bot_id, sequence, kind, amount, balance, trade_id, order_id, at)
     select $1, $2, * from unnest($3::bigint[], $4::text[], $5::numeric[], $6::numeric[], $7::uuid[], $8::uuid[],
       $9::timestamptz[])`,
    [
      tx.orgId,
      botId,
      records.map(({ sequence }) => sequence),
      records.map(({ kind }) => kind),
      records.map(({ amount }) => moneyText(market, amount)),
      records.map(({ balance }) => moneyText(market, balance)),
      records.map(({ tradeId }) => tradeId),
      records.map(({ orderId }) => orderId),
      records.map(({ at }) => new Date(at)),
    ],
  );
}
