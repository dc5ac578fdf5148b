import { Controller } from '@nestjs/common';
import { type Bot, getBot } from '@tidegate/contracts/bot-executor/bots';
import { orNotFound } from '@tidegate/database/paging';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { findBot, toWire } from './bot.rows.ts';

@Controller()
export class ReadBots {
  @Handles(getBot)
  async get({ input, tx }: OperationContext<typeof getBot>): Promise<Bot> {
    return toWire(orNotFound(await findBot(tx, input.botId)));
  }
}
