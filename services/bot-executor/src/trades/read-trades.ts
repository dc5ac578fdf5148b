import { Controller } from '@nestjs/common';
import { getTrade, listTrades, type TradeDetail } from '@tidegate/contracts/bot-executor/trades';
import { orNotFound, pageOf, readCursor } from '@tidegate/database/paging';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { expectBot, fillsOf, findTrade, listTradeRows, ordersOf, toWire } from './trade.rows.ts';

@Controller()
export class ReadTrades {
  @Handles(listTrades)
  async list({ input, tx }: OperationContext<typeof listTrades>) {
    await expectBot(tx, input.botId);
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
