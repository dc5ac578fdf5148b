import { Injectable } from '@nestjs/common';
import { type Bot, getBot, listBots } from '@tidegate/contracts/bot-executor/bots';
import { type Call, Handles } from '@tidegate/messaging/handler';
import { findBot, listBotRows, toWire } from './bot.rows.ts';
import { idCursor, pageOf, present } from './present.ts';

@Injectable()
export class ReadBots {
  @Handles(listBots)
  async list({ input, tx }: Call<typeof listBots>) {
    const rows = await listBotRows(tx, input.limit, idCursor(input.cursor));
    return pageOf(rows, input.limit, toWire, (row) => row.id);
  }

  @Handles(getBot)
  async get({ input, tx }: Call<typeof getBot>): Promise<Bot> {
    return toWire(present(await findBot(tx, input.botId)));
  }
}
