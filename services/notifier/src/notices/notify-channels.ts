import { Controller } from '@nestjs/common';
import { botWasHalted } from '@tidegate/contracts/bot-executor/bots';
import { tradeClosed } from '@tidegate/contracts/bot-executor/trades';
import { serverUnreachable } from '@tidegate/contracts/monitor-agent/server';
import { quotaReached } from '@tidegate/contracts/usage/quota';
import { type EventContext, On } from '@tidegate/messaging/handler';
import { QueueNotice } from './queue-notice.ts';

/** Each event that channels can subscribe to, as its notice. Fields are listed one by one: events may gain new ones. */
@Controller()
export class NotifyChannels {
  constructor(private readonly notices: QueueNotice) {}

  @On(serverUnreachable)
  async serverUnreachable({ data, event, tx }: EventContext<typeof serverUnreachable>): Promise<void> {
    const { serverId, name, since, code } = data;
    const notice = { serverId, name, since, code };
    await this.notices.queue(tx, event, { type: 'server.unreachable', timestamp: event.time, data: notice });
  }

  @On(tradeClosed)
  async tradeClosed({ data, event, tx }: EventContext<typeof tradeClosed>): Promise<void> {
    const { tradeId, botId, botName, market, direction, profit, profitPercent, currency, closedAt } = data;
    const notice = { tradeId, botId, botName, market, direction, profit, profitPercent, currency, closedAt };
    await this.notices.queue(tx, event, { type: 'trade.closed', timestamp: event.time, data: notice });
  }

  @On(botWasHalted)
  async botHalted({ data, event, tx }: EventContext<typeof botWasHalted>): Promise<void> {
    const { botId, name: botName, halted } = data;
    const notice = { botId, botName, reason: halted.reason, message: halted.message, haltedAt: halted.at };
    await this.notices.queue(tx, event, { type: 'bot.halted', timestamp: event.time, data: notice });
  }

  @On(quotaReached)
  async quotaReached({ data, event, tx }: EventContext<typeof quotaReached>): Promise<void> {
    const { meter, meterName, limit, used, percent, periodStart, periodEnd } = data;
    const notice = { meter, meterName, limit, used, percent, periodStart, periodEnd };
    await this.notices.queue(tx, event, { type: 'quota.reached', timestamp: event.time, data: notice });
  }
}
