import { Controller } from '@nestjs/common';
import { type Bot, getBot, listBots } from '@tidegate/contracts/bot-executor/bots';
import { orNotFound, pageOf, readCursor } from '@tidegate/database/paging';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { findBot, listBotRows, toWire } from './bot.rows.ts';

@Controller()
export class ReadBots {
  @Handles(listBots)
  async list({ input, tx }: OperationContext<typeof listBots>) {
    const [after] = readCursor(input.cursor, 'uuid') ?? [];
    const rows = await listBotRows(tx, input.limit + 1, after);
    return pageOf(rows, input.limit, toWire, ({ id }) => [id]);
  }

  @Handles(getBot)
  async get({ input, tx }: OperationContext<typeof getBot>): Promise<Bot> {
    return toWire(orNotFound(await findBot(tx, input.botId)));
  }
}
