import { Injectable } from '@nestjs/common';
import { tradeClosed } from '@tidegate/contracts/bot-executor/trades';
import { type EventContext, On } from '@tidegate/messaging/handler';
import { QueueNotice } from './queue-notice.ts';

@Injectable()
export class TellTradeClosed {
  constructor(private readonly notices: QueueNotice) {}

  @On(tradeClosed)
  async handle({ data, event, tx }: EventContext<typeof tradeClosed>): Promise<void> {
    const { tradeId, botId, botName, market, direction, profit, profitPercent, currency, closedAt } = data;
    await this.notices.queue(tx, event, {
      type: 'trade.closed',
      timestamp: event.time,
      data: { tradeId, botId, botName, market, direction, profit, profitPercent, currency, closedAt },
    });
  }
}
