import { Injectable } from '@nestjs/common';
import { type Fill, getTrade, listTrades, type Order, type TradeDetail } from '@tidegate/contracts/bot-executor/trades';
import { orNotFound, pageOf, readCursor } from '@tidegate/database/paging';
import type { Tx } from '@tidegate/database/tx';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { findBot } from '../bots/bot.rows.ts';
import { findTrade, listTradeRows, toWire } from './trade.rows.ts';

@Injectable()
export class ReadTrades {
  @Handles(listTrades)
  async list({ input, tx }: OperationContext<typeof listTrades>) {
    orNotFound(await findBot(tx, input.botId));
    const [after] = readCursor(input.cursor, 'int') ?? [];
    const rows = await listTradeRows(tx, input.botId, input.limit + 1, after);
    return pageOf(rows, input.limit, toWire, ({ number }) => [Number(number)]);
  }

  @Handles(getTrade)
  async get({ input, tx }: OperationContext<typeof getTrade>): Promise<TradeDetail> {
    const trade = orNotFound(await findTrade(tx, input.tradeId));
    return { ...toWire(trade), orders: await ordersOf(tx, trade.id), fills: await fillsOf(tx, trade.id) };
  }
}

async function ordersOf(tx: Tx, tradeId: string): Promise<Order[]> {
  const rows = await tx.query<Omit<Order, 'placedAt'> & { placed_at: Date }>(
    `select id, key, kind, side, type, price, quantity, status, placed_at from orders
      where org_id = $1 and trade_id = $2 order by position`,
    [tx.orgId, tradeId],
  );
  return rows.map(({ placed_at, ...order }) => ({ ...order, placedAt: placed_at.toISOString() }));
}

async function fillsOf(tx: Tx, tradeId: string): Promise<Fill[]> {
  const rows = await tx.query<Omit<Fill, 'at' | 'orderId'> & { order_id: string; at: Date }>(
    `select order_id, price, quantity, value, fee, at from fills where org_id = $1 and trade_id = $2 order by position`,
    [tx.orgId, tradeId],
  );
  return rows.map(({ order_id, at, ...fill }) => ({ orderId: order_id, ...fill, at: at.toISOString() }));
}
