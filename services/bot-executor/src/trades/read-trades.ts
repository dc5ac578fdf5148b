import { Controller } from '@nestjs/common';
import { ClosedBy, getTrade, listTrades, type TradeDetail } from '@tidegate/contracts/bot-executor/trades';
import { orNotFound, pageOf, rankedPage } from '@tidegate/database/paging';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { countsOf, isCounted } from '../kernel/counts.rules.ts';
import { countTrades, expectBot, fillsOf, findTrade, listTradeRows, ordersOf, toWire } from './trade.rows.ts';

@Controller()
export class ReadTrades {
  @Handles(listTrades)
  async list({ input, tx }: OperationContext<typeof listTrades>) {
    await expectBot(tx, input.botId);
    const rows = await listTradeRows(tx, input);
    const listed =
      input.sort === 'newest'
        ? pageOf(rows, input.limit, toWire, ({ number }) => [Number(number)])
        : rankedPage(rows.map(toWire), input);
    const counts = isCounted(input) ? countsOf(ClosedBy.options, await countTrades(tx, input)) : null;
    return { ...listed, counts };
  }

  @Handles(getTrade)
  async get({ input, tx }: OperationContext<typeof getTrade>): Promise<TradeDetail> {
    const trade = orNotFound(await findTrade(tx, input.tradeId));
    return { ...toWire(trade), orders: await ordersOf(tx, trade.id), fills: await fillsOf(tx, trade.id) };
  }
}
