import type { BotSettings } from '@tidegate/contracts/bot-executor/settings';
import type { Trade } from '@tidegate/contracts/bot-executor/trades';
import type { Tx } from '@tidegate/database/tx';
import type { PlacedOrder } from '../engine/decide.rules.ts';
import { fraction, mul, toText } from '../engine/exact.rules.ts';
import type { ExchangeFill } from '../engine/paper-exchange.rules.ts';
import type { TradeBook } from '../engine/trade-book.rules.ts';
import { marketOf } from '../ladder/check-settings.rules.ts';
import { fillValue, moneyText, quantityText } from '../markets/markets.rules.ts';

export interface TradeRow {
  id: string;
  bot_id: string;
  number: number;
  averaging_fills: number;
  cost: string;
  lots: string;
  fees: string;
  cash: string;
  opened_at: Date;
  closed_at: Date | null;
  settings: BotSettings;
}

export function toWire(row: TradeRow): Trade {
  const market = marketOf(row.settings);
  const [cost, lots] = [BigInt(row.cost), BigInt(row.lots)];
  return {
    id: row.id,
    botId: row.bot_id,
    number: row.number,
    market: market.market,
    direction: row.settings.direction,
    status: row.closed_at ? 'closed' : 'open',
    averagingFills: row.averaging_fills,
    averagePrice: toText(mul({ n: cost, d: lots }, fraction(market.tickSize)), 8),
    quantity: row.closed_at ? '0' : quantityText(market, lots),
    cost: moneyText(market, fillValue(cost, 1n)),
    fees: moneyText(market, BigInt(row.fees)),
    profit: row.closed_at ? moneyText(market, BigInt(row.cash)) : null,
    openedAt: row.opened_at.toISOString(),
    closedAt: row.closed_at?.toISOString() ?? null,
  };
}

export const SELECT_TRADE =
  'select t.*, b.settings from trades t join bots b on b.org_id = t.org_id and b.id = t.bot_id where t.org_id = $1';

export async function findOpenBook(tx: Tx, id: string): Promise<TradeBook | undefined> {
  const row = await tx.one<TradeRow>('select * from trades where org_id = $1 and id = $2', [tx.orgId, id]);
  return (
    row && {
      number: row.number,
      openedAt: row.opened_at.getTime(),
      closedAt: row.closed_at?.getTime(),
      averagingFills: row.averaging_fills,
      cost: BigInt(row.cost),
      lots: BigInt(row.lots),
      fees: BigInt(row.fees),
      cash: BigInt(row.cash),
    }
  );
}

export async function saveTrade(
  tx: Tx,
  { id, botId, book }: { id: string; botId: string; book: TradeBook },
): Promise<void> {
  await tx.query(
    `insert into trades (org_id, id, bot_id, number, averaging_fills, cost, lots, fees, cash, opened_at, closed_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
     on conflict (org_id, id) do update set averaging_fills = excluded.averaging_fills, cost = excluded.cost,
       lots = excluded.lots, fees = excluded.fees, cash = excluded.cash, closed_at = excluded.closed_at`,
    [
      tx.orgId,
      id,
      botId,
      book.number,
      book.averagingFills,
      book.cost.toString(),
      book.lots.toString(),
      book.fees.toString(),
      book.cash.toString(),
      new Date(book.openedAt),
      book.closedAt === undefined ? null : new Date(book.closedAt),
    ],
  );
}

export async function saveFill(
  tx: Tx,
  { orderId, botId, tradeId, fill }: { orderId: string; botId: string; tradeId: string; fill: ExchangeFill },
): Promise<void> {
  await tx.query(
    `insert into fills (org_id, order_id, bot_id, trade_id, ticks, lots, value, fee, at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
    [
      tx.orgId,
      orderId,
      botId,
      tradeId,
      fill.ticks.toString(),
      fill.lots.toString(),
      fill.value.toString(),
      fill.fee.toString(),
      new Date(fill.at),
    ],
  );
}

export async function saveLedger(
  tx: Tx,
  entry: {
    botId: string;
    sequence: number;
    kind: 'buy' | 'sell' | 'fee';
    amount: bigint;
    balance: bigint;
    tradeId: string;
    at: number;
  },
): Promise<void> {
  await tx.query(
    `insert into ledger (org_id, bot_id, sequence, kind, amount, balance, trade_id, at)
     values ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [
      tx.orgId,
      entry.botId,
      entry.sequence,
      entry.kind,
      entry.amount.toString(),
      entry.balance.toString(),
      entry.tradeId,
      new Date(entry.at),
    ],
  );
}

/** Orders of one candle: placed, filled, cancelled. An order may be placed and filled or cancelled within it. */
export async function saveIntents(
  tx: Tx,
  batch: {
    botId: string;
    at: number;
    orders: { order: PlacedOrder; id: string; tradeId: string }[];
    filled: string[];
    cancelled: string[];
  },
): Promise<void> {
  const { botId, at, orders, filled, cancelled } = batch;
  if (orders.length > 0) {
    await tx.query(
      `insert into orders (org_id, bot_id, placed_at, status, id, trade_id, key, kind, side, type, ticks, lots)
       select $1, $2, $3, 'open', * from unnest($4::uuid[], $5::uuid[], $6::text[], $7::text[], $8::text[], $9::text[],
         $10::bigint[], $11::bigint[])`,
      [
        tx.orgId,
        botId,
        new Date(at),
        orders.map(({ id }) => id),
        orders.map(({ tradeId }) => tradeId),
        orders.map(({ order }) => order.key),
        orders.map(({ order }) => order.kind),
        orders.map(({ order }) => order.side),
        orders.map(({ order }) => order.type),
        orders.map(({ order }) => order.ticks.toString()),
        orders.map(({ order }) => order.lots.toString()),
      ],
    );
  }
  await tx.query(
    `update orders set status = case when key = any($3) then 'filled' else 'cancelled' end
      where org_id = $1 and bot_id = $2 and (key = any($3) or key = any($4))`,
    [tx.orgId, botId, filled, cancelled],
  );
}
