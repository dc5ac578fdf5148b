import { Injectable } from '@nestjs/common';
import { type Bot, stopBot } from '@tidegate/contracts/bot-executor/bots';
import { type Call, Handles } from '@tidegate/messaging/handler';
import { findBot, lockBot, setStatus, toWire } from './bot.rows.ts';
import { CarryBot } from './carry-bot.ts';
import { present } from './present.ts';

/**
 * running ──finish──► stopping while a trade is open, stopped after it   ──close──► stopped, the trade closed now
 * A stop never leaves a trade without its exit.
 */
@Injectable()
export class StopBot {
  constructor(private readonly carry: CarryBot) {}

  @Handles(stopBot)
  async handle({ input, tx }: Call<typeof stopBot>): Promise<Bot> {
    const bot = present(await lockBot(tx, input.botId));
    if (bot.status === 'stopped') return toWire(bot);
    if (input.openTrade === 'close' || !bot.open_trade_id) await this.carry.close(tx, bot);
    else await setStatus(tx, bot.id, 'stopping');
    return toWire(present(await findBot(tx, bot.id)));
  }
}
