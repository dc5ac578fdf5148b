import { Injectable } from '@nestjs/common';
import { getTrade, listLedger, listTrades } from '@tidegate/contracts/bot-executor/trades';
import { invalid, notFound } from '@tidegate/contracts/kernel/problem';
import type { Tx } from '@tidegate/database/tx';
import { type Call, Handles } from '@tidegate/messaging/handler';
import { type BotRow, findBot } from '../bots/bot.rows.ts';
import { marketOf } from '../ladder/check-settings.rules.ts';
import { moneyText, priceText, quantityText } from '../markets/markets.rules.ts';
import { SELECT_TRADE, type TradeRow, toWire } from './trade.rows.ts';

interface OrderRow {
  id: string;
  key: string;
  kind: 'base' | 'averaging' | 'takeProfit' | 'close';
  side: 'buy' | 'sell';
  type: 'market' | 'limit';
  ticks: string;
  lots: string;
  status: 'open' | 'filled' | 'cancelled';
  placed_at: Date;
}

interface FillRow {
  order_id: string;
  ticks: string;
  lots: string;
  value: string;
  fee: string;
  at: Date;
}

interface LedgerRow {
  sequence: string;
  kind: 'buy' | 'sell' | 'fee';
  amount: string;
  balance: string;
  trade_id: string;
  at: Date;
}

/** What a bot did: trades with their orders and fills, and every change of its wallet. */
@Injectable()
export class ReadTrades {
  @Handles(listTrades)
  async list({ input, tx }: Call<typeof listTrades>) {
    await botOf(tx, input.botId);
    const before = numberCursor(input.cursor);
    const rows = await tx.query<TradeRow>(
      `${SELECT_TRADE} and t.bot_id = $2 and ($3::int is null or t.number < $3) order by t.number desc limit $4`,
      [tx.orgId, input.botId, before, input.limit],
    );
    return { items: rows.map(toWire), ...more(rows, input.limit, (row) => row.number) };
  }

  @Handles(getTrade)
  async get({ input, tx }: Call<typeof getTrade>) {
    const row = await tx.one<TradeRow>(`${SELECT_TRADE} and t.id = $2`, [tx.orgId, input.tradeId]);
    if (!row) throw notFound();
    const market = marketOf(row.settings);
    const orders = await tx.query<OrderRow>(
      'select * from orders where org_id = $1 and trade_id = $2 order by placed_at, key',
      [tx.orgId, row.id],
    );
    const fills = await tx.query<FillRow>(
      'select * from fills where org_id = $1 and trade_id = $2 order by at, order_id',
      [tx.orgId, row.id],
    );
    return {
      ...toWire(row),
      orders: orders.map(({ id, key, kind, side, type, status, ticks, lots, placed_at }) => ({
        id,
        key,
        kind,
        side,
        type,
        status,
        price: priceText(market, BigInt(ticks)),
        quantity: quantityText(market, BigInt(lots)),
        placedAt: placed_at.toISOString(),
      })),
      fills: fills.map((fill) => ({
        orderId: fill.order_id,
        price: priceText(market, BigInt(fill.ticks)),
        quantity: quantityText(market, BigInt(fill.lots)),
        value: moneyText(market, BigInt(fill.value)),
        fee: moneyText(market, BigInt(fill.fee)),
        at: fill.at.toISOString(),
      })),
    };
  }

  @Handles(listLedger)
  async ledger({ input, tx }: Call<typeof listLedger>) {
    const market = marketOf((await botOf(tx, input.botId)).settings);
    const rows = await tx.query<LedgerRow>(
      `select * from ledger where org_id = $1 and bot_id = $2 and sequence > coalesce($3::bigint, 0)
        order by sequence limit $4`,
      [tx.orgId, input.botId, numberCursor(input.cursor), input.limit],
    );
    const items = rows.map((row) => ({
      sequence: Number(row.sequence),
      kind: row.kind,
      amount: moneyText(market, BigInt(row.amount)),
      balance: moneyText(market, BigInt(row.balance)),
      tradeId: row.trade_id,
      at: row.at.toISOString(),
    }));
    return { items, ...more(items, input.limit, (item) => item.sequence) };
  }
}

async function botOf(tx: Tx, id: string): Promise<BotRow> {
  const bot = await findBot(tx, id);
  if (!bot) throw notFound();
  return bot;
}

function numberCursor(cursor: string | undefined): number | null {
  if (cursor === undefined) return null;
  if (!/^\d{1,9}$/.test(cursor))
    throw invalid('/cursor', 'invalid_cursor', 'Send the nextCursor of the page before, unchanged.');
  return Number(cursor);
}

function more<T>(rows: T[], limit: number, position: (row: T) => number): { nextCursor?: string } {
  const last = rows.at(-1);
  return last !== undefined && rows.length === limit ? { nextCursor: String(position(last)) } : {};
}
